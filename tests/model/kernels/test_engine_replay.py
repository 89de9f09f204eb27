"""The compiled engine retraces a run bit for bit, however the run is cut; and it can be stopped."""

import threading
from dataclasses import replace
from itertools import cycle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnviz.model.engine import ENGINES, Stop, make_engine
from nnviz.model.network import Network
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.reference import Problem, initial_state

UPDATES = 500

# The same cases in every run: what rounding does to a run is not the fault of whoever runs it.
many = settings(derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


def bits(outcome):
    """All of a state, and what stopped the run there."""
    state, trouble = outcome
    numbers = [vector.tobytes() for vector in (state.theta, *state.slots)]
    return numbers, state.update, state.epoch, state.position, state.optimizer_updates, trouble


def run(engine, state, slices, updates=UPDATES):
    """Make the updates in slices of these lengths, over and over."""
    goal, trouble = state.update + updates, None
    for length in cycle(slices):
        state, trouble = engine.train(state, min(length, goal - state.update))
        if trouble is not None or state.update == goal:
            return state, trouble


def regression(n, sizes, **fields):
    rng = np.random.default_rng(5)
    network = Network(sizes, (*(["tanh"] * (len(sizes) - 2)), "linear"))
    X = rng.normal(size=(n, sizes[0]))
    problem = Problem(network, "squared_error", X, rng.normal(size=(n, sizes[-1])), **fields)
    return problem, initial_state(problem, network.initial_theta("xavier", 2))


@settings(many, max_examples=25)
@given(data=st.data())
def test_a_run_in_slices_is_the_run_at_once(compiled, drawn_problems, data):
    problem, start = data.draw(drawn_problems(most_points=60))
    slices = data.draw(st.lists(st.integers(1, 90), min_size=1, max_size=6))
    at_once = bits(compiled(problem).train(start, UPDATES))
    for lengths in ([1], [7], slices):
        assert bits(run(compiled(problem), start, lengths)) == at_once


@settings(many, max_examples=25)
@given(data=st.data(), cut=st.integers(0, UPDATES))
def test_any_state_is_all_that_is_needed_to_go_on(compiled, drawn_problems, data, cut):
    """An engine that has been elsewhere, or one that was made a moment ago, goes on alike."""
    problem, start = data.draw(drawn_problems(most_points=60))
    engine = compiled(problem)
    kept, trouble = engine.train(start, cut)
    if trouble is not None:
        return
    end = bits(engine.train(kept, UPDATES - cut))
    assert end == bits(compiled(problem).train(kept, UPDATES - cut))
    engine.train(start, cut // 2)
    assert end == bits(engine.train(kept, UPDATES - cut))
    assert end == bits(compiled(problem).train(start, UPDATES))


@pytest.mark.parametrize("schedule", ["step", "exponential", "cosine"])
def test_schedules_go_on_beyond_the_rates_computed_in_advance(compiled, schedule):
    problem, start = regression(3, (1, 2, 1), schedule=schedule, batch_size=2)
    start = replace(start, epoch=1000)
    at_once = bits(compiled(problem).train(start, 3000))
    assert at_once[2] > 2048
    assert bits(run(compiled(problem), start, [1, 31, 700], 3000)) == at_once


@pytest.mark.parametrize("sizes", [(2, 64, 64, 1), (3, 1024, 1), (1024, 1, 2), (1, 1024, 3)])
def test_wide_layers_do_not_depend_on_where_memory_lies(compiled, sizes):
    problem, start = regression(90, sizes, learning_rate=1e-3, optimizer="adam")
    expected, held = bits(compiled(problem).train(start, 20)), []
    for size in range(1, 400, 13):
        held.append(np.empty(size, dtype=np.uint8))
        state = replace(start, theta=start.theta.copy())
        assert bits(run(compiled(problem), state, [3], 20)) == expected


def test_another_thread_with_another_engine_changes_nothing(compiled):
    here, start = regression(50, (2, 8, 8, 1), batch_size=7, optimizer="adam")
    there, other_start = regression(80, (3, 40, 40, 1), batch_size=64, optimizer="rmsprop")
    expected = bits(compiled(here).train(start, 20_000))
    expected_there = bits(compiled(there).train(other_start, 20))
    is_over, began, outcomes = threading.Event(), threading.Event(), []

    def train_there():
        engine = compiled(there)
        while not is_over.is_set():
            outcomes.append(bits(engine.train(other_start, 20)))
            began.set()

    thread = threading.Thread(target=train_there)
    thread.start()
    began.wait()
    engine = compiled(here)
    try:
        outcome = bits(run(engine, start, [1, 3000, 77], 20_000))
        before = len(outcomes)
        while len(outcomes) < before + 3:
            assert bits(engine.train(start, 20_000)) == expected
    finally:
        is_over.set()
        thread.join()
    assert outcome == expected
    assert all(other == expected_there for other in outcomes)


# --- stops


@pytest.mark.parametrize("name", ENGINES)
def test_a_stop_that_was_asked_for_lets_no_update_begin(name):
    problem, start = regression(5, (2, 3, 1))
    engine, stop = make_engine(name, problem), Stop()
    stop.ask()
    assert stop.is_asked
    assert bits(engine.train(start, 10, stop)) == bits((start, None))
    stop.clear()
    assert not stop.is_asked
    assert bits(engine.train(start, 10, stop)) == bits(engine.train(start, 10))


def ask_when(is_time, stop):
    """Ask for a stop from another thread as soon as that is true."""

    def wait():
        while not is_time() and not over.wait(0.0005):
            pass
        stop.ask()

    over, thread = threading.Event(), threading.Thread(target=wait)
    thread.start()

    def end():
        over.set()
        thread.join()

    return end


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_run_that_is_stopped_again_and_again(compiled, optimizer):
    """Wherever the stops fall, the states are whole, and the end is the same."""
    problem, start = regression(
        700, (2, 16, 16, 1), batch_size=300, optimizer=optimizer, learning_rate=1e-3
    )
    expected = bits(compiled(problem).train(start, 300))
    engine, state, stops = compiled(problem), start, 0
    while state.update < 300:
        stop = Stop()
        end = ask_when(lambda: True, stop)
        after, trouble = engine.train(state, 300 - state.update, stop)
        end()
        assert trouble is None
        assert after.update >= state.update
        if after.update < 300:
            stops += 1
        if stops >= 5:  # enough of it
            after, trouble = engine.train(after, 300 - after.update)
        state = after
    assert bits((state, None)) == expected


def test_a_single_long_update_is_stopped_in_the_middle(compiled):
    """300,000 points in one batch; the stop is asked for when the first of them have gone through.

    What the engine had worked out by then is dropped: the state is that before the update.
    """
    problem, start = regression(300_000, (2, 64, 64, 1), learning_rate=1e-3, optimizer="momentum")
    engine, stop = compiled(problem), Stop()
    end = ask_when(engine._work.any, stop)
    try:
        state, trouble = engine.train(start, 1000, stop)
    finally:
        end()
    assert bits((state, trouble)) == bits((start, None))
    assert engine._work.any()
    stop.clear()
    after = bits(engine.train(state, 1, stop))
    assert after == bits(compiled(problem).train(start, 1))
    assert after[1:4] == (1, 1, 0)
