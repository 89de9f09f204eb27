#!/bin/sh
# Remake locks/: every version and hash, for every platform and every Python that nnviz supports.
# Uses uv if it is installed, else a throw-away one. With --upgrade it takes newer versions.
set -eu
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if command -v uv >/dev/null 2>&1; then
    uv=uv
else
    python=$(sh tools/bootstrap.sh python)
    "$python" -m venv "$scratch/uv"
    "$scratch/uv/bin/python" -m pip install --quiet --disable-pip-version-check uv
    uv=$scratch/uv/bin/uv
fi

# "fewest": one version of a package for all Pythons, so that what was tested is what users get.
compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
        --generate-hashes --no-annotate --custom-compile-command "make lock" "$@" >/dev/null
}

mkdir -p locks
compile --output-file locks/dev.txt --extra test --extra docs "$@" pyproject.toml
# The other two are parts of the first, at the same versions.
compile --output-file locks/run.txt --constraint locks/dev.txt pyproject.toml
sed -n '/^\[build-system\]/,/^\[/s/^requires = \["\(.*\)"\]$/\1/p' pyproject.toml >"$scratch/build.in"
compile --output-file locks/build.txt --constraint locks/dev.txt "$scratch/build.in"
