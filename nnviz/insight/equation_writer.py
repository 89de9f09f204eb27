"""What all equations of a frame have in common: names, sums, gradients, updates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnviz.insight.equation_example import example_row
from nnviz.insight.equation_rules import (
    OutputNumbers,
    UpdateNumbers,
    loss_pieces,
    write_activation,
    write_update,
)
from nnviz.insight.equation_text import (
    Numbers,
    Piece,
    Term,
    check_digits,
    grouped,
    input_symbol,
    latex_of,
    lowered,
    named,
    plain_text,
    pretty_input,
    product_piece,
    raised,
    terms_of,
    write_sum,
)
from nnviz.insight.microsteps import MicroStep
from nnviz.model import reference
from nnviz.model.losses import LOSSES
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.frame import Frame
from nnviz.run.problem import dataset_of, problem_of

Array = NDArray[np.float64]

DATA_TERM = named("data term", r"\text{data term}")
PENALTY = named("penalty", r"\text{penalty}")
_BETWEEN = ";  "


@dataclass(frozen=True)
class Equation:
    """An equation in words, in symbols, and with its numbers."""

    title: str
    sentence: str
    """What it says, in plain English."""
    formula: str
    """In symbols; numbers in raised brackets are layers."""
    formula_latex: str
    text: str
    """The formula with the numbers; statements are parted by semicolons."""
    latex: str
    """The same as LaTeX for mathematics, in ASCII."""
    terms: tuple[Term, ...] = ()
    """Every term of the first long sum, also what is folded in `text`; the largest first."""


def check(name: str, given: int, count: int, what: str = "", first: int = 0) -> None:
    """ValueError, which says `what` is counted, unless `given` is one of `count` from `first`."""
    if not first <= given < first + count:
        last = first + count - 1
        allowed = f"{first} to {last:,}" if count > 1 else f"{first}"
        raise ValueError(f"{name}: {given} given; allowed: {allowed}{what}.")


@dataclass(frozen=True)
class Told:
    """The micro-steps of one update, to be looked up."""

    steps: tuple[MicroStep, ...]

    def values(self, phase: str, name: str, layer: int | None = None) -> Mapping[str, Any]:
        """Those of the one step of a phase (and layer) that has this value."""
        for step in self.steps:
            if step.phase == phase and layer in (None, step.layer) and name in step.values:
                return step.values
        raise ValueError(f"steps: none is a {phase} of layer {layer} with {name}.")

    @property
    def points(self) -> NDArray[np.int64]:
        """(m,), the points shown, as places in the training part."""
        points: NDArray[np.int64] = self.values("load", "points")["points"]
        return points

    @cached_property
    def row(self) -> int:
        """Of the one point that is put in where there is room for one: see `example_row`."""
        return example_row(self.steps)


class Change(NamedTuple):
    """What an update does to a parameter."""

    statements: list[str]
    old: float
    new: float
    is_frozen: bool
    is_cut: bool
    """Frozen at 0, so that nothing flows; a bias of 0 is only frozen."""

    @property
    def why_fixed(self) -> str:
        """In a word, of what is frozen."""
        return "cut" if self.is_cut else "frozen"


class Writer:
    """Writes the equations of one frame."""

    def __init__(self, frame: Frame, digits: int, most_terms: int | None) -> None:
        check_digits(digits)
        if most_terms is not None and most_terms < 1:
            raise ValueError(f"most_terms: {most_terms} given; allowed: 1 and more, or None.")
        self.frame, self.network = frame, frame.network
        self.numbers, self.most = Numbers(digits), most_terms
        self.dataset = dataset_of(frame.experiment)
        self.problem = problem_of(frame.experiment, self.dataset)

    # --- names

    def symbol(self, layer: int, unit: int) -> str:
        """A unit in a formula: x₁, a⁽¹⁾₃."""
        if layer == 0:
            return input_symbol(self.dataset.input_names[unit], unit)
        return f"a{raised(f'({layer})')}{lowered(unit + 1)}"

    def words(self, layer: int, unit: int) -> str:
        """A unit in a sentence, as the window calls it."""
        if layer == 0:
            return pretty_input(self.dataset.input_names[unit])
        if layer < self.network.n_layers:
            return f"unit {unit + 1} of layer {layer}"
        if self.network.sizes[-1] == 1:
            return "the output"
        name = self.dataset.classes[unit]
        return "output " + re.sub(r"^-(?=\d)", "−", name)

    def edge_words(self, layer: int, target: int, source: int) -> str:
        """A weight in a sentence."""
        return f"the weight from {self.words(layer - 1, source)} to {self.words(layer, target)}"

    def bias_words(self, layer: int, unit: int) -> str:
        """A bias in a sentence."""
        return f"the bias of {self.words(layer, unit)}"

    @property
    def loss_words(self) -> str:
        """The loss in a sentence."""
        label = LOSSES[self.problem.loss].label
        return label[:1].lower() + label[1:]

    def example_of(self, told: Told) -> str:
        """Which of the points shown has the numbers, in words."""
        points = told.points
        which = f"point {points[told.row] + 1:,}"
        if len(points) == 1:
            return which
        # In the natural order, of all points, the place says enough.
        is_all = len(points) == len(self.problem.X) and points[told.row] == told.row
        return f"{which} of {len(points):,}" if is_all else f"{which}, one of {len(points):,}"

    def whose_numbers(self, told: Told, of_batch: str, numbers: Array) -> str:
        """The end of a sentence: of which point they are. The picture has one of the batch.

        `of_batch` is "mean" or "sum"; `numbers` are those of its points.
        """
        if len(told.points) == 1:
            return f", here for {self.example_of(told)}"
        shown = float(numbers.mean() if of_batch == "mean" else numbers.sum())
        return (
            f". Numbers of {self.example_of(told)}; the picture has the batch's {of_batch}, "
            f"{self.numbers.plain(shown)}"
        )

    # --- what is common to parts and steps

    def equation(
        self,
        title: str,
        sentence: str,
        formula: str,
        statements: Sequence[str],
        pieces: Sequence[Piece] = (),
    ) -> Equation:
        """Text and LaTeX from what was written once; `pieces` become its terms."""
        text = _BETWEEN.join(statements)
        return Equation(
            capital(title),
            capital(sentence),
            plain_text(formula),
            latex_of(formula),
            plain_text(text),
            latex_of(text),
            terms_of(pieces),
        )

    def sum(self, pieces: Sequence[Piece]) -> str:
        """As many terms as are wanted, and the rest as one."""
        return write_sum(pieces, self.numbers, self.most)

    def forward(self, point: int) -> reference.ForwardPass:
        """A forward pass of one point of the training part."""
        rows = self.problem.X[point : point + 1]
        return reference.forward(self.network, self.frame.theta, rows)

    def sum_pieces(
        self, layer: int, weights: Array, bias: float, inputs: Array | None
    ) -> list[Piece]:
        """What z is the sum of: weights (n_in,) times inputs (n_in,) or symbols, and the bias."""
        pieces = []
        for source, weight in enumerate(weights):
            symbol, label = self.symbol(layer - 1, source), self.words(layer - 1, source)
            pieces.append(
                product_piece(self.numbers, label, weight, symbol=symbol)
                if inputs is None
                else product_piece(self.numbers, label, weight, inputs[source])
            )
        return [*pieces, product_piece(self.numbers, "bias", bias, is_kept=True)]

    def sum_formula(self, layer: int) -> str:
        """z of a layer's unit in symbols."""
        before = "xⱼ" if layer == 1 else f"a{raised(f'({layer - 1})')}ⱼ"
        return f"z = Σⱼ wⱼ {before} + b"

    # --- neurons

    def activation_text(self, name: str, z: Array, a: Array, unit: int) -> str:
        """a = g(z) of a unit, from z and a (units,) of its layer."""
        body = write_activation(name, self.numbers, z, a, unit, self.most)
        return self.numbers.stated("a", body, a[unit])

    # --- the loss

    @property
    def has_penalty(self) -> bool:
        return self.problem.l1 != 0.0 or self.problem.l2 != 0.0

    def penalty_pieces(self) -> tuple[list[Piece], list[str]]:
        """λ₁ Σ|w| and ½ λ₂ Σw² as far as they count, and the statement of their sum."""
        problem, n = self.problem, self.numbers
        w = self.frame.theta[self.network.is_weight > 0.0]
        pieces = []
        for label, factor, rate, amount in (
            ("λ₁ Σ|w|", "", problem.l1, float(np.abs(w).sum())),
            ("½ λ₂ Σw²", "½·", problem.l2, float(w @ w)),
        ):
            if rate != 0.0:
                coefficient = rate / 2 if factor else rate
                term = Term(label, coefficient, amount, coefficient * amount)
                body = f"{factor}{n.setting(rate)}·{n.plain(amount)}"
                pieces.append(_piece(term, body))
        if not pieces:
            return [], []
        penalty = reference.penalty(problem, self.frame.theta)
        return pieces, [n.stated(PENALTY, self.sum(pieces), penalty)]

    def total_text(self, data: float, penalty: float, total: float) -> str:
        """Data term and penalty are the loss."""
        n = self.numbers
        body = f"{n.plain(data)} + {n.plain(penalty)}" if self.has_penalty else n.plain(data)
        return n.stated("L", body, total)

    def outputs(self, z: Array, y: Array, t: Array) -> OutputNumbers:
        """The numbers of one point that its loss depends on, (outputs,) each."""
        return OutputNumbers(z, y, t, self.problem.loss, self.network.activations[-1])

    def point_loss(
        self, z: Array, y: Array, t: Array, weight: float | None, symbol: str = "L"
    ) -> tuple[str, list[Piece], float]:
        """The statement of one point's loss, what it is the sum of, and its value."""
        of = self.outputs(z, y, t)
        pieces, value = loss_pieces(self.numbers, of, self.most), of.loss_of()
        body = self.sum(pieces)
        if weight is not None:
            body, value = f"{self.numbers.setting(weight)}·{grouped(body)}", value * weight
        return self.numbers.stated(symbol, body, value), pieces, value

    # --- gradients

    def weight_gradient(
        self, told: Told, layer: int, target: int, source: int
    ) -> tuple[str, list[Piece], float]:
        """The statement of ∂L/∂w over the points shown, its terms, and its value."""
        values, n = told.values("backward", "weight_gradients", layer), self.numbers
        pieces = [
            product_piece(n, f"point {point + 1:,}", error, input_)
            for point, error, input_ in zip(
                told.points.tolist(),
                values["errors"][:, target].tolist(),
                values["inputs"][:, source].tolist(),
                strict=True,
            )
        ]
        w = float(self.frame.weights[layer - 1][target, source])
        for label, rate, amount in (
            ("penalty λ₁", self.problem.l1, float(np.sign(w))),
            ("penalty λ₂", self.problem.l2, w),
        ):
            if rate != 0.0:
                term = Term(label, rate, amount, rate * amount)
                body = f"{n.setting(rate)}·{n.factor(amount)}"
                pieces.append(_piece(term, body))
        gradient = float(values["weight_gradients"][target, source])
        return n.stated("∂L/∂w", self.sum(pieces), gradient), pieces, gradient

    def bias_gradient(self, told: Told, layer: int, unit: int) -> tuple[str, list[Piece], float]:
        """The same of ∂L/∂b."""
        values = told.values("backward", "bias_gradients", layer)
        pieces = [
            product_piece(self.numbers, f"point {point + 1:,}", error)
            for point, error in zip(
                told.points.tolist(), values["errors"][:, unit].tolist(), strict=True
            )
        ]
        gradient = float(values["bias_gradients"][unit])
        return self.numbers.stated("∂L/∂b", self.sum(pieces), gradient), pieces, gradient

    # --- updates

    def penalty_formula(self) -> str:
        """What the penalty adds to the gradient of a weight, in symbols."""
        l1, l2 = self.problem.l1 != 0.0, self.problem.l2 != 0.0
        return " + λ₁ sign(w)" * l1 + " + λ₂ w" * l2

    def update_formula(self) -> str:
        """What the optimizer does, in symbols."""
        return OPTIMIZERS[self.problem.optimizer].formula

    def update(self, told: Told, layer: int, unit: int, source: int | None) -> Change:
        """What the next update does to a weight; without a source, to the unit's bias."""
        optimizer = OPTIMIZERS[self.problem.optimizer]
        kind, at = ("weight", (unit, source)) if source is not None else ("bias", (unit,))
        plural = "weights" if source is not None else "biases"
        values = told.values("update", f"{kind}_gradients", layer)

        def old_of(vector: NDArray[Any]) -> Any:
            return self.network.split(vector)[source is None][layer - 1][at]

        suffix = f"_of_{plural}"
        of = UpdateNumbers(
            symbol=kind[0],
            is_weight=source is not None,
            gradient=float(values[f"{kind}_gradients"][at]),
            old=float(values[f"old_layer_{plural}"][at]),
            new=float(values[f"new_layer_{plural}"][at]),
            before={
                name: float(old_of(slot))
                for name, slot in zip(optimizer.slots, self.frame.slots, strict=True)
            },
            after={
                name.removesuffix(suffix): float(value[at])
                for name, value in values.items()
                if name.endswith(suffix)
            },
            learning_rate=float(values["learning_rate"]),
            t=int(values["t"]),
            hyper=self.problem.hyperparameters,
        )
        mask = self.problem.trainable
        is_frozen = mask is not None and not old_of(mask)
        written = write_update(self.problem.optimizer, self.numbers, of, is_frozen)
        is_cut = is_frozen and of.is_weight and of.old == 0.0
        return Change(written, of.old, of.new, is_frozen, is_cut)


def _piece(term: Term, body: str) -> Piece:
    """A term of the penalty, which is always written."""
    return Piece(term, lambda: body, is_kept=True)


def capital(sentence: str) -> str:
    """With a capital, unless it begins with a symbol such as x₁."""
    begins_with_word = re.match(r"[a-z]+(-[a-z]+)*\b(?![₀-₉²³·(])", sentence)
    return sentence[:1].upper() + sentence[1:] if begins_with_word else sentence
