"""The figures in the guide's lesson plan are those that nnviz reaches."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import nnviz

pytestmark = pytest.mark.slow

PAGE = Path(__file__).resolve().parent.parent / "docs" / "guide" / "teachers.md"
# Words are parted by one space, so that it does not matter where lines end.
TEXT = re.sub(r"\n {2,}", " ", PAGE.read_text("utf-8"))


def trained(preset: str, **changes: Any) -> nnviz.Trainer:
    trainer = nnviz.Trainer(nnviz.preset(preset).evolve(**changes))
    trainer.advance_epochs(trainer.experiment.epochs)
    return trainer


def per_cent(trainer: nnviz.Trainer) -> float:
    assert trainer.train_accuracy is not None
    return 100 * trainer.train_accuracy


def test_how_many_hidden_units_xor_needs() -> None:
    solved = {
        units: sum(per_cent(trained("xor", hidden=[units], seed=seed)) == 100 for seed in range(5))
        for units in (1, 2, 3, 4)
    }
    assert solved == {1: 0, 2: 2, 3: 5, 4: 5}
    single = trained("xor", hidden=[])
    assert single.train_loss == pytest.approx(0.693, abs=5e-4)
    assert per_cent(single) <= 50


def test_the_perceptron_makes_no_mistake_after_three_passes() -> None:
    trainer = nnviz.Trainer(nnviz.preset("course-c06"))
    trainer.advance_epochs(3)
    assert per_cent(trainer) == 100
    weights, biases = trainer.weights[0].tolist(), trainer.biases[0].tolist()
    trainer.advance_epochs(1)
    assert (trainer.weights[0].tolist(), trainer.biases[0].tolist()) == (weights, biases)


def test_accuracies_by_learning_rate() -> None:
    rows = re.findall(r"^\| ([\d.]+) \| (\d+) % \|$", TEXT, re.MULTILINE)
    assert len(rows) == 3
    for rate, accuracy in rows:
        reached = per_cent(trained("moons", learning_rate=float(rate)))
        assert reached == pytest.approx(float(accuracy), abs=5)


def test_too_large_a_learning_rate_jumps_about() -> None:
    swings = []
    for seed in range(5):
        trainer = nnviz.Trainer(nnviz.preset("moons").evolve(learning_rate=0.3, seed=seed))
        trainer.advance_epochs(150)
        reached = []
        for _ in range(50):
            trainer.advance_epochs(1)
            reached.append(per_cent(trainer))
        swings.append(max(reached) - min(reached))
    assert sum(swing >= 5 for swing in swings) >= 2


def test_accuracies_by_batch_size() -> None:
    for batch_size, updates, said in (
        ("full", 1, "87 % with batch"),
        (10, 15, "96 % with batches of 10"),
        (1, 150, "97 % with stochastic"),
    ):
        trainer = trained("moons", optimizer="sgd", learning_rate=0.1, batch_size=batch_size)
        assert trainer.updates_per_epoch == updates
        assert said in TEXT
        assert per_cent(trainer) == pytest.approx(float(said[:2]), abs=2)


def test_learning_by_heart() -> None:
    fields = {"n_samples": 40, "noise": 0.35, "test_fraction": 0.5, "hidden": [16, 16]}
    plain = trained("moons", **fields, epochs=1000)
    assert len(plain.dataset.X_train) == 20
    assert per_cent(plain) == 100
    assert plain.test_accuracy == pytest.approx(0.65, abs=0.06)
    assert plain.train_loss < 0.01
    assert plain.test_loss == pytest.approx(2.8, abs=0.3)
    held = trained("moons", **fields, epochs=1000, l2=0.003)
    assert held.test_loss == pytest.approx(1.1, abs=0.2)
    assert trained("moons", **fields, epochs=1000, l2=0.1).train_loss == pytest.approx(
        0.693, abs=1e-3
    )


def test_two_clouds_are_parted_without_a_mistake() -> None:
    assert trained("course-c07").test_accuracy == 1.0


def test_the_product_of_the_inputs_solves_xor_by_one_unit() -> None:
    assert per_cent(trained("xor", features=["x1", "x2", "x1*x2"], hidden=[])) == 100
