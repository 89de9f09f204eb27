"""The engines under a Trainer: one asks for either, both do the same, and a switch keeps all."""

import dataclasses
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnviz
from nnviz import Diverged, Experiment, Trainer
from nnviz.data.dataset import Points
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.engine import ENGINES, Stop

FIGURES = ("train_data_loss", "penalty", "test_loss", "train_accuracy", "test_accuracy")


def advance(t, updates):
    """Advance as far as it goes; returns what stopped it."""
    try:
        t.advance(updates)
    except Diverged as error:
        return error.divergence
    return None


def state_bits(t):
    state = t.frame().state
    return [vector.tobytes() for vector in (state.theta, *state.slots)], (
        state.update,
        state.epoch,
        state.position,
        state.optimizer_updates,
    )


def assert_figures_agree(one, other):
    for name in FIGURES:
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None) == (b is None), name
        if a is not None:
            assert a == pytest.approx(b, rel=1e-12, abs=1e-14), name


def test_compiled_unless_asked_otherwise():
    e = Experiment()
    assert Trainer(e).engine == "compiled"
    for name in ENGINES:
        t = Trainer(e, engine=name)
        assert (t.engine, t.engine_reason) == (name, "")
    for choose in (lambda: Trainer(e, engine="quantum"), lambda: Trainer(e).use("quantum")):
        with pytest.raises(ValueError, match=r"^engine: 'quantum' given; allowed: .*\.$"):
            choose()


@settings(derandomize=True, max_examples=100, deadline=None)
@given(data=st.data(), updates=st.integers(0, 30))
def test_a_switch_keeps_every_bit_of_the_state(drawn_experiments, data, updates):
    """And the figures of a moment are the same in both engines."""
    t = Trainer(data.draw(drawn_experiments))
    assert (t.engine, t.engine_reason) == ("compiled", "")
    advance(t, updates)
    kept, compiled = state_bits(t), t.frame()
    t.use("reference")
    assert (t.engine, t.engine_reason) == ("reference", "")
    assert state_bits(t) == kept
    assert_figures_agree(compiled, t.frame())
    t.use("compiled")
    assert (t.engine, t.engine_reason) == ("compiled", "")
    assert t.frame() == compiled


def test_a_switch_to_and_fro_changes_nothing_that_follows():
    e = nnviz.preset("moons")
    for name, other in (ENGINES, ENGINES[::-1]):
        straight, switching = Trainer(e, engine=name), Trainer(e, engine=name)
        straight.advance(37)
        switching.advance(15)
        switching.use(other)
        switching.use(name)
        switching.advance(22)
        assert switching.frame() == straight.frame()


def test_each_engine_retraces_its_own_part():
    """A frame and the engine that went on from it are all that a replay needs."""
    t = Trainer(nnviz.preset("circles"))
    t.advance(11)
    first = t.frame()
    t.use("reference")
    t.advance(13)
    reached = state_bits(t)
    t.use("compiled")
    t.advance(17)
    end = t.frame()
    again = Trainer(first.experiment, engine="reference")
    again.restore(first)
    again.advance(13)
    assert state_bits(again) == reached
    again.use("compiled")
    again.advance(17)
    assert again.frame() == end


@pytest.mark.parametrize(
    "change", [{"learning_rate": 0.01}, {"batch_size": 3}, {"optimizer": "adam"}]
)
def test_changes_keep_the_engine(change):
    for name in ENGINES:
        t = Trainer(Experiment(optimizer="sgd", n_samples=20), engine=name)
        t.advance(3)
        t.change(**change)
        assert t.engine == name
        t.advance(3)
        t.restore(t.frame())
        t.reset()
        assert (t.engine, t.update) == (name, 0)


@pytest.mark.parametrize("name", ENGINES)
def test_a_stop_ends_an_advance_early(name):
    t, stop = Trainer(Experiment(n_samples=20), engine=name), Stop()
    t.advance(2, stop)
    stop.ask()
    before = t.frame()
    t.advance(10, stop)
    assert t.frame() == before
    assert t.diverged is None
    stop.clear()
    t.advance(10, stop)
    assert t.update == 12


def test_an_advance_that_another_thread_stops_goes_on_as_if_it_had_not_been():
    e = nnviz.preset("moons").evolve(n_samples=2000, batch_size="full", hidden=[16, 16])
    straight, stopped, stop = Trainer(e), Trainer(e), Stop()
    straight.advance(400)
    thread = threading.Thread(target=stop.ask)
    thread.start()
    stopped.advance(400, stop)
    thread.join()
    stopped.advance(400 - stopped.update)
    assert stopped.frame() == straight.frame()


@pytest.mark.parametrize("name", nnviz.PRESETS)
def test_every_preset_trains_with_the_compiled_engine(name):
    e = nnviz.preset(name)
    compiled, exact = Trainer(e), Trainer(e, engine="reference")
    assert (compiled.engine, compiled.engine_reason) == ("compiled", "")
    assert_figures_agree(compiled.frame(), exact.frame())
    compiled.advance(30)
    exact.advance(30)
    assert compiled.train_loss == pytest.approx(exact.train_loss, rel=1e-9, abs=1e-12)
    assert (compiled.update, compiled.epoch) == (30, exact.epoch)
    np.testing.assert_allclose(compiled.frame().theta, exact.frame().theta, rtol=0, atol=1e-9)


def test_sampled_figures_agree():
    e = nnviz.preset("moons").evolve(n_samples=3000)
    compiled, exact = Trainer(e), Trainer(e, engine="reference")
    frame = compiled.frame(at_most=500)
    assert frame.is_sampled
    assert_figures_agree(frame, exact.frame(at_most=500))


@pytest.mark.parametrize("class_weight", ["balanced", [0.2, 5.0]])
def test_figures_with_weights_of_the_classes_agree(class_weight):
    e = Experiment(dataset="moons", class_weight=class_weight, l1=0.01, l2=0.1, n_samples=90)
    compiled, exact = Trainer(e), Trainer(e, engine="reference")
    compiled.advance(5)
    exact.restore(compiled.frame())
    assert_figures_agree(compiled.frame(), exact.frame())


def test_divergence_ends_both_at_the_same_moment():
    e = Experiment(
        dataset="plane",
        output_activation="linear",
        loss="squared_error",
        optimizer="sgd",
        hidden=[],
    ).evolve(learning_rate=1e6)
    ends = {}
    for name in ENGINES:
        t = Trainer(e, engine=name)
        assert t.engine == name
        ends[name] = (advance(t, 1000), t.update)
        assert t.diverged == ends[name][0]
        assert t.diverged is not None
        assert np.isfinite(t.frame().theta).all()
    assert ends["compiled"] == ends["reference"]


def test_what_is_not_compiled_trains_on_the_reference_and_says_so(monkeypatch):
    """And as soon as it is no longer asked for, the compiled engine is back."""
    novelty = dataclasses.replace(ACTIVATIONS["tanh"], label="Novelty")
    monkeypatch.setitem(ACTIVATIONS, "novelty", novelty)
    e = Experiment(activation="novelty", hidden=[4], n_samples=30)
    t = Trainer(e)
    assert (t.engine, t.engine_reason) == ("reference", "novelty is not compiled")
    before = t.train_loss
    t.advance(20)
    assert t.train_loss < before
    t.use("compiled")
    assert (t.engine, t.engine_reason) == ("reference", "novelty is not compiled")
    t.restore(Trainer(e.evolve(activation="tanh")).frame())
    assert (t.engine, t.engine_reason) == ("compiled", "")


def test_numbers_without_measure_are_left_to_the_reference_and_it_says_so():
    X = np.array([[1e150, 1.0], [2.0, -3.0], [0.5, 1.0], [-4.0, 2.0]])
    e = Experiment(dataset=Points(X, [0, 1, 0, 1], classes=["a", "b"]), test_fraction=0)
    t = Trainer(e.evolve(scaling="none", activation="tanh"))
    assert np.abs(t.dataset.X_train).max() == 1e150
    assert (t.engine, t.engine_reason) == ("reference", "numbers beyond 1e+100")
    t.advance(3)
    assert t.update == 3
