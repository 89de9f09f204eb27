# Everything that a user or a developer of nnviz does: "make help".
# PYTHON=/path/to/python chooses the Python of a new .venv; ARGS="..." passes arguments on.

PYTHON_IN_VENV := .venv/bin/python
export PYTHON

.PHONY: help run test check format docs pictures bench bench-gui soak wheel lock clean

help:  ## print this list
	@echo "make TARGET, with TARGET one of:"
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1	/p' Makefile | while IFS='	' read -r target text; do \
		printf '  %-9s %s\n' "$$target" "$$text"; done

run: .venv/made-for-run  ## open the window; ARGS="--preset moons --play"
	@$(PYTHON_IN_VENV) main.py $(ARGS)

test: .venv/made-for-test  ## run every test, without a screen; ARGS="-k moons"
	@QT_QPA_PLATFORM=offscreen $(PYTHON_IN_VENV) -m pytest -n auto --maxprocesses=4 --dist loadfile $(ARGS)

check: .venv/made-for-test  ## lint, formatting, types and import rules
	$(PYTHON_IN_VENV) -m ruff check .
	$(PYTHON_IN_VENV) -m ruff format --check .
	$(PYTHON_IN_VENV) -m mypy
	.venv/bin/lint-imports --no-logo

format: .venv/made-for-test  ## format the code and mend what the linter can
	$(PYTHON_IN_VENV) -m ruff check --fix-only .
	$(PYTHON_IN_VENV) -m ruff format .

docs: .venv/made-for-test  ## build the documentation: docs/_build/html/index.html
	@$(PYTHON_IN_VENV) -m sphinx -W --keep-going -n -q -E -b html docs docs/_build/html
	@echo docs/_build/html/index.html

pictures: .venv/made-for-test  ## remake the pictures of the documentation
	QT_QPA_PLATFORM=offscreen $(PYTHON_IN_VENV) tools/make_pictures.py

bench: .venv/made-for-test  ## measure the engine beside its peers; ARGS="--quick --only c wide"
	@$(PYTHON_IN_VENV) benchmarks/engine.py $(ARGS)

bench-gui: .venv/made-for-test  ## measure the window: frames, gestures, start; ARGS=--long
	@$(PYTHON_IN_VENV) benchmarks/gui.py $(ARGS)

soak: .venv/made-for-test  ## train for long in the window and watch its memory; ARGS="--minutes 60"
	@$(PYTHON_IN_VENV) benchmarks/soak.py $(ARGS)

wheel: .venv/made-for-test  ## build dist/nnviz-*.whl
	$(PYTHON_IN_VENV) -m hatchling build --target wheel

lock:  ## remake the lock files; ARGS=--upgrade takes newer versions
	@sh tools/lock.sh $(ARGS)

clean:  ## remove all that make has made, .venv too
	rm -rf .venv build dist docs/_build
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/made-for-run: tools/bootstrap.sh pyproject.toml locks/run.txt locks/build.txt
	@sh tools/bootstrap.sh venv run
	@touch $@

.venv/made-for-test: tools/bootstrap.sh pyproject.toml locks/dev.txt locks/build.txt
	@sh tools/bootstrap.sh venv test
	@touch $@
