"""Changes in the middle of a run: parameters, live fields, reset; and a run that diverges."""

import numpy as np
import pytest

from nnviz import Diverged, Experiment, Points, Trainer, preset
from nnviz.run.experiment import LIVE_FIELDS


def trainer(**fields):
    return Trainer(Experiment(**{"n_samples": 40, "hidden": [3], "batch_size": 8} | fields))


def plane(**fields):
    return trainer(dataset="plane", output_activation="linear", loss="squared_error", **fields)


def test_set_parameters_keeps_all_else():
    t = trainer(optimizer="adam")
    t.advance(6)
    before = t.frame()
    weights = [w + 1 for w in t.weights]
    biases = [b.tolist() for b in t.biases]
    t.set_parameters(weights, biases)
    after = t.frame()
    assert [w.tolist() for w in t.weights] == [w.tolist() for w in weights]
    assert (after.update, after.epoch, after.position) == (6, 1, 2 * 8)
    assert (after.update, after.epoch) == (before.update, before.epoch)
    for slot, other in zip(before.slots, after.slots, strict=True):
        np.testing.assert_array_equal(slot, other)
    assert after.state.optimizer_updates == before.state.optimizer_updates
    assert t.train_loss != before.train_loss
    weights[0][:] = 9
    assert t.weights[0].max() < 9


@pytest.mark.parametrize(
    ("weights", "biases"),
    [
        ([[[1.0, 1.0]]], []),
        ([], []),
        ([[[1.0]]], [[1.0]]),
        ([[1.0, 1.0]], [[1.0]]),
        ([[[1.0, 1.0]]], [1.0]),
        ([[[1.0, 1.0]]], [[1.0, 2.0]]),
        ([[[1.0, float("nan")]]], [[1.0]]),
        ([[[1.0, 1.0]]], [[float("inf")]]),
        ([[["a", "b"]]], [[1.0]]),
        ([[["1", "2"]]], [[1.0]]),
        ([[[1.0], [1.0, 2.0]]], [[1.0]]),
        (None, None),
        ("ab", "cd"),
    ],
)
def test_parameters_that_do_not_fit(weights, biases):
    t = trainer(hidden=[])
    t.advance(2)
    before = t.frame()
    with pytest.raises(ValueError, match=r"weights|biases") as raised:
        t.set_parameters(weights, biases)
    assert "\n" not in str(raised.value)
    assert t.frame() == before


CHANGES = {
    "activation": "relu",
    "loss": "squared_error",
    "l1": 0.01,
    "l2": 0.01,
    "optimizer": "sgd",
    "learning_rate": 0.5,
    "momentum": 0.5,
    "decay": 0.5,
    "beta_1": 0.5,
    "beta_2": 0.5,
    "weight_decay": 0.5,
    "schedule": "step",
    "schedule_every": 7,
    "schedule_factor": 0.25,
    "schedule_floor": 0.25,
    "batch_size": 3,
    "shuffle": False,
    "epochs": 77,
    "trainable": ([[[1, 1]] * 3, [[0, 1, 1]]], [[0, 1, 1], [1]]),
}


def test_every_live_field_is_tried():
    assert set(CHANGES) == LIVE_FIELDS - {"hidden"}  # see test_other_layers.py


@pytest.mark.parametrize("name", CHANGES)
def test_a_live_change_keeps_the_parameters(name):
    t = trainer(optimizer="adam")
    t.advance(6)
    before = t.frame()
    t.change(**{name: CHANGES[name]})
    after = t.frame()
    assert after.theta.tolist() == before.theta.tolist()
    assert (after.update, after.epoch) == (before.update, before.epoch)
    assert after.experiment == before.experiment.evolve(**{name: CHANGES[name]})
    # A new batch size or order begins a new pass; nothing else does.
    begins = name in ("batch_size", "shuffle")
    assert after.position == (0 if begins else before.position)
    if name == "optimizer":
        assert after.slots == ()
        assert after.state.optimizer_updates == 0
    else:
        for slot, other in zip(before.slots, after.slots, strict=True):
            np.testing.assert_array_equal(slot, other)
    t.advance(5)
    assert t.update == 11


def test_a_new_pass_visits_every_point_again():
    t = trainer(batch_size=8)
    t.advance(6)
    t.change(batch_size=10)
    t.advance(3)
    assert (t.epoch, t.frame().position) == (2, 0)
    t.change(batch_size="full")
    t.advance(1)
    assert (t.epoch, t.frame().position) == (3, 0)


def test_the_same_value_is_no_change():
    t = trainer(optimizer="adam")
    t.advance(6)
    before = t.frame()
    t.change(optimizer="adam", batch_size=8, learning_rate=t.experiment.learning_rate)
    assert t.frame() == before
    t.change()
    assert t.frame() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden": [0]},
        {"seed": 1},
        {"dataset": "circles"},
        {"initializer": "he"},
        {"output_activation": "tanh"},
        {"features": ["x1"]},
        {"learning_rate": -1},
        {"loss": "cross_entropy"},
        {"optimiser": "sgd"},
        {"self": 1},
        {"learning_rate": 0.5, "seed": 4},
        {"activation": ["tanh", "tanh"]},
    ],
    ids=str,
)
def test_what_cannot_change(changes):
    t = trainer()
    t.advance(6)
    before = t.frame()
    with pytest.raises(ValueError, match=r".+\.$|\?$") as raised:
        t.change(**changes)
    assert any(name in str(raised.value) for name in changes)
    assert t.frame() == before


def test_the_learning_rate_acts_at_once():
    t = trainer(optimizer="sgd", batch_size="full")
    t.advance(3)
    start = t.frame()
    t.advance(1)
    small = t.frame().theta - start.theta
    t.restore(start)
    t.change(learning_rate=10 * t.experiment.learning_rate)
    t.advance(1)
    np.testing.assert_allclose(t.frame().theta - start.theta, 10 * small, rtol=1e-10)


def test_reset_keeps_the_present_settings_and_gives_the_same_weights():
    t = trainer()
    start = t.frame()
    t.advance(6)
    t.change(learning_rate=0.5)
    t.reset()
    assert t.frame().theta.tolist() == start.theta.tolist()
    assert t.experiment.learning_rate == 0.5
    assert (t.update, t.epoch, t.frame().position) == (0, 0, 0)
    assert all(not slot.any() for slot in t.frame().slots)
    t.change(learning_rate=start.experiment.learning_rate)
    assert t.frame() == start


# Divergence.


def advance_and_check(t, at_once):
    for _ in range(1000):
        t.advance(at_once)
        assert np.isfinite(t.train_loss)


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_n6_divergence_is_a_state(at_once):
    t = plane(hidden=[], optimizer="sgd", learning_rate=1e6, batch_size="full")
    with pytest.raises(Diverged, match=r"^Training diverged at update \d+: the .*\.$") as raised:
        advance_and_check(t, at_once)
    assert isinstance(raised.value, ArithmeticError)
    assert raised.value.divergence == t.diverged
    assert np.isfinite(t.train_loss)
    kept = t.frame()
    with pytest.raises(Diverged):
        t.advance()
    assert t.frame() == kept
    # The way out: a smaller rate.
    t.change(learning_rate=1e-3)
    assert t.diverged is None
    t.advance(10)
    assert t.update == kept.update + 10


def test_n6_huge_inputs_stop_before_the_first_update():
    for size in (1e200, 1e308):
        points = Points([[size, -size], [0.5 * size, size], [-size, 0.1]], [0, 1, 1])
        t = Trainer(
            Experiment(
                dataset=points, test_fraction=0, output_activation="linear", loss="hinge"
            ).evolve(hidden=[], loss="squared_error", learning_rate=1.0, optimizer="sgd")
        )
        start = t.frame()
        with pytest.raises(Diverged):
            t.advance(100)
        assert t.frame() == start
        assert np.isfinite(t.frame().theta).all()


def test_reset_after_divergence():
    t = plane(hidden=[], optimizer="sgd", learning_rate=1e6, batch_size="full")
    start = t.frame()
    with pytest.raises(Diverged):
        t.advance(1000)
    t.reset()
    assert t.diverged is None
    assert t.frame() == start


def test_presets_are_not_changed_by_training():
    e = preset("xor")
    text = e.to_json()
    Trainer(e).advance(5)
    assert preset("xor").to_json() == text
