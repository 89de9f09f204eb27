"""The names that scripts and lessons rely on."""

import inspect
import re
import subprocess
import sys

import pytest

import nnviz

PROMISED = {"preset", "PRESETS", "Experiment", "Trainer"}


def test_names():
    assert set(nnviz.__all__) >= PROMISED
    assert len(set(nnviz.__all__)) == len(nnviz.__all__)
    for name in nnviz.__all__:
        assert getattr(nnviz, name) is not None
        assert name in dir(nnviz)
    assert re.fullmatch(r"\d+\.\d+\.\d+", nnviz.__version__)


def test_names_are_what_their_homes_hold():
    from nnviz.run import experiment, presets, trainer

    assert nnviz.Experiment is experiment.Experiment
    assert nnviz.Trainer is trainer.Trainer
    assert nnviz.Diverged is trainer.Diverged
    assert nnviz.preset is presets.preset


def test_unknown_name():
    with pytest.raises(AttributeError, match="module 'nnviz' has no attribute 'Trainr'"):
        nnviz.Trainr  # noqa: B018 (the access is the test)
    assert not hasattr(nnviz, "run_window")


@pytest.mark.parametrize("name", [name for name in nnviz.__all__ if name != "__version__"])
def test_names_load_when_they_are_used(name):
    code = f"import sys, nnviz; assert 'numpy' not in sys.modules; nnviz.{name}; print('used')"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=100
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "used\n", "")


def test_everything_public_has_a_docstring():
    for name in nnviz.__all__:
        value = getattr(nnviz, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert inspect.getdoc(value)
    for name, member in vars(nnviz.Trainer).items():
        if inspect.isfunction(member) and not name.startswith("_"):
            assert inspect.getdoc(member), name


def test_the_lines_of_the_design():
    e = nnviz.preset("xor")
    e = e.evolve(
        optimizer="adam",
        learning_rate=0.01,
        batch_size=10,
        hidden=[8, 8],
        activation="tanh",
        seed=1,
    )
    assert nnviz.Experiment.from_json(e.to_json()) == e
    t = nnviz.Trainer(e)
    assert t.dataset.X_train.shape == (4, 2)
    assert t.dataset.y_train.tolist() == [0, 1, 1, 0]
    assert t.dataset.transform([[0.0, 1.0]]).tolist() == [[0, 1]]
    t.set_parameters(t.weights, t.biases)
    t.change(learning_rate=0.1)
    t.advance(1)
    t.advance_epochs(10)
    assert (t.epoch, t.update) == (11, 11)
    assert t.train_loss >= t.train_data_loss > 0
    assert t.test_loss is None
    assert t.test_accuracy is None
    assert 0 <= t.train_accuracy <= 1
    assert t.predict(t.dataset.X_train).shape == (4,)
    assert t.predict_proba(t.dataset.X_train).shape == (4, 2)
    f = t.frame()
    t.advance(3)
    t.restore(f)
    assert t.frame() == f
