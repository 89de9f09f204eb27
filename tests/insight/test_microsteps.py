"""The micro-steps of an update are that update, and tell all of it."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import nnviz
from nnviz.insight.microsteps import PHASES, MicroStep, microsteps
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.problem import dataset_of, problem_of
from nnviz.run.trainer import Trainer

HIDDEN = [name for name, activation in ACTIVATIONS.items() if activation.hidden]
SMALL: dict[str, Any] = {"n_samples": 40, "hidden": [3, 2], "batch_size": 7}


def trainer_of(updates: int = 3, engine: str = "reference", **changes: Any) -> Trainer:
    trainer = Trainer(nnviz.preset("moons").evolve(**(SMALL | changes)), engine=engine)
    trainer.advance(updates)
    return trainer


def only(steps: tuple[MicroStep, ...], phase: str, word: str = "") -> list[MicroStep]:
    return [step for step in steps if step.phase == phase and word in step.title]


def assert_is_the_next_update(trainer: Trainer) -> None:
    steps = microsteps(trainer)
    trainer.advance(1)
    for told, is_ in ((steps[-1].values["new_weights"], trainer.weights),
                      (steps[-1].values["new_biases"], trainer.biases)):  # fmt: skip
        for mine, theirs in zip(told, is_, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-12 * np.abs(theirs).max())


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_last_one_is_the_next_update(optimizer: str, engine: str) -> None:
    trainer = trainer_of(engine=engine, optimizer=optimizer, l1=0.01, l2=0.02, learning_rate=0.03)
    for _ in range(8):  # over the end of an epoch, whose last batch is smaller
        assert_is_the_next_update(trainer)


@pytest.mark.parametrize("activation", HIDDEN)
def test_it_is_so_with_every_activation(activation: str) -> None:
    assert_is_the_next_update(trainer_of(activation=activation, learning_rate=0.02))


PAIRS = [
    (loss, output)
    for loss, output in itertools.product(LOSSES, ACTIVATIONS)
    if not LOSSES[loss].outputs or output in LOSSES[loss].outputs
]


@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_it_is_so_with_every_loss(loss: str, output: str) -> None:
    assert_is_the_next_update(trainer_of(loss=loss, output_activation=output, learning_rate=0.02))


def test_frozen_parameters_stay() -> None:
    network = trainer_of().network
    mask = {
        "weights": [np.zeros(shape, dtype=bool).tolist() for shape in network.shapes],
        "biases": [np.ones(n_out, dtype=bool).tolist() for n_out, _ in network.shapes],
    }
    trainer = trainer_of(optimizer="adam", trainable=mask)
    before = trainer.weights
    last = microsteps(trainer)[-1].values
    for old, new in zip(before, last["new_weights"], strict=True):
        np.testing.assert_array_equal(old, new)
    for step in only(microsteps(trainer), "update"):
        assert np.any(step.values["bias_steps"] != 0)
    assert_is_the_next_update(trainer)


def test_classes_that_do_not_count_alike() -> None:
    assert_is_the_next_update(trainer_of(class_weight=[1.0, 3.0]))


def test_the_trainer_stays_as_it_is() -> None:
    trainer = trainer_of()
    before = trainer.frame()
    microsteps(trainer)
    assert trainer.frame() == before
    told, again = microsteps(before), microsteps(trainer)
    assert [step.title for step in told] == [step.title for step in again]


def test_their_order() -> None:
    steps = microsteps(trainer_of())
    assert [phase for phase, _ in itertools.groupby(steps, lambda step: step.phase)] == list(PHASES)
    assert [step.layer for step in only(steps, "forward")] == [1, 1, 2, 2, 3, 3]
    assert [step.layer for step in only(steps, "backward")] == [3, 3, 2, 2, 1, 1]
    assert [step.layer for step in only(steps, "update")] == [1, 2, 3]
    for step in steps:
        assert step.title
        assert step.formula


def test_nothing_can_be_written_to() -> None:
    for step in microsteps(trainer_of(optimizer="adam")):
        with pytest.raises(TypeError):
            step.values["loss"] = 0  # type: ignore[index]
        for value in step.values.values():
            for array in value if isinstance(value, tuple) else (value,):
                if isinstance(array, np.ndarray):
                    with pytest.raises(ValueError, match="read-only"):
                        array[...] = 0


def test_it_loads_the_points_of_the_update() -> None:
    trainer = trainer_of(updates=0, shuffle=False)
    n = len(trainer.dataset.X_train)
    seen: list[int] = []
    for update in range(trainer.updates_per_epoch):
        load = microsteps(trainer)[0].values
        assert (load["epoch"], load["batch"]) == (1, update + 1)
        np.testing.assert_array_equal(load["inputs"], trainer.dataset.X_train[load["points"]])
        seen += load["points"].tolist()
        trainer.advance(1)
    assert seen == list(range(n))
    assert microsteps(trainer)[0].values["epoch"] == 2


def test_shuffled_points_are_each_loaded_once_an_epoch() -> None:
    trainer = trainer_of(updates=0)
    seen: list[int] = []
    for _ in range(trainer.updates_per_epoch):
        seen += microsteps(trainer)[0].values["points"].tolist()
        trainer.advance(1)
    assert seen != sorted(seen)
    assert sorted(seen) == list(range(len(trainer.dataset.X_train)))


def test_every_step_follows_from_the_one_before() -> None:
    trainer = trainer_of(l2=0.1)
    steps = microsteps(trainer)
    a = steps[0].values["inputs"]
    forward = only(steps, "forward")
    for sums, activations in zip(forward[::2], forward[1::2], strict=True):
        values = sums.values
        np.testing.assert_array_equal(values["inputs"], a)
        np.testing.assert_allclose(values["sums"], a @ values["weights"].T + values["biases"])
        np.testing.assert_array_equal(activations.values["sums"], values["sums"])
        a = activations.values["activations"]
    loss = only(steps, "loss")[0].values
    np.testing.assert_array_equal(loss["outputs"], a)
    assert loss["loss"] == loss["data_loss"] + loss["penalty"]
    assert loss["penalty"] > 0
    assert loss["data_loss"] == pytest.approx(loss["losses"].mean())
    for errors, gradients in zip(
        only(steps, "backward", "errors"), only(steps, "backward", "gradients"), strict=True
    ):
        np.testing.assert_array_equal(errors.values["errors"], gradients.values["errors"])
    told = {step.layer: step.values for step in only(steps, "backward", "gradients")}
    for step in only(steps, "update"):
        values = step.values
        for name in ("weight_gradients", "bias_gradients"):
            np.testing.assert_allclose(values[name], told[step.layer][name], atol=1e-15)
        np.testing.assert_array_equal(
            values["new_layer_weights"] - values["old_layer_weights"], values["weight_steps"]
        )


def test_gradients_are_slopes_of_the_loss() -> None:
    trainer = trainer_of(l2=0.1, hidden=[3], activation="tanh")
    step = only(microsteps(trainer), "backward", "Layer 1: gradients")[0]
    epsilon = 1e-6

    def loss(change: float) -> float:
        other = trainer_of(l2=0.1, hidden=[3], activation="tanh")
        weights = [W.copy() for W in other.weights]
        weights[0][1, 0] += change
        other.set_parameters(weights, other.biases)
        return float(only(microsteps(other), "loss")[0].values["loss"])

    slope = (loss(epsilon) - loss(-epsilon)) / (2 * epsilon)
    assert step.values["weight_gradients"][1, 0] == pytest.approx(slope, rel=1e-6)


def test_a_single_point_has_its_own_numbers_and_the_batch_their_mean() -> None:
    trainer = trainer_of(class_weight=[1.0, 2.0], l1=0.01)
    whole = microsteps(trainer)
    m = len(whole[0].values["points"])
    single = [microsteps(trainer, point=k) for k in range(m)]
    assert [steps[0].values["points"].tolist() for steps in single] == [
        [place] for place in whole[0].values["points"].tolist()
    ]
    for k, step in enumerate(whole):
        if step.phase == "loss":
            mean = np.mean([steps[k].values["loss"] for steps in single])
            assert step.values["loss"] == pytest.approx(mean)
        if "gradients" in step.title:
            for name in ("weight_gradients", "bias_gradients"):
                mean = np.mean([steps[k].values[name] for steps in single], axis=0)
                np.testing.assert_allclose(step.values[name], mean, atol=1e-14)
    for steps in single:  # the update is the batch's, whoever is looked at
        for mine, theirs in zip(
            steps[-1].values["new_weights"], whole[-1].values["new_weights"], strict=True
        ):
            np.testing.assert_array_equal(mine, theirs)


def test_products_of_a_single_point_add_up_to_its_sums() -> None:
    for step in only(microsteps(trainer_of(), point=2), "forward", "sums"):
        values = step.values
        np.testing.assert_allclose(
            values["products"].sum(axis=1) + values["biases"], values["sums"][0]
        )


@pytest.mark.parametrize("point", [-1, 7, 1000])
def test_a_point_that_is_not_there(point: int) -> None:
    with pytest.raises(ValueError, match=rf"^point: {point} given; allowed: 0 to 6"):
        microsteps(trainer_of(), point=point)


ADAM = ("first_moment", "second_moment", "corrected_first_moment", "corrected_second_moment")
QUANTITIES = {
    "sgd": (),
    "momentum": ("velocity",),
    "nesterov": ("velocity",),
    "adagrad": ("sum_of_squares",),
    "rmsprop": ("mean_square",),
    "adam": ADAM,
    "adamw": ADAM,
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_optimizers_own_quantities(optimizer: str) -> None:
    trainer = trainer_of(optimizer=optimizer)
    update = only(microsteps(trainer), "update")[0].values
    told = {name.removesuffix("_of_weights") for name in update if name.endswith("_of_weights")}
    assert told == set(QUANTITIES[optimizer])
    trainer.advance(1)
    frame = trainer.frame()
    for name, slot in zip(OPTIMIZERS[optimizer].slots, frame.slots, strict=True):
        np.testing.assert_allclose(
            update[f"{name}_of_weights"], frame.network.split(slot)[0][0], rtol=1e-12
        )


def test_adams_step_by_hand() -> None:
    update = only(microsteps(trainer_of(optimizer="adam", learning_rate=0.05)), "update")[0].values
    m, v = update["corrected_first_moment_of_weights"], update["corrected_second_moment_of_weights"]
    expected = -update["learning_rate"] * m / (np.sqrt(v) + 1e-8)
    np.testing.assert_allclose(update["weight_steps"], expected, rtol=1e-9)
    assert update["t"] == 4


def test_the_rate_is_that_of_the_schedule() -> None:
    changes = {"schedule": "exponential", "schedule_factor": 0.5, "schedule_every": 1}
    trainer = trainer_of(updates=0, learning_rate=0.8, **changes)
    trainer.advance_epochs(2)
    assert microsteps(trainer)[-1].values["learning_rate"] == pytest.approx(0.2)


def test_a_network_without_hidden_layers() -> None:
    trainer = trainer_of(hidden=[])
    assert [step.title for step in microsteps(trainer)][-1].startswith("Output")
    assert_is_the_next_update(trainer)


def test_several_classes() -> None:
    trainer = Trainer(nnviz.preset("blobs"), engine="reference")
    trainer.advance(5)
    assert_is_the_next_update(trainer)


def test_numbers_that_are_not_finite_are_shown() -> None:
    trainer = trainer_of(hidden=[2], activation="linear", output_activation="linear",
                         loss="squared_error")  # fmt: skip
    huge = [np.full(shape, 1e200) for shape in trainer.network.shapes]
    trainer.set_parameters(huge, [np.zeros(n) for n, _ in trainer.network.shapes])
    assert not np.isfinite(only(microsteps(trainer), "loss")[0].values["loss"])


def test_the_problem_of_a_frame_is_that_of_its_trainer() -> None:
    trainer = trainer_of(l1=0.5)
    problem = problem_of(trainer.experiment, dataset_of(trainer.experiment))
    assert problem.l1 == 0.5
    assert problem.network == trainer.network
