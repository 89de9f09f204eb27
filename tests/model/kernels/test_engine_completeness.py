"""Every name that the reference knows has its compiled twin; one that has none is not hidden."""

from dataclasses import replace

import numpy as np
import pytest

from nnviz.model import reference
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.engine import ENGINES, ReferenceEngine, make_engine
from nnviz.model.kernels import activations, losses, optimizers
from nnviz.model.kernels.engine import CompiledEngine
from nnviz.model.losses import LOSSES
from nnviz.model.network import Network
from nnviz.model.optimizers import OPTIMIZERS, Optimizer
from nnviz.model.reference import Problem, initial_state
from nnviz.model.schedules import SCHEDULES, Schedule

KINDS = {
    "activations": (ACTIVATIONS, activations, "`activate` and `pull_back`"),
    "losses": (LOSSES, losses, "`start_errors` and `sum_of_losses`"),
    "optimizers": (OPTIMIZERS, optimizers, "`step`"),
}


def what_is_missing(kind):
    registry, twin, functions = KINDS[kind]
    return [
        f"{name!r} is in {kind.upper()} of nnviz/model/{kind}.py, but trains on the reference "
        f"engine alone. Add it to CODES in nnviz/model/kernels/{kind}.py with a number of its own, "
        f"and a branch for that number to {functions} there; "
        "tests/model/kernels/test_against_reference.py then compares the two."
        for name in registry
        if name not in twin.CODES
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_registered_name_is_compiled(kind):
    missing = what_is_missing(kind)
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_compiled_that_nobody_can_ask_for(kind):
    registry, twin, _ = KINDS[kind]
    assert set(twin.CODES) <= set(registry)
    assert sorted(twin.CODES.values()) == list(range(len(twin.CODES)))


def a_problem(**fields):
    rng = np.random.default_rng(1)
    network = fields.pop("network", Network((2, 3, 1), ("tanh", "linear")))
    X, T = rng.normal(size=(9, 2)), rng.normal(size=(9, 1))
    return Problem(network, "squared_error", X, T, **fields)


def start_of(problem):
    return initial_state(problem, problem.network.initial_theta("xavier", 0))


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_contributor_reads_who_forgot_the_twin(kind, monkeypatch):
    registry, _, _ = KINDS[kind]
    monkeypatch.setitem(registry, "novelty", next(iter(registry.values())))
    (message,) = what_is_missing(kind)
    assert "'novelty'" in message
    assert f"CODES in nnviz/model/kernels/{kind}.py" in message


def check_left_to_the_reference(problem):
    engine = make_engine("compiled", problem)
    assert isinstance(engine, ReferenceEngine)
    assert (engine.name, engine.reason) == ("reference", "novelty is not compiled")
    start = start_of(problem)
    made, _ = engine.train(start, 20)
    expected, _ = reference.train(problem, start, 20)
    np.testing.assert_array_equal(made.theta, expected.theta)
    assert (made.theta != start.theta).any()


def test_an_activation_without_a_twin_trains_on_the_reference_and_says_so(monkeypatch):
    monkeypatch.setitem(ACTIVATIONS, "novelty", ACTIVATIONS["tanh"])
    check_left_to_the_reference(a_problem(network=Network((2, 3, 1), ("novelty", "linear"))))


def test_a_loss_without_a_twin_trains_on_the_reference_and_says_so(monkeypatch):
    monkeypatch.setitem(LOSSES, "novelty", LOSSES["squared_error"])
    check_left_to_the_reference(replace(a_problem(), loss="novelty"))


def test_an_optimizer_without_a_twin_trains_on_the_reference_and_says_so(monkeypatch):
    def step(theta, grad, slots, t, eta, hyper, is_weight):
        return theta - 0.5 * eta * grad, ()

    novelty = Optimizer("Novelty", "", "", slots=(), parameters=(), step=step)
    monkeypatch.setitem(OPTIMIZERS, "novelty", novelty)
    check_left_to_the_reference(a_problem(optimizer="novelty"))


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_is_compiled(name):
    check_schedule(name)


def test_a_new_schedule_needs_no_twin(monkeypatch):
    """Its rates are the reference's own, computed in advance."""

    def rate(eta, epoch, parameters):
        return eta * (1.0 + epoch % 3)

    monkeypatch.setitem(SCHEDULES, "novelty", Schedule("Novelty", "", "", (), rate))
    check_schedule("novelty")


def check_schedule(name):
    problem = a_problem(schedule=name, batch_size=4)
    engine = make_engine("compiled", problem)
    assert (engine.name, engine.reason) == ("compiled", "")
    made, _ = engine.train(start_of(problem), 30)
    expected, _ = reference.train(problem, start_of(problem), 30)
    np.testing.assert_allclose(made.theta, expected.theta, rtol=0, atol=1e-12)


def test_the_engines_by_name():
    assert {name: type(make_engine(name, a_problem())) for name in ENGINES} == {
        "compiled": CompiledEngine,
        "reference": ReferenceEngine,
    }
    with pytest.raises(ValueError, match=r"^engine: 'quantum' given; allowed: .*\.$"):
        make_engine("quantum", a_problem())


def test_whole_numbers_are_numbers():
    """What a script may write: a learning rate of 1, a momentum of 0."""
    from nnviz.model.optimizers import Hyperparameters

    whole = a_problem(
        learning_rate=1, l2=1, optimizer="momentum", hyperparameters=Hyperparameters(0, 0, 0, 0, 0)
    )
    engine = make_engine("compiled", whole)
    made, _ = engine.train(start_of(whole), 1)
    expected, _ = reference.train(whole, start_of(whole), 1)
    np.testing.assert_allclose(made.theta, expected.theta, rtol=0, atol=1e-12)
