"""Equations are right: whoever reads the numbers in one and calculates gets what it states."""

from __future__ import annotations

import ast
import dataclasses
import itertools
import math
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nnviz
from nnviz.data.dataset import Points
from nnviz.insight import equation_rules, equations
from nnviz.insight.equation_text import UNKNOWN
from nnviz.insight.equations import Equation, equation_of, equation_of_step
from nnviz.insight.microsteps import microsteps
from nnviz.insight.parts import BiasPart, EdgePart, LossPart, NeuronPart, Part
from nnviz.model import reference
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.experiment import Experiment
from nnviz.run.frame import Frame
from nnviz.run.hands import Place, cut, frozen_experiment
from nnviz.run.problem import problem_of
from nnviz.run.trainer import Trainer, dataset_of

MakeExperiment = Callable[..., Experiment]
MakeFrame = Callable[..., Frame]
PAIRS = [
    (loss, output)
    for loss, output in itertools.product(LOSSES, ACTIVATIONS)
    if not LOSSES[loss].outputs or output in LOSSES[loss].outputs
]


def parts_of(frame: Frame) -> list[Part]:
    parts: list[Part] = [LossPart()]
    for layer, size in enumerate(frame.network.sizes):
        parts += [NeuronPart(layer, unit) for unit in range(size)]
        if layer:
            parts += [BiasPart(layer, unit) for unit in range(size)]
            parts += [EdgePart(layer, unit, 0) for unit in range(size)]
    return parts


def equations_of(frame: Frame, digits: int = 17, most: int | None = 4) -> list[Equation]:
    """All kinds of equations of a frame: of every part, for points and without, of every step."""
    made = [
        equation_of(frame, part, point, digits, most)
        for part in parts_of(frame)
        for point in (None, 0, 5)
    ]
    for point in (None, 1):
        steps = microsteps(frame, point)
        for number, step in enumerate(steps):
            units = frame.network.sizes[step.layer]
            made += [
                equation_of_step(frame, steps, number, unit, digits=digits, most_terms=most)
                for unit in (None, units - 1)
            ]
    return made


# --- a reader of equations, written without a look at what writes them

UP = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))
SIGNS = {"−": "-", "·": "*", "½": "0.5", "∞": "inf"}
FUNCTIONS: dict[str, Callable[..., float]] = {
    "tanh": math.tanh,
    "ln": lambda x: math.log(x) if x > 0 else -math.inf,
    "sqrt": math.sqrt,
    "max": max,
    "step": lambda z: float(z >= 0),
    "σ": lambda z: 1 / (1 + math.exp(-z)),
    "Φ": lambda z: 0.5 * math.erfc(-z / math.sqrt(2)),
    "φ": lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi),
    "exp": math.exp,
}
OPERATORS: dict[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}


def read(text: str) -> float | None:
    """What an expression of numbers comes to; None where it has other symbols."""
    text = re.sub(r"… \([\d,]+ more: ([^()]*)\)", r"(\1)", text)
    text = re.sub(r"√\(", "sqrt(", text)
    text = re.sub(r"√([\d.]+)", r"sqrt(\1)", text)
    text = text.replace("e^(", "exp(")
    text = re.sub(f"[{''.join(UP)}]+", lambda m: f"**({''.join(UP[sign] for sign in m[0])})", text)
    for sign, plain in SIGNS.items():
        text = text.replace(sign, plain)
    try:
        return _value(ast.parse(text, mode="eval").body)
    except (SyntaxError, LookupError):
        return None


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(float() | int() as number):
            return float(number)
        case ast.BinOp(left, sign, right):
            return OPERATORS[type(sign)](_value(left), _value(right))
        case ast.UnaryOp(sign, inner):
            return OPERATORS[type(sign)](_value(inner))
        case ast.Call(ast.Name(name), arguments):
            return FUNCTIONS[name](*map(_value, arguments))
    raise LookupError(ast.dump(node))


def assert_is_right(equation: Equation) -> int:
    """Every chain of numbers in the text holds; how many there were."""
    chains = 0
    for statement in equation.text.split(";  "):
        sides = [read(side) for side in re.split(" [=←] ", statement)]
        numbers = [side for side in sides if side is not None]
        assert len(numbers) >= max(1, len(sides) - 1), statement  # a symbol stands first, at most
        for number in numbers[:-1]:
            assert number == pytest.approx(numbers[-1], rel=1e-12, abs=1e-12), statement
        chains += len(numbers) > 1
    return chains


def assert_is_written_well(equation: Equation) -> None:
    assert equation.title
    assert equation.sentence.endswith(".")
    for text in (equation.title, equation.sentence, equation.text):
        assert not re.search(r"-\d|\+ −\d|− −|[\ue000-\ue002]|nan|inf\b", text), text
    for latex in (equation.latex, equation.formula_latex):
        assert latex.isascii()
        assert UNKNOWN not in latex
        depth = 0
        for character in latex:
            depth += (character == "{") - (character == "}")
            assert depth >= 0, latex
        assert depth == 0, latex
        assert not re.search(r"(?<!\\)(\^|_)(?![{])|\}\^\{[^}]*\}\^", latex), latex

        assert_is_plausible_latex(latex)
    if "Größe" not in equation.text:
        assert digits_of(equation.latex) == digits_of(equation.text)
        assert digits_of(equation.formula_latex) == digits_of(equation.formula)


COMMANDS = (
    "cdot sum ell partial leftarrow theta eta lambda mu beta rho epsilon delta sigma Phi varphi pi "
    "infty tfrac circ ge le ldots times surd sqrt hat text operatorname underbrace top quad "
    "tanh ln max sin cos"
).split()


def assert_is_plausible_latex(latex: str) -> None:
    """Without running LaTeX: known commands, words as text, brackets that match, no stray sign."""
    # Words and names are upright and have blanks of their own.
    bare = re.sub(r"\\(?:text|operatorname)\{((?:[^{}\\]|\\.)*)\}", "", latex)
    for word in re.findall(r"(?<![\\A-Za-z])[A-Za-z]{2,}", re.sub(r"\\[A-Za-z]+", r"\\ ", bare)):
        raise AssertionError(f"{word} is not set as a word: {latex}")
    for command in re.findall(r"\\([A-Za-z]+)", bare):
        assert command in COMMANDS, latex
    assert not re.search(r"(?<!\\)[%#&$~]|−|\+ -|--|\^\^|__|\{\}", latex), latex
    assert not re.search(r"\\[^A-Za-z,%_#&$]", latex), latex
    for opening, closing in ("()", "[]", "{}"):
        assert bare.count(opening) == bare.count(closing), latex


def digits_of(text: str) -> list[str]:
    """All digits in their order, wherever they stand."""
    text = text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "0123456789" * 2))
    return re.findall(r"\d", text.replace("½", "12"))


def check_all(frame: Frame) -> None:
    chains = 0
    for equation in equations_of(frame):
        assert_is_written_well(equation)
        if not is_symbolic(equation):
            chains += assert_is_right(equation)
    assert chains > 20


def is_symbolic(equation: Equation) -> bool:
    """A neuron of no point, or an input of none."""
    return "the numbers are" in equation.sentence or "its own number" in equation.sentence


# --- all of it is right


def test_the_reader_reads() -> None:
    assert read("−1.5·10⁻²·(−2) + 3²") == pytest.approx(9.03)
    assert read("½·(1 − 3)² + … (2,000 more: −0.5)") == 1.5
    assert read("√0.25 + √(4·10²) / (1 − 0.9²)") == pytest.approx(0.5 + 20 / 0.19)
    assert read("−ln(1 + e^(0)) + max(0, −3)") == pytest.approx(-math.log(2))
    assert read("0.5·x₁") is None


@pytest.mark.parametrize("activation", [n for n, a in ACTIVATIONS.items() if a.hidden])
def test_with_every_activation(activation: str, frame_of: MakeFrame) -> None:
    assert activation in equation_rules.ACTIVATION_RULES
    check_all(frame_of(activation=activation, learning_rate=0.02))


@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_with_every_loss_and_output(loss: str, output: str, frame_of: MakeFrame) -> None:
    assert loss in equation_rules.LOSS_RULES
    check_all(frame_of(loss=loss, output_activation=output, learning_rate=0.02))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_with_every_optimizer(optimizer: str, frame_of: MakeFrame) -> None:
    assert optimizer in equation_rules.OPTIMIZER_RULES
    check_all(frame_of(optimizer=optimizer, l1=0.01, l2=0.02, learning_rate=0.03))


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
def test_with_several_classes(loss: str, frame_of: MakeFrame) -> None:
    check_all(frame_of("blobs", output_activation="softmax", loss=loss))


def test_with_several_sigmoids(frame_of: MakeFrame) -> None:
    check_all(frame_of("blobs", output_activation="sigmoid", loss="binary_cross_entropy", l2=0.1))


def test_with_classes_that_do_not_count_alike(frame_of: MakeFrame) -> None:
    check_all(frame_of(class_weight=[1.0, 3.5], loss="squared_error"))
    check_all(frame_of(class_weight="balanced"))


def test_with_a_regression(frame_of: MakeFrame) -> None:
    X = np.linspace(-2, 2, 12)[:, np.newaxis]
    points = Points(X, np.sin(X[:, 0]), "regression", columns=["Größe in m"])
    frame = frame_of(
        dataset=points, loss="squared_error", output_activation="linear", features=[],
        batch_size="full",
    )  # fmt: skip
    check_all(frame)
    of = equation_of(frame, NeuronPart(1, 0))
    assert "·Größe in m" in of.text
    assert "x_{1}" in of.latex


def test_without_hidden_layers_and_with_features(frame_of: MakeFrame) -> None:
    frame = frame_of(hidden=[], features=["x1", "x1^2", "x1*x2", "sin(x2)"])
    check_all(frame)
    of = equation_of(frame, NeuronPart(1, 0))
    for name in ("·x₁²", "·x₁·x₂", "·sin(x₂)"):
        assert name in of.text
    for name in (r"x_{1}^{2}", r"x_{1} \cdot x_{2}", r"\sin(x_{2})"):
        assert name in of.latex


def test_outputs_that_are_sure_and_wrong(frame_of: MakeFrame) -> None:
    for weight in (5.0, -5.0, 60.0, 400.0):
        frame = with_weights(frame_of(hidden=[]), weight)
        for point in range(20):
            assert_is_right(equation_of(frame, LossPart(), point, 17))
    blobs = frame_of("blobs", hidden=[], output_activation="softmax", loss="cross_entropy")
    for point in range(20):
        assert_is_right(equation_of(with_weights(blobs, 90.0), LossPart(), point, 17))


def with_weights(frame: Frame, weight: float) -> Frame:
    trainer = Trainer(frame.experiment, engine="reference")
    signs = [np.where(np.indices(shape).sum(axis=0) % 2, -1.0, 1.0) for shape in
             frame.network.shapes]  # fmt: skip
    trainer.set_parameters([weight * sign for sign in signs], frame.biases)
    return trainer.frame()


def test_latex_of_every_optimizer_loss_and_activation_together(frame_of: MakeFrame) -> None:
    hidden = [name for name, each in ACTIVATIONS.items() if each.hidden]
    for index, (loss, output) in enumerate(PAIRS):
        frame = frame_of(
            loss=loss, output_activation=output, learning_rate=0.02, l1=0.01, l2=0.02,
            optimizer=list(OPTIMIZERS)[index % len(OPTIMIZERS)],
            activation=hidden[index % len(hidden)],
        )  # fmt: skip
        for equation in equations_of(frame, digits=3, most=2):
            assert_is_written_well(equation)


def test_names_with_signs_that_latex_reads_otherwise(frame_of: MakeFrame) -> None:
    X = np.random.default_rng(0).uniform(-1, 1, (12, 3))
    points = Points(X, [0, 1] * 6, columns=["share_%", "R&D $", "a#b_c"])
    frame = frame_of(dataset=points, features=[], test_fraction=0.0)
    for equation in equations_of(frame, digits=3):
        assert_is_written_well(equation)
    latex = equation_of(frame, NeuronPart(1, 0)).latex
    assert r"\text{share\_\%}" in latex
    assert r"\text{R\&D \$}" in latex
    assert r"\text{a\#b\_c}" in latex


# --- what it states is what the network does


def test_a_neuron_states_what_the_network_computes(frame_of: MakeFrame) -> None:
    frame = frame_of()
    problem = problem_of(frame.experiment, dataset_of(frame.experiment))
    passed = reference.forward(frame.network, frame.theta, problem.X)
    for layer, unit, point in ((1, 2, 0), (2, 1, 7), (3, 0, 12)):
        equation = equation_of(frame, NeuronPart(layer, unit), point, 17)
        z, a = (float(read(part.rpartition(" = ")[2]) or 0) for part in
                equation.text.split(";  "))  # fmt: skip
        assert z == pytest.approx(passed.sums[layer - 1][point, unit], rel=1e-12)
        assert a == pytest.approx(passed.activations[layer][point, unit], rel=1e-12)
        assert math.fsum(term.product for term in equation.terms) == pytest.approx(z, abs=1e-12)
        assert frame.biases[layer - 1][unit] in [term.coefficient for term in equation.terms]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_edges_and_biases_state_the_next_update(optimizer: str, small: MakeExperiment) -> None:
    trainer = Trainer(small(optimizer=optimizer, l2=0.02), engine="reference")
    trainer.advance(4)
    frame = trainer.frame()
    edge = equation_of(frame, EdgePart(2, 1, 2), digits=17)
    bias = equation_of(frame, BiasPart(3, 0), digits=17)
    trainer.advance(1)
    for equation, new in ((edge, trainer.weights[1][1, 2]), (bias, trainer.biases[2][0])):
        assert read(equation.text.rpartition(" = ")[2]) == pytest.approx(new, rel=1e-12)
        assert equation.text.rpartition(";  ")[2][:3] in ("w ←", "b ←")


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_update_is_told_in_all_its_lines_for_the_weight_or_for_the_bias(
    optimizer: str, small: MakeExperiment
) -> None:
    trainer = Trainer(small(optimizer=optimizer, l2=0.02), engine="reference")
    trainer.advance(4)
    frame, steps = trainer.frame(), microsteps(trainer)
    last = len(steps) - 1
    weight, bias = (
        equation_of_step(frame, steps, last, 0, 1, 17, is_of_bias=is_of_bias)
        for is_of_bias in (False, True)
    )
    assert weight.sentence.endswith("; likewise the bias b.")
    assert "the bias of the output goes from" in bias.sentence
    assert "likewise the weight from unit 2 of layer 2 to the output, w." in bias.sentence
    ends = [equation.text.split(";  ")[-1] for equation in (weight, bias)]
    assert ends[0].startswith("b ← ")
    assert ends[1].startswith("w ← ")
    alone = equation_of(frame, BiasPart(3, 0), digits=17).text.split(";  ")
    told = bias.text.split(";  ")[:-1]
    assert told == alone[-len(told) :]
    trainer.advance(1)
    assert read(told[-1].rpartition(" = ")[2]) == pytest.approx(trainer.biases[2][0], rel=1e-12)
    assert read(ends[1].rpartition(" = ")[2]) == pytest.approx(trainer.weights[2][0, 1], rel=1e-12)


def test_the_loss_of_the_training_part(frame_of: MakeFrame) -> None:
    frame = frame_of(l1=0.01, l2=0.02)
    text = equation_of(frame, LossPart(), digits=17).text
    assert text.startswith("data term = ")
    assert read(text.rpartition(" = ")[2]) == pytest.approx(frame.train_loss, rel=1e-12)
    w = np.concatenate([W.ravel() for W in frame.weights])
    penalty = 0.01 * np.abs(w).sum() + 0.01 * (w @ w)
    found = re.search("penalty = .* = (.*?);", text)
    assert found
    assert read(found[1]) == pytest.approx(penalty, rel=1e-12)
    assert re.search(
        r"^L = \(.*\) / 30 = 0\.\d\d$", equation_of(frame_of(), LossPart(), digits=2).text
    )


@pytest.mark.parametrize("weight", [None, "balanced", [1.0, 3.5]])
def test_the_loss_is_spelled_out_as_the_mean_of_its_points(
    weight: Any, frame_of: MakeFrame
) -> None:
    frame = frame_of(class_weight=weight)
    equation = equation_of(frame, LossPart(), digits=17)
    assert_is_right(equation)
    assert len(equation.terms) == 30
    assert "… (22 more: " in equation.text
    own = [equation_of(frame, LossPart(), point, 17).text for point in range(30)]
    for term in equation.terms:
        point = int(term.label.removeprefix("point ")) - 1
        assert read(own[point].rpartition(" = ")[2]) == pytest.approx(term.product, rel=1e-12)
    four = equation_of(Trainer(nnviz.preset("xor"), engine="reference").frame(), LossPart())
    assert re.fullmatch(r"L = \([\d.]+ \+ [\d.]+ \+ [\d.]+ \+ [\d.]+\) / 4 = [\d.]+", four.text)
    assert "the 4 training points" in four.sentence


def test_the_loss_of_a_sample_or_of_very_many_points_stays_one_number(
    monkeypatch: pytest.MonkeyPatch, frame_of: MakeFrame
) -> None:
    frame = frame_of()
    sampled = dataclasses.replace(frame, is_sampled=True)
    assert re.fullmatch(r"L = [\d.]+", equation_of(sampled, LossPart()).text)
    for limit in ("_MOST_POINTS", "_MOST_WORK"):
        with monkeypatch.context() as patch:
            patch.setattr(equations, limit, 10)
            assert re.fullmatch(r"L = [\d.]+", equation_of(frame, LossPart()).text)
    assert "/ 30" in equation_of(frame, LossPart()).text


def test_frozen_parameters(frame_of: MakeFrame) -> None:
    network = frame_of().network
    mask = {
        "weights": [np.zeros(shape, dtype=bool).tolist() for shape in network.shapes],
        "biases": [np.ones(n_out, dtype=bool).tolist() for n_out, _ in network.shapes],
    }
    frame = frame_of(trainable=mask, optimizer="adam")
    check_all(frame)
    equation = equation_of(frame, EdgePart(1, 0, 0))
    assert "frozen" in equation.sentence
    assert re.search(r"w ← [^ ]*$", equation.text)
    assert "frozen" not in equation_of(frame, BiasPart(1, 0)).sentence


def test_what_was_frozen_and_then_cut_is_cut(small: MakeExperiment) -> None:
    trainer = Trainer(small(), engine="reference")
    place = Place(1, 0, 0)
    trainer.change(trainable=frozen_experiment(
        trainer.experiment, trainer.network, [place], True).trainable)  # fmt: skip
    assert words_on(trainer.frame(), EdgePart(1, 0, 0)) == ["frozen"] * 2
    cut(trainer, [place])
    assert words_on(trainer.frame(), EdgePart(1, 0, 0)) == ["cut"] * 2
    # A bias of 0 carries nothing away: it is only frozen.
    still = Trainer(small(), engine="reference")
    still.change(trainable=frozen_experiment(
        still.experiment, still.network, [Place(1, 0)], True).trainable)  # fmt: skip
    assert "for it is frozen" in equation_of(still.frame(), BiasPart(1, 0)).sentence


def test_a_unit_says_that_it_is_frozen_or_cut(small: MakeExperiment) -> None:
    trainer = Trainer(small(), engine="reference")
    own = [Place(1, 0), *(Place(1, 0, source) for source in range(2))]

    def sentence() -> str:
        return equation_of(trainer.frame(), NeuronPart(1, 0)).sentence

    for places in ([], own[:1], own[1:]):
        trainer.change(trainable=frozen_experiment(
            trainer.experiment, trainer.network, own, False).trainable)  # fmt: skip
        trainer.change(trainable=frozen_experiment(
            trainer.experiment, trainer.network, places, True).trainable)  # fmt: skip
        assert " It is " not in sentence()
    trainer.change(trainable=frozen_experiment(
        trainer.experiment, trainer.network, own, True).trainable)  # fmt: skip
    assert sentence().endswith(
        "It is frozen: training leaves its weights and its bias as they are."
    )
    cut(trainer, own)
    assert sentence().endswith("It is cut off: its weights are 0, and training leaves them so.")
    assert " It is " not in equation_of(trainer.frame(), NeuronPart(1, 1)).sentence


@pytest.mark.parametrize("kind", ["weights", "biases", "both"])
def test_an_update_says_of_both_whether_they_are_frozen(kind: str, small: MakeExperiment) -> None:
    places = {"weights": [Place(1, 0, 0)], "biases": [Place(1, 0)]}
    frozen = places.get(kind) or places["weights"] + places["biases"]
    trainer = Trainer(small(), engine="reference")
    trainer.change(trainable=frozen_experiment(
        trainer.experiment, trainer.network, frozen, True).trainable)  # fmt: skip
    frame, steps = trainer.frame(), microsteps(trainer)
    number = next(n for n, s in enumerate(steps) if s.phase == "update" and s.layer == 1)
    for is_of_bias in (False, True):
        said = equation_of_step(frame, steps, number, 0, 0, is_of_bias=is_of_bias).sentence
        assert "likewise" not in said
        of_weight, of_bias = (
            re.search(rf"{words} (is frozen|goes from)", said)
            for words in (
                "the weight from x₁ to unit 1 of layer 1",
                "the bias of unit 1 of layer 1",
            )
        )
        assert of_weight
        assert of_bias
        assert (of_weight[1] == "is frozen") == (kind != "biases")
        assert (of_bias[1] == "is frozen") == (kind != "weights")


def words_on(frame: Frame, edge: EdgePart) -> list[str]:
    """What the equation of an edge and the step of its update say of its being fixed."""
    steps = microsteps(frame)
    number = next(n for n, step in enumerate(steps) if step.phase == "update")
    step = equation_of_step(frame, steps, number, edge.target, edge.source)
    return re.findall("frozen|cut", equation_of(frame, edge).sentence + step.sentence)


def test_the_symbolic_neuron_and_the_one_with_numbers(frame_of: MakeFrame) -> None:
    X = np.array([[0.5, -2.0], [1.0, 3.0]])
    frame = frame_of(dataset=Points(X, [0, 1]), hidden=[2], activation="tanh", test_fraction=0.0)
    trainer = Trainer(frame.experiment, engine="reference")
    W = [np.array([[0.52, -1.2], [1.0, 0.0]]), np.array([[1.0, 2.0]])]
    trainer.set_parameters(W, [np.array([0.1, -0.25]), np.zeros(1)])
    moment = trainer.frame()
    plain = equation_of(moment, NeuronPart(1, 0))
    assert plain.text == "z = 0.52·x₁ − 1.2·x₂ + 0.1;  a = tanh(z)"
    assert plain.latex == (r"z = 0.52 \cdot x_{1} - 1.2 \cdot x_{2} + 0.1; \quad a = \tanh(z)")
    point = equation_of(moment, NeuronPart(1, 0), 0)
    assert point.text == "z = 0.52·0.5 − 1.2·(−2) + 0.1 = 2.76;  a = tanh(2.76) = 0.992"
    assert [term.label for term in point.terms] == ["x₂", "x₁", "bias"]
    assert [term.product for term in point.terms] == [2.4, 0.26, 0.1]
    assert [term.input for term in point.terms] == [-2.0, 0.5, None]
    assert equation_of(moment, NeuronPart(2, 0)).text.startswith("z = 1·a⁽¹⁾₁ + 2·a⁽¹⁾₂ + 0;")


def test_a_unit_and_a_source_can_be_chosen(frame_of: MakeFrame) -> None:
    frame = frame_of()
    steps = microsteps(frame)
    number = next(n for n, step in enumerate(steps) if step.title == "Layer 2: gradients")
    gradients = steps[number].values["weight_gradients"]
    for unit, source in ((0, 0), (1, 2)):
        text = equation_of_step(frame, steps, number, unit, source, 17).text
        assert read(text.partition(";  ")[0].rpartition(" = ")[2]) == pytest.approx(
            gradients[unit, source], rel=1e-12
        )


# --- folding


@pytest.mark.parametrize("most", [1, 2, 5, 20, None])
def test_folded_sums_add_up(most: int | None, frame_of: MakeFrame) -> None:
    frame = frame_of(hidden=[14, 2])
    full = equation_of(frame, NeuronPart(2, 1), 3, 17, None)
    equation = equation_of(frame, NeuronPart(2, 1), 3, 17, most)
    assert_is_right(equation)
    assert equation.terms == full.terms
    found = re.search(r"… \((\d+) more: ([^)]*)\)", equation.text)
    if most is None or most >= 14:
        assert not found
        return
    assert found
    assert int(found[1]) == 14 - most
    weights = [term for term in equation.terms if term.label != "bias"]
    rest = math.fsum(term.product for term in weights[most:])
    assert read(found[2]) == rest
    assert r"\underbrace" in equation.latex


def test_terms_come_by_size(frame_of: MakeFrame) -> None:
    frame = frame_of(hidden=[14, 2])
    for point in (None, 3):
        terms = equation_of(frame, NeuronPart(2, 0), point).terms
        sizes = [abs(term.product) for term in terms]
        assert len(terms) == 15
        assert sizes == sorted(sizes, reverse=True)


def test_a_load_of_many_inputs_is_shortened(frame_of: MakeFrame) -> None:
    points = Points(np.arange(60.0).reshape(3, 20) / 7, [0, 1, 0])
    frame = frame_of(dataset=points, test_fraction=0.0, features=[])
    equation = equation_of_step(frame, microsteps(frame), 0, most_terms=5)
    assert "… (15 more)" in equation.text
    assert_is_written_well(equation)
    assert len(equation.terms) == 20


def test_an_update_is_told_with_equally_many_decimals(frame_of: MakeFrame) -> None:
    frame = frame_of(optimizer="adam", learning_rate=0.05)
    steps = microsteps(frame)
    number = next(n for n, step in enumerate(steps) if step.phase == "update")
    for sentence in (
        equation_of_step(frame, steps, number).sentence,
        equation_of(frame, EdgePart(1, 0, 0)).sentence,
        equation_of(frame, BiasPart(1, 0)).sentence,
    ):
        found = re.search(
            r"(?:from|is) (−?[\d.]+)(?: to |; .* makes it )(−?[\d.]+?)[;.]( |$)", sentence
        )
        assert found, sentence
        decimals = {len(text.partition(".")[2]) for text in found.groups()[:2]}
        assert len(decimals) == 1


def test_numbers_that_are_not_finite_are_shown(frame_of: MakeFrame) -> None:
    frame = frame_of(hidden=[2], activation="linear", output_activation="linear",
                     loss="squared_error")  # fmt: skip
    equations = equations_of(with_weights(frame, 1e200), digits=3)
    assert any("∞" in equation.text or "not a number" in equation.text for equation in equations)
    for equation in equations:
        assert_is_written_well(equation)


# --- the registries


def test_everything_registered_is_written_with_its_numbers() -> None:
    assert set(equation_rules.ACTIVATION_RULES) == set(ACTIVATIONS)
    assert set(equation_rules.LOSS_RULES) == set(LOSSES)
    assert set(equation_rules.OPTIMIZER_RULES) == set(OPTIMIZERS)


def test_what_is_not_known_is_written_by_its_value(
    monkeypatch: pytest.MonkeyPatch, frame_of: MakeFrame
) -> None:
    for rules in ("ACTIVATION_RULES", "LOSS_RULES", "OPTIMIZER_RULES"):
        monkeypatch.setattr(equation_rules, rules, {})
    check_all(frame_of(optimizer="adam", l1=0.01))


# --- refusals


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (NeuronPart(1, 9), "unit: 9 given; allowed: 0 to 2."),
        (NeuronPart(0, 2), "unit: 2 given; allowed: 0 to 1."),
        (NeuronPart(4, 0), "layer: 4 given; allowed: 0 to 3."),
        (NeuronPart(3, -1), "unit: -1 given; allowed: 0."),
        (BiasPart(0, 0), "layer: 0 given; allowed: 1 to 3."),
        (BiasPart(2, 2), "unit: 2 given; allowed: 0 to 1."),
        (EdgePart(0, 0, 0), "layer: 0 given; allowed: 1 to 3."),
        (EdgePart(1, 3, 0), "target: 3 given; allowed: 0 to 2."),
        (EdgePart(1, 0, 2), "source: 2 given; allowed: 0 to 1."),
    ],
)
def test_parts_that_are_not_there(part: Part, sentence: str, frame_of: MakeFrame) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        equation_of(frame_of(), part)


def test_other_refusals(frame_of: MakeFrame) -> None:
    frame = frame_of()
    n = len(dataset_of(frame.experiment).X_train)
    for point in (-1, n):
        with pytest.raises(ValueError, match=rf"^point: {point} given; allowed: 0 to {n - 1}, "):
            equation_of(frame, LossPart(), point)
    for digits in (0, 18):
        with pytest.raises(ValueError, match=rf"^digits: {digits} given; allowed: 1 to 17\.$"):
            equation_of(frame, LossPart(), digits=digits)
    with pytest.raises(ValueError, match=r"^most_terms: 0 given; allowed: 1 and more, or None\.$"):
        equation_of(frame, LossPart(), most_terms=0)
    steps = microsteps(frame)
    with pytest.raises(ValueError, match=rf"^number: {len(steps)} given; allowed: 0 to 16, "):
        equation_of_step(frame, steps, len(steps))
    with pytest.raises(ValueError, match=r"^unit: 3 given; allowed: 0 to 2\.$"):
        equation_of_step(frame, steps, 1, unit=3)
    with pytest.raises(ValueError, match=r"^source: 2 given; allowed: 0 to 1\.$"):
        equation_of_step(frame, steps, len(steps) - 3, source=2)
