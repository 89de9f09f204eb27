"""L1: memory is flat, however many updates are made."""

import gc
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from numba.core.runtime import _nrt_python, rtsys

from nnviz.model.network import Network
from nnviz.model.reference import Problem, initial_state

MEBI = 2**20


def mixed_problem(sizes, n, batch_size, optimizer="adam"):
    """One that goes through most of the kernel."""
    rng = np.random.default_rng(8)
    network = Network(sizes, (*(["gelu", "tanh"][: len(sizes) - 2]), "softmax"))
    problem = Problem(
        network,
        "cross_entropy",
        rng.normal(size=(n, sizes[0])),
        np.eye(sizes[-1])[rng.integers(0, sizes[-1], n)],
        point_weights=rng.uniform(0.5, 2, n),
        l1=1e-4,
        l2=1e-4,
        optimizer=optimizer,
        learning_rate=1e-3,
        schedule="exponential",
        batch_size=batch_size,
        trainable=rng.random(network.n_parameters) < 0.9,
    )
    return problem, initial_state(problem, network.initial_theta("xavier", 0))


SHAPES = [
    ((2, 4, 4, 2), 20, 1),
    ((2, 4, 4, 2), 20, 7),
    ((2, 33, 32, 2), 40, "full"),
    ((2, 32, 33, 2), 40, 17),
]


@pytest.fixture(autouse=True)
def _counted_allocations():
    """Let numba count what its compiled code allocates, which it does not by itself."""
    was_on = _nrt_python.memsys_stats_enabled()
    _nrt_python.memsys_enable_stats()
    yield
    if not was_on:
        _nrt_python.memsys_disable_stats()


def blocks_in_use():
    stats = rtsys.get_allocation_stats()
    return stats.alloc - stats.free, stats.mi_alloc - stats.mi_free


def allocations_of(call):
    before = rtsys.get_allocation_stats()
    call()
    after = rtsys.get_allocation_stats()
    return after.alloc - before.alloc


@pytest.mark.parametrize(("sizes", "n", "batch_size"), SHAPES)
def test_the_kernel_allocates_nothing_for_an_update(compiled, sizes, n, batch_size):
    problem, start = mixed_problem(sizes, n, batch_size)
    engine = compiled(problem)
    engine.train(start, 10)
    of_one = allocations_of(lambda: engine.train(start, 1))
    assert allocations_of(lambda: engine.train(start, 300)) == of_one

    def figures(times):
        for _ in range(times):
            engine.figures(start.theta, problem.X, problem.T, problem.point_weights)

    figures(1)
    before = blocks_in_use()
    figures(50)
    for _ in range(50):
        engine.train(start, 3)
    assert blocks_in_use() == before


def resident():
    """Bytes of this process in memory; None where nobody tells."""
    status = Path("/proc/self/statm")
    if not status.exists():
        return None
    return int(status.read_text().split()[1]) * 4096


def test_l1_memory_is_flat_over_100_000_updates(compiled):
    problem, start = mixed_problem((2, 8, 8, 2), 50, 10)
    engine = compiled(problem)
    state, _ = engine.train(start, 1000)

    def go_on(updates, length):
        nonlocal state
        for _ in range(updates // length):
            state, trouble = engine.train(state, length)
            engine.figures(state.theta, problem.X, problem.T)
            engine.penalty(state.theta)
            assert trouble is None

    go_on(10_000, 50)
    gc.collect()
    in_use, size = blocks_in_use(), resident()
    tracemalloc.start()
    try:
        go_on(1000, 50)
        gc.collect()
        traced = tracemalloc.get_traced_memory()[0]
        go_on(100_000, 50)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - traced < 20_000
    finally:
        tracemalloc.stop()
    assert state.update == 112_000
    assert blocks_in_use() == in_use
    if size is not None:
        assert resident() - size < 5 * MEBI
