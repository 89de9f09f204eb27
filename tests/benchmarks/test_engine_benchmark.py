"""The benchmark of the engine: its peers do the same work, and it says what is missing."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nnviz.model.optimizers import Hyperparameters
from nnviz.model.order import order
from nnviz.model.reference import Problem, initial_state
from nnviz.model.reference import train as train_reference

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
BATCHES = (1, 7, 30, "full")


@pytest.fixture(scope="module")
def bench() -> Iterator[SimpleNamespace]:
    """The modules of the benchmark, which find each other in their own folder."""
    before = set(sys.modules)
    sys.path.insert(0, str(BENCHMARKS))
    names = (
        "figures engine_pairs engine_peers engine_problems engine_tables "
        "peers.c_program peers.numpy_loops peers.sklearn_mlp peers.torch_mlp"
    ).split()
    yield SimpleNamespace(**{name.split(".")[-1]: import_module(name) for name in names})
    sys.path.remove(str(BENCHMARKS))
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(BENCHMARKS)):
            del sys.modules[name]


def reached(problem: Problem, theta: Any, epochs: int) -> Any:
    state = initial_state(problem, theta.copy())
    state, divergence = train_reference(problem, state, epochs * problem.updates_per_epoch)
    assert divergence is None
    return state.theta


def relative(a: Any, b: Any) -> float:
    return float(np.abs(a - b).max() / np.abs(b).max())


def problem_of(bench: SimpleNamespace, sizes: tuple[int, ...], **options: Any) -> Problem:
    return bench.engine_problems.problem_of(sizes, points=53, **options)


@pytest.mark.parametrize("n", [1, 2, 3, 10, 500, 4099])
@pytest.mark.parametrize(("seed", "epoch"), [(0, 0), (3, 1), (2**63 - 1, 2**63 - 1)])
def test_the_c_program_draws_the_same_order(
    bench: SimpleNamespace, n: int, seed: int, epoch: int
) -> None:
    drawn = bench.c_program.draw_order(n, seed, epoch)
    np.testing.assert_array_equal(drawn, order(n, seed, epoch))


@pytest.mark.parametrize("layout", ["rows", "columns"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("batch", BATCHES)
def test_the_c_program_trains_as_the_reference_does(
    bench: SimpleNamespace, layout: str, optimizer: str, batch: int | str
) -> None:
    for sizes in ((2, 1), (2, 4, 2, 1), (3, 8, 5, 2)):
        problem = problem_of(bench, (*sizes[:-1], 1), optimizer=optimizer, batch_size=batch)
        if sizes[-1] == 2:  # two outputs with targets of their own
            network = replace(problem.network, sizes=sizes)
            problem = replace(problem, network=network, T=problem.X[:, :2])
        theta = bench.engine_problems.theta_of(problem)
        program = bench.c_program.CProgram(problem, theta, layout)
        assert relative(program.train(4), reached(problem, theta, 4)) < 1e-11
        np.testing.assert_array_equal(program.train(4), program.train(4))


@pytest.mark.parametrize("batch", BATCHES)
def test_the_numpy_peer_trains_as_the_reference_does(
    bench: SimpleNamespace, batch: int | str
) -> None:
    # Without a drawn order NumPy shuffles; to be compared it takes the reference's.
    problem = problem_of(bench, (2, 8, 8, 1), batch_size=batch)
    theta = bench.engine_problems.theta_of(problem)

    def draw(epoch: int) -> Any:
        return order(len(problem.X), problem.seed, epoch)

    peer = bench.numpy_loops.NumPyLoops(problem, theta, draw)
    assert relative(peer.train(4), reached(problem, theta, 4)) < 1e-12
    shuffled = bench.numpy_loops.NumPyLoops(problem, theta).train(4)
    assert np.isfinite(shuffled).all()
    assert not np.array_equal(shuffled, theta)


@pytest.mark.parametrize("batch", [1, 7, 30])
def test_the_scikit_learn_peer_trains_as_the_reference_does(
    bench: SimpleNamespace, batch: int
) -> None:
    problem = problem_of(bench, (2, 8, 8, 1), output="linear", batch_size=batch)
    theta = bench.engine_problems.theta_of(problem)
    peer = bench.sklearn_mlp.SklearnMLP(
        problem, theta, lambda epoch: order(len(problem.X), problem.seed, epoch)
    )
    assert relative(peer.train(2), reached(problem, theta, 2)) < 1e-12


def test_peers_refuse_what_they_would_compute_wrongly(bench: SimpleNamespace) -> None:
    relu = problem_of(bench, (2, 4, 1), hidden="relu")
    theta = bench.engine_problems.theta_of(relu)
    tanh = problem_of(bench, (2, 4, 1))
    penalised = replace(tanh, l2=0.1)
    other_adam = problem_of(bench, (2, 4, 1), optimizer="adam")
    other_adam = replace(other_adam, hyperparameters=Hyperparameters(beta_1=0.8))
    for problem in (relu, penalised, other_adam):
        with pytest.raises(ValueError, match="knows tanh"):
            bench.c_program.CProgram(problem, theta, "rows")
    for kind in (bench.numpy_loops.NumPyLoops, bench.sklearn_mlp.SklearnMLP):
        with pytest.raises(ValueError, match="knows tanh"):
            kind(relu, theta)
    large = bench.engine_problems.problem_of((2, 4, 1), output="linear", batch_size=201)
    with pytest.raises(ValueError, match="200 points"):
        bench.sklearn_mlp.SklearnMLP(large, theta)


def test_without_a_c_compiler_one_line_says_so(
    bench: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.c_program.library.cache_clear()
    monkeypatch.setattr(bench.c_program.shutil, "which", lambda name: None)
    assert bench.engine_peers.c_figures("reference", None, ("2-4-2-1",)) == []
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "No C compiler (gcc, cc, clang)" in said


def test_a_compiler_that_fails_is_quoted(
    bench: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.c_program.library.cache_clear()
    monkeypatch.setattr(bench.c_program, "FLAGS", ("--no-such-flag",))
    with pytest.raises(bench.c_program.NoCompiler, match="failed, so nothing is compared with C"):
        bench.c_program.library()


def test_without_pytorch_the_other_peers_remain(
    bench: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    numpy, torch = bench.numpy_loops.NumPyLoops, bench.torch_mlp.TorchMLP
    assert bench.engine_peers._present([numpy, torch]) == [numpy]
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "pip install torch==" in said


def test_who_does_other_work_is_not_compared(bench: SimpleNamespace) -> None:
    def same(epochs: int) -> Any:
        return np.array([1.0, -2.0]) * epochs

    bench.engine_pairs.check_agreement("equal", same, same, epochs=3)
    with pytest.raises(bench.engine_pairs.Disagreement, match=r"C: after 1 epoch .* 1\.0e-07"):
        bench.engine_pairs.check_agreement("C", lambda n: same(n) * (1 + 1e-7), same)
    with pytest.raises(bench.engine_pairs.Disagreement, match="nan"):
        bench.engine_pairs.check_agreement("C", lambda n: same(n) * math.nan, same)


def test_pairs_take_turns(bench: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    clock = SimpleNamespace(now=0.0)

    def takes(name: str, seconds: float) -> Any:
        def train(epochs: int) -> None:
            calls.append(name)
            clock.now += seconds * epochs

        return train

    monkeypatch.setattr(bench.engine_pairs, "perf_counter", lambda: clock.now)
    length = bench.engine_pairs.Length(pairs=4, seconds=1.0)
    own, peer = takes("own", 0.01), takes("peer", 0.02)
    assert 1.0 <= 0.01 * bench.engine_pairs.enough(own, length) < 1.5
    assert bench.engine_pairs.enough(takes("slow", 3.0), length) == 1
    figure = bench.engine_pairs.compare(
        "key", "what", own, peer, length, peer_name="other", target=0.8
    )
    assert calls[-8:] == ["own", "peer", "peer", "own"] * 2
    assert figure.value == pytest.approx(10_000)
    assert figure.peer == pytest.approx(20_000)
    assert figure.ratio == pytest.approx(0.5)
    assert figure.ratio_lower_quartile == pytest.approx(0.5)
    assert figure.is_met
    faster = bench.engine_pairs.compare(
        "key", "what", own, peer, length, peer_name="other", target=2.5, at_least=True
    )
    assert faster.ratio == pytest.approx(2.0)
    assert faster.is_met is False


def test_the_table_and_the_record_judge_the_ratio(bench: SimpleNamespace, tmp_path: Path) -> None:
    make = bench.engine_pairs.Comparison
    figures = [
        make("a", "slow", 90.0, "µs", 0.8, False, 100.0, "C", 7, ratio_median=0.9),
        make("b", "fast", 10.0, "µs", 12.0, True, 200.0, "NumPy", 7, ratio_median=20.0),
        make("c", "shown", 10.0, "ns", None, False, 10.0, "first", 7, ratio_median=1.0),
    ]
    lines = bench.figures.table(figures).splitlines()
    assert lines[2].split() == "slow 90.0 µs ≤ 0.8 × its time 100.0 µs C 0.90 NOT MET".split()
    assert lines[3].split() == "fast 10.0 µs ≥ 12 × faster 200.0 µs NumPy 20.00 met".split()
    assert lines[4].split() == "shown 10.0 ns 10.0 ns first 1.00".split()
    assert lines[-1] == "1 of 2 targets met"
    bench.figures.write_json(tmp_path / "engine.json", figures, "full", 1.0)
    record = json.loads((tmp_path / "engine.json").read_text(encoding="utf-8"))
    assert [(f["ratio"], f["is_met"]) for f in record["figures"]] == [
        (0.9, False), (20.0, True), (1.0, None),
    ]  # fmt: skip


def test_every_activation_loss_and_optimizer_has_its_row(bench: SimpleNamespace) -> None:
    keys = {variant.key for variant in bench.engine_tables.variants()}
    assert {"hidden_gelu", "hidden_step", "squared_error_softmax", "binary_cross_entropy_sigmoid",
            "cross_entropy_softmax", "hinge_linear", "perceptron_step", "optimizer_adamw",
            "penalties"} <= keys  # fmt: skip
    # 10 activations, 11 outputs of the squared error and 4 other losses, 7 optimizers; less the
    # three that are tanh, squared error and sgd; and two more.
    assert len(keys) == len(bench.engine_tables.variants()) == 9 + 14 + 6 + 2
    sizes = bench.engine_tables.HIDDEN_UNITS
    for name, units in sizes.items():
        weights = 2 * units + units * units + units
        assert weights == pytest.approx(int(name.replace(",", "")), rel=0.15)


@pytest.mark.slow
def test_the_shortest_form_measures_everything(tmp_path: Path) -> None:
    target = tmp_path / "new" / "engine.json"
    done = subprocess.run(
        # The reference needs no compiling; the benchmark asks either engine for the same.
        [
            sys.executable,
            BENCHMARKS / "engine.py",
            "--tiny",
            "--engine",
            "reference",
            "--json",
            target,
        ],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    record = json.loads(target.read_text(encoding="utf-8"))
    assert record["length"] == "tiny"
    found = {figure["key"]: figure for figure in record["figures"]}
    assert len(found) == len(record["figures"])
    assert {key.split("_")[0] for key in found} >= {
        "c",
        "NumPy",
        "scikit-learn",
        "hidden",
        "points",
        "seek",
        "timeline",
    }
    for figure in found.values():
        assert figure["value"] > 0
        # Those of time travel have no peer.
        assert figure["peer"] is None or figure["peer"] > 0
        assert figure["peer"] is None or figure["ratio"] > 0
        assert figure["what"] in done.stdout
    assert "targets met" in done.stdout
