"""The command line in a process of its own: what it writes where to, and what it loads."""

import os
import subprocess
import sys

import pytest

import nnviz


def process(*arguments, **options):
    """Run nnviz in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "nnviz", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        timeout=100,
        check=False,
        **options,
    )


def test_version_of_the_module():
    result = process("--version", stdout=subprocess.PIPE)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"nnviz {nnviz.__version__}\n"


def test_help_names_the_commands():
    result = process("--help", stdout=subprocess.PIPE)
    assert (result.returncode, result.stderr) == (0, "")
    for word in ("train", "presets", "render", "doctor", "--preset", "--open", "--play"):
        assert word in result.stdout


def test_a_package_that_is_missing_is_said(tmp_path):
    (tmp_path / "typer.py").write_text("raise ModuleNotFoundError('none', name='typer')")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    result = process("--help", stdout=subprocess.PIPE, env=environment)
    assert (result.returncode, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.endswith("\n")
    assert "Traceback" not in result.stderr
    assert "typer" in result.stderr
    assert "pip install" in result.stderr


# What it writes to.


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("arguments", [["presets"], ["presets", "--json"], ["--help"]])
def test_an_output_that_cannot_show_every_sign(encoding, arguments):
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    result = process(*arguments, stdout=subprocess.PIPE, env=environment)
    assert (result.returncode, result.stderr) == (0, "")
    assert len(result.stdout) > 100


def test_a_reader_that_goes_away_is_no_crash():
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "w") as closed:
        result = process("presets", "--json", stdout=closed)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "Exception ignored" not in result.stderr
    assert len(result.stderr.splitlines()) <= 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
@pytest.mark.parametrize("buffering", ["", "1"])
@pytest.mark.parametrize("arguments", [["presets"], ["--help"], ["train", "--preset", "or"]])
def test_output_that_cannot_be_written(arguments, buffering):
    with open("/dev/full", "w") as full:
        environment = os.environ | {"PYTHONUNBUFFERED": buffering}
        result = process(*arguments, stdout=full, env=environment)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "written" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="no such thing on Windows")
def test_closed_output():
    result = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m nnviz presets >&-'],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_terminal_sees_a_progress_bar_and_a_pipe_does_not():
    import pty

    command = [sys.executable, "-m", "nnviz", "train", "--preset", "xor"]
    terminal, side = pty.openpty()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=side) as process:
        os.close(side)
        seen = b""
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:  # Linux says so when the other side has closed
                break
            if not part:
                break
            seen += part
        results = process.stdout.read().decode()
    os.close(terminal)
    assert process.returncode == 0
    assert "epoch 500 / 500" in seen.decode()
    assert "train accuracy" in results
    assert "/ 500" not in results
    quiet = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert quiet.stderr == ""


# What it loads.


def modules_after(statement):
    """The top-level packages that a fresh Python has loaded after a statement."""
    code = (
        f"{statement}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True, timeout=100
    )
    return set(result.stdout.split())


QT = {"PySide6", "shiboken6", "pyqtgraph", "qtawesome"}
HEAVY = QT | {"numpy", "numba", "scipy", "sklearn", "pandas", "onnx", "pydantic", "matplotlib"}


def test_importing_nnviz_costs_nothing():
    assert not modules_after("import nnviz") & (HEAVY | {"typer", "rich"})


def test_importing_the_command_line_loads_no_qt():
    assert not modules_after("import nnviz.cli") & HEAVY


def test_training_loads_no_qt_and_no_scikit_learn():
    code = "import nnviz\nt = nnviz.Trainer(nnviz.preset('moons'))\nt.advance(1)\nt.train_loss"
    loaded = modules_after(code)
    assert "numpy" in loaded
    # numba, and the SciPy whose BLAS it calls, are the compiled engine's.
    assert not loaded & (HEAVY - {"numba", "numpy", "pydantic", "scipy"})
