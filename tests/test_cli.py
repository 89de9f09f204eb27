"""The command line: what is printed where, the exit status, one line for every mistake."""

import json

import pytest
from typer.main import get_command

from nnviz import PRESETS, Experiment, Trainer, preset
from nnviz.__main__ import main
from nnviz.cli import application


@pytest.fixture
def nnviz_command(capsys):
    """Run a command in this process; gives status, standard output and standard error."""

    def run(*arguments):
        status = main(list(arguments))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def check_complaint(result, status, *words):
    """Nothing on standard output, exactly one line on standard error."""
    assert result[0] == status
    assert result[1] == ""
    assert result[2].endswith("\n")
    assert len(result[2].splitlines()) == 1, result[2]
    assert "Traceback" not in result[2]
    for word in words:
        assert word in result[2]


# presets


def test_presets(nnviz_command):
    status, out, err = nnviz_command("presets")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[0] for line in lines] == list(PRESETS)
    for line, entry in zip(lines, PRESETS.values(), strict=True):
        assert line.endswith(entry.hint)


def test_presets_for_machines(nnviz_command):
    status, out, err = nnviz_command("presets", "--json")
    assert (status, err) == (0, "")
    rows = json.loads(out)
    assert [row["name"] for row in rows] == list(PRESETS)
    assert all(row["title"] and row["hint"] for row in rows)


# train


def figures_of(out):
    return {line[:16].strip(): float(line[16:]) for line in out.splitlines()}


def test_train_prints_the_figures(nnviz_command):
    status, out, err = nnviz_command("train", "--preset", "xor", "--epochs", "500")
    assert (status, err) == (0, "")
    t = Trainer(preset("xor").evolve(epochs=500))
    t.advance_epochs(500)
    figures = figures_of(out)
    assert figures["epoch"] == 500
    assert figures["update"] == 500
    assert figures["train accuracy"] == 1.0
    assert figures["train loss"] == pytest.approx(t.train_loss, rel=1e-5)
    assert "test loss" not in figures  # the gate has no test part


def test_train_for_machines(nnviz_command):
    status, out, err = nnviz_command(
        *("train", "--preset", "moons", "--epochs", "3", "--set", "seed=5", "--json")
    )
    assert (status, err) == (0, "")
    assert len(out.splitlines()) == 1
    result = json.loads(out)
    e = Experiment.from_json(json.dumps(result["experiment"]))
    assert e == preset("moons").evolve(epochs=3, seed=5)
    t = Trainer(e)
    t.advance_epochs(3)
    assert result["epoch"] == 3
    assert result["update"] == t.update
    for name in ("train_loss", "train_data_loss", "test_loss", "train_accuracy", "test_accuracy"):
        assert result[name] == getattr(t, name)


def test_without_epochs_the_experiments_own_count(nnviz_command):
    _, out, _ = nnviz_command("train", "--preset", "or", "--set", "epochs=7", "--json")
    assert json.loads(out)["epoch"] == 7


@pytest.mark.parametrize(
    ("setting", "field", "value"),
    [
        ("hidden=8+8", "hidden", (8, 8)),
        ("hidden=8,8", "hidden", (8, 8)),
        ("hidden=[8, 8]", "hidden", (8, 8)),
        ("hidden=8", "hidden", (8,)),
        ("hidden=", "hidden", ()),
        ("hidden=[]", "hidden", ()),
        (" hidden = 3 , 2 ", "hidden", (3, 2)),
        ("activation=relu", "activation", "relu"),
        ("activation=relu+tanh", "activation", ("relu", "tanh")),
        ("activation=relu,tanh", "activation", ("relu", "tanh")),
        ("features=x1,x1^2,x1*x2", "features", ("x1", "x1^2", "x1*x2")),
        ("features=sin(x1)+x2", "features", ("sin(x1)", "x2")),
        ("class_weight=balanced", "class_weight", "balanced"),
        ("class_weight=1,2.5", "class_weight", (1.0, 2.5)),
        ("class_weight=null", "class_weight", None),
        ("batch_size=full", "batch_size", "full"),
        ("batch_size=7", "batch_size", 7),
        ("shuffle=false", "shuffle", False),
        ("learning_rate=1e-3", "learning_rate", 0.001),
        ("learning_rate=1", "learning_rate", 1.0),
        ("optimizer=adamw", "optimizer", "adamw"),
        ("seed=4294967295", "seed", 4294967295),
    ],
)
def test_set(nnviz_command, setting, field, value):
    more = ["--set", "hidden=2+2"] if "+tanh" in setting or ",tanh" in setting else []
    status, out, err = nnviz_command(
        "train", "--preset", "moons", "--epochs", "1", *more, "--set", setting, "--json"
    )
    assert (status, err) == (0, "")
    e = Experiment.from_json(json.dumps(json.loads(out)["experiment"]))
    assert getattr(e, field) == value


def test_open_a_file(nnviz_command, tmp_path):
    path = tmp_path / "experiment.json"
    path.write_text(preset("or").evolve(epochs=4).to_json(), encoding="utf-8")
    status, out, _ = nnviz_command("train", "--open", str(path), "--json")
    assert status == 0
    assert json.loads(out)["epoch"] == 4


# What is wrong.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--preset", "xr"], ["preset", "xr", "xor"]),
        (["--preset", ""], ["preset", "xor"]),
        ([], ["--preset", "--open"]),
        (["--preset"], ["--preset"]),
        (["--preset", "xor", "--open", "x.json"], ["--preset", "--open"]),
        (["--open", "/no/such/file.json"], ["/no/such/file.json"]),
        (["--open", "/"], ["/"]),
        (["--preset", "xor", "--epochs", "0"], ["epochs", "0"]),
        (["--preset", "xor", "--epochs", "-3"], ["epochs", "-3"]),
        (["--preset", "xor", "--epochs", "many"], ["epochs", "many"]),
        (["--preset", "xor", "--set", "sede=1"], ["sede", "seed"]),
        (["--preset", "xor", "--set", "self=1"], ["self"]),
        (["--preset", "xor", "--set", "seed"], ["--set", "seed"]),
        (["--preset", "xor", "--set", "=1"], ["--set"]),
        (["--preset", "xor", "--set", "seed=-1"], ["seed", "-1"]),
        (["--preset", "xor", "--set", "seed="], ["seed"]),
        (["--preset", "xor", "--set", "seed=" + "9" * 5000], ["seed"]),
        (["--preset", "xor", "--set", "learning_rate=NaN"], ["learning_rate", "nan"]),
        (["--preset", "xor", "--set", "learning_rate=1e999"], ["learning_rate", "inf"]),
        (["--preset", "xor", "--set", "learning_rate=fast"], ["learning_rate", "fast"]),
        (["--preset", "xor", "--set", "n_samples=5"], ["n_samples", "5", "4"]),
        (["--preset", "xor", "--set", "optimizer=lion"], ["optimizer", "lion", "adam"]),
        (["--preset", "xor", "--set", "hidden=8+x"], ["hidden", "x"]),
        (["--preset", "xor", "--set", "hidden=8;8"], ["hidden", "8;8"]),
        (["--preset", "xor", "--set", "hidden=" + "[" * 10_000], ["hidden"]),
        (["--preset", "xor", "--set", "loss=cross_entropy"], ["cross_entropy", "softmax"]),
        (["--preset", "xor", "--set", "a\nb=1"], ["no such field"]),
        (["--preset", "xor", "--bogus"], ["--bogus"]),
        (["--preset", "xor", "extra"], ["extra"]),
    ],
    ids=lambda value: " ".join(value)[:60],
)
def test_wrong_input(nnviz_command, arguments, words):
    check_complaint(nnviz_command("train", *arguments), 2, *words)


def test_unknown_command_and_option(nnviz_command):
    check_complaint(nnviz_command("trian"), 2, "trian")
    check_complaint(nnviz_command("--bogus"), 2, "--bogus")
    check_complaint(nnviz_command("--preset", "xr"), 2, "xr")
    check_complaint(nnviz_command("--quit-after", "-1", "--preset", "xor"), 2, "--quit-after")
    check_complaint(nnviz_command("--play", "presets"), 2, "command")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"seed": NaN}', '{"sede": 1}', "\0", "[" * 9999])
def test_file_with_something_else_in_it(nnviz_command, tmp_path, text):
    path = tmp_path / "experiment.json"
    path.write_text(text, encoding="utf-8")
    check_complaint(nnviz_command("train", "--open", str(path)), 2, "experiment.json")


def test_divergence_is_a_failed_run(nnviz_command):
    settings = "dataset=plane output_activation=linear loss=squared_error optimizer=sgd".split()
    arguments = [item for setting in settings for item in ("--set", setting)]
    result = nnviz_command(
        "train", "--preset", "moons", *arguments, "--set", "learning_rate=1e6", "--json"
    )
    check_complaint(result, 1, "diverged", "layer")


@pytest.mark.parametrize("when", ["__init__", "advance_epochs"])
@pytest.mark.parametrize("command", ["train", "render"])
def test_too_little_memory_is_one_sentence(
    nnviz_command, monkeypatch, tmp_path, qapp, command, when
):
    def fail(*_):
        raise MemoryError("Unable to allocate 745. GiB for an array")

    monkeypatch.setattr(f"nnviz.run.trainer.Trainer.{when}", fail)
    output = tmp_path / "figure.png"
    arguments = ["--output", str(output)] if command == "render" else []
    result = nnviz_command(command, "--preset", "xor", *arguments)
    check_complaint(result, 1, "There is not enough memory for this; fewer points")
    assert not output.exists()


# What is said of every option, and of the engine.


def test_every_option_has_its_sentence():
    root = get_command(application)
    assert set(root.commands) == {"presets", "train", "render", "doctor"}
    for command in (root, *root.commands.values()):
        assert command.get_short_help_str(200)
        for option in command.params:
            assert option.help is not None, (command.name, option.name)
            assert option.help[0].isupper(), (command.name, option.name)
            assert option.help.endswith("."), (command.name, option.name)


def test_the_first_training_says_that_the_engine_is_compiled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from nnviz.cli.progress import trainer_for
    from nnviz.model.kernels import store

    experiment = PRESETS["xor"].experiment
    assert trainer_for(experiment).engine == "compiled"
    monkeypatch.setattr(store, "is_ready", lambda: False)
    trainer_for(experiment)
    assert capsys.readouterr().err == ""  # nobody watches
    monkeypatch.setenv("FORCE_COLOR", "1")  # a terminal, to rich
    trainer_for(experiment)
    assert capsys.readouterr().err.startswith("nnviz: compiling the engine, at the first start")


def test_why_the_reference_trains_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from nnviz.cli.progress import trainer_for
    from nnviz.model.kernels import store

    def refuse() -> None:
        raise store.KernelsUnavailable("numba cannot be imported")

    monkeypatch.setattr(store, "load", refuse)
    assert trainer_for(PRESETS["xor"].experiment).engine == "reference"
    assert "reference engine, which is slower: numba cannot" in capsys.readouterr().err
