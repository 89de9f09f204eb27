"""The child that compiles: it fills the cache, and it ends when it is told to or left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from nnviz.model.kernels import compile as compile_module
from nnviz.model.kernels import compiler as compiler_module
from nnviz.model.kernels.compiler import Compiler
from nnviz.model.kernels.store import KernelStore

MakeModule = Callable[..., str]

# The first kernel is compiled and stored when the child comes here, and waits.
SLOW = """
import os, time
from nnviz.model.kernels.entry import entry_point

@entry_point("float64(float64)")
def half(x):
    return 0.5 * x

if os.environ.get("NNVIZ_TEST_WAITS"):
    with open(BEGUN, "w") as file:
        file.write(str(os.getpid()))
    while True:
        time.sleep(0.02)
"""
LONG = 60.0


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_over(process: int) -> bool:
    """Whether a process that is nobody's child here has ended."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


def names(base: Path) -> list[str]:
    return sorted(path.name for path in base.iterdir() if path.name != "lock")


def run(compiler: Compiler) -> bool:
    compiler.start()
    wait_for(lambda: compiler.poll() is not None)
    return bool(compiler.poll())


@pytest.fixture
def ready_base(base: Path) -> Path:
    base.mkdir(mode=0o700)
    return base


@pytest.fixture
def stuck(
    make_module: MakeModule, ready_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Compiler, tuple[str, ...], Path]]:
    """A compiler in the middle of its work, its modules, and a file with its process id."""
    begun = tmp_path / "begun"
    modules = (make_module(), make_module(SLOW, BEGUN=str(begun)))
    monkeypatch.setenv("NNVIZ_TEST_WAITS", "1")
    compiler = Compiler(ready_base, modules)
    compiler.start()
    monkeypatch.delenv("NNVIZ_TEST_WAITS")
    wait_for(lambda: begun.exists() and begun.read_text())
    assert compiler.poll() is None
    yield compiler, modules, begun
    compiler.stop()


def test_a_child_fills_the_cache(module: str, ready_base: Path) -> None:
    compiler = Compiler(ready_base, (module,))
    assert run(compiler)
    assert compiler.why == ""
    assert len(names(ready_base)) == 1
    kernels = KernelStore((module,), ready_base).load_from_cache()
    assert kernels.total(np.arange(4.0)) == 12.0
    compiler.stop()  # there is nothing to stop any more
    assert run(Compiler(ready_base, (module,)))


def test_the_program_of_its_own_does_the_same(
    module: str, ready_base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compile_module.main([f"--base={ready_base}", f"--module={module}"]) == 0
    assert KernelStore((module,), ready_base).is_ready()
    taken = ready_base / "file"
    taken.touch()
    assert compile_module.main([f"--base={taken}", f"--module={module}"]) == 1
    assert capsys.readouterr().err == "there is no folder to keep compiled kernels in\n"


def test_stopping_ends_the_child_and_leaves_nothing(
    stuck: tuple[Compiler, tuple[str, ...], Path], ready_base: Path
) -> None:
    compiler, modules, _ = stuck
    process = compiler.process_id
    assert process is not None
    (unfinished,) = names(ready_base)
    assert list((ready_base / unfinished).rglob("*.nbc")), "it was in the middle"
    compiler.stop()
    with pytest.raises(ProcessLookupError):  # not even a zombie
        os.kill(process, 0)
    assert names(ready_base) == []
    assert not KernelStore(modules, ready_base).is_ready()


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_child_that_is_killed_says_so_and_the_next_load_works(
    stuck: tuple[Compiler, tuple[str, ...], Path], ready_base: Path
) -> None:
    compiler, modules, _ = stuck
    assert compiler.process_id is not None
    os.kill(compiler.process_id, signal.SIGKILL)
    wait_for(lambda: compiler.poll() is not None)
    assert compiler.poll() is False
    assert compiler.why == "the compiler was ended by SIGKILL"
    assert names(ready_base) == []
    kernels = KernelStore(modules, ready_base).load()
    assert (kernels.total(np.arange(4.0)), kernels.half(3.0)) == (12.0, 1.5)
    assert KernelStore(modules, ready_base).is_ready()


PARENT = """
import sys, time
from pathlib import Path
from nnviz.model.kernels.compiler import Compiler
compiler = Compiler(Path(sys.argv[1]), (sys.argv[2],))
compiler.start()
time.sleep(600)
"""


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_child_ends_with_its_parent(
    make_module: MakeModule, ready_base: Path, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    module = make_module(SLOW, BEGUN=str(begun))
    settings = {"NNVIZ_TEST_WAITS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(ready_base), module], env=os.environ | settings
    )
    try:
        wait_for(lambda: begun.exists() and begun.read_text())
        child = int(begun.read_text())
        assert not is_over(child)
    finally:
        parent.kill()
        parent.wait()
    wait_for(lambda: is_over(child))
    wait_for(lambda: names(ready_base) == [])


def test_two_at_once_do_each_other_no_harm(module: str, ready_base: Path) -> None:
    compilers = [Compiler(ready_base, (module,)) for _ in range(2)]
    for compiler in compilers:
        compiler.start()
    for compiler in compilers:
        wait_for(lambda compiler=compiler: compiler.poll() is not None)
    assert [compiler.poll() for compiler in compilers] == [True, True]
    assert len(names(ready_base)) == 1
    assert KernelStore((module,), ready_base).is_ready()


def test_the_second_to_end_gives_way(
    module: str, ready_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without locks, as on some network disks: both compile, and one folder is left."""
    from nnviz.model.kernels import cache_folder

    monkeypatch.setattr(cache_folder, "_is_locked", lambda descriptor: True)
    both_compile = threading.Barrier(2)
    complete = cache_folder.complete

    def complete_together(folder: Path, facts: dict[str, str]) -> None:
        complete(folder, facts)
        both_compile.wait(LONG)

    monkeypatch.setattr(cache_folder, "complete", complete_together)
    stores = [KernelStore((module,), ready_base) for _ in range(2)]
    threads = [threading.Thread(target=store.load) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        assert store.load().total(np.arange(4.0)) == 12.0
    assert len(names(ready_base)) == 1
    assert KernelStore((module,), ready_base).is_ready()


def test_why_it_failed_is_one_sentence(make_module: MakeModule, ready_base: Path) -> None:
    module = make_module("raise ImportError('no such thing')")
    compiler = Compiler(ready_base, (module,))
    assert not run(compiler)
    assert compiler.why == "numba cannot be imported (no such thing)"
    assert names(ready_base) == []


def test_a_python_that_does_not_start(
    module: str, ready_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiler_module.sys, "executable", "/no/such/python")
    compiler = Compiler(ready_base, (module,))
    assert not run(compiler)
    assert compiler.why == "/no/such/python does not start (No such file or directory)"
    compiler.stop()


def test_it_starts_from_any_folder_whatever_lies_there(
    module: str, ready_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Modules in the folder that the program was started in are none of the child's."""
    for name in ("json", "argparse", "numba"):
        (ready_base / f"{name}.py").write_text("raise SystemExit(7)", "utf-8")
    assert run(Compiler(ready_base, (module,)))


def test_an_application_in_one_file_has_no_python(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Compiler.is_possible()
    monkeypatch.setattr(compiler_module.sys, "frozen", True, raising=False)
    assert not Compiler.is_possible()
