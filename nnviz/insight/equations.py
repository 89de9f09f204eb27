"""The live equation of a neuron, an edge, a bias, the loss or a micro-step: text and LaTeX.

Pure functions of a frame. What the numbers mean is said by `microsteps`; how activations, losses
and optimizers are written stands in `equation_rules`, how numbers and sums are in `equation_text`.
"""

from __future__ import annotations

import numpy as np

from nnviz.insight.equation_rules import write_symbolic
from nnviz.insight.equation_steps import equation_of_step
from nnviz.insight.equation_text import (
    MOST_TERMS,
    Piece,
    Term,
    grouped,
    product_piece,
    raised,
)
from nnviz.insight.equation_writer import DATA_TERM, Array, Change, Equation, Told, Writer, check
from nnviz.insight.microsteps import loss_formula, microsteps
from nnviz.insight.parts import BiasPart, EdgePart, LossPart, NeuronPart, Part
from nnviz.model import reference
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.run.frame import Frame

__all__ = ["Equation", "Term", "equation_of", "equation_of_step"]

_MOST_POINTS, _MOST_WORK = 2_000, 2_000_000
"""Of so many points, and so many times parameters, the loss is still spelled out at once."""


def equation_of(
    frame: Frame,
    part: Part,
    point: int | None = None,
    digits: int = 3,
    most_terms: int | None = MOST_TERMS,
) -> Equation:
    """The equation of a part of the network at a frame, with its numbers.

    `point` counts the training part from 0: a neuron and the loss are then those of that point,
    an edge says what it carries there. Without one a neuron stays symbolic in its inputs, and the
    loss is the mean of those of the training part. Edges and biases show their gradient in the
    next batch and what the next update does to them. At most `most_terms` terms of a sum are
    written, the largest, and the rest as one; None writes all.

    ValueError for a part or a point that is not there, for digits other than 1 to 17 and for
    `most_terms` below 1.
    """
    write = Writer(frame, digits, most_terms)
    _check_part(write, part)
    if point is not None:
        check("point", point, len(write.problem.X), ", the points of the training part")
    with np.errstate(all="ignore"):
        match part:
            case NeuronPart(0, unit):
                return _input(write, unit, point)
            case NeuronPart(layer, unit):
                return _neuron(write, layer, unit, point)
            case EdgePart(layer, target, source):
                return _edge(write, layer, target, source, point)
            case BiasPart(layer, unit):
                return _bias(write, layer, unit)
            case LossPart():
                return _loss(write) if point is None else _loss_of(write, point)


def _check_part(write: Writer, part: Part) -> None:
    sizes, last = write.network.sizes, write.network.n_layers
    match part:
        case NeuronPart(layer, unit):
            check("layer", layer, last + 1)
            check("unit", unit, sizes[layer])
        case BiasPart(layer, unit):
            check("layer", layer, last, first=1)
            check("unit", unit, sizes[layer])
        case EdgePart(layer, target, source):
            check("layer", layer, last, first=1)
            check("target", target, sizes[layer])
            check("source", source, sizes[layer - 1])
        case LossPart():
            pass


def _input(write: Writer, unit: int, point: int | None) -> Equation:
    symbol, name = write.symbol(0, unit), write.words(0, unit)
    if point is None:
        sentence = f"{name} is an input: every point brings its own number."
        return write.equation(f"input {name}", sentence, symbol, [symbol])
    x = float(write.problem.X[point, unit])
    text = write.numbers.plain(x)
    sentence = f"The input {name} of point {point + 1:,} is {text}, as the network sees it."
    piece = product_piece(write.numbers, name, x)
    return write.equation(f"input {name}", sentence, symbol, [f"{symbol} = {text}"], [piece])


def _neuron(write: Writer, layer: int, unit: int, point: int | None) -> Equation:
    name = write.network.activations[layer - 1]
    activation, words = ACTIVATIONS[name], write.words(layer, unit)
    W, b = write.frame.weights[layer - 1][unit], float(write.frame.biases[layer - 1][unit])
    passed = None if point is None else write.forward(point)
    inputs = None if passed is None else passed.activations[layer - 1][0]
    pieces = write.sum_pieces(layer, W, b, inputs)
    formula = f"{write.sum_formula(layer)},  {activation.formula}"
    if passed is None:
        statements = [f"z = {write.sum(pieces)}", f"a = {write_symbolic(name)}"]
        where = "; the numbers are its weights and its bias"
    else:
        z, a = passed.sums[layer - 1][0], passed.activations[layer][0]
        statements = [
            write.numbers.stated("z", write.sum(pieces), z[unit]),
            write.activation_text(name, z, a, unit),
        ]
        where = f": {write.numbers.plain(a[unit])} for point {(point or 0) + 1:,}"
    sentence = (
        f"{words} multiplies what comes in by its weights, adds its bias "
        f"and passes the sum on through {activation.label}{where}."
        f"{_how_fixed(write, layer, unit, W)}"
    )
    return write.equation(words, sentence, formula, statements, pieces)


def _how_fixed(write: Writer, layer: int, unit: int, W: Array) -> str:
    """A sentence more where training leaves all alone that a unit is made of."""
    mask = write.problem.trainable
    if mask is None:
        return ""
    weights, biases = write.network.split(mask)
    if weights[layer - 1][unit].any() or biases[layer - 1][unit]:
        return ""
    if not W.any():
        return " It is cut off: its weights are 0, and training leaves them so."
    return " It is frozen: training leaves its weights and its bias as they are."


def _edge(write: Writer, layer: int, target: int, source: int, point: int | None) -> Equation:
    told, n = Told(microsteps(write.frame)), write.numbers
    w = float(write.frame.weights[layer - 1][target, source])
    words = write.edge_words(layer, target, source)
    gradient, pieces, slope = write.weight_gradient(told, layer, target, source)
    change = write.update(told, layer, target, source)
    value = _value_words(write, change)
    statements, carried = [f"w = {value}"], ""
    if point is not None:
        a = float(write.forward(point).activations[layer - 1][0, source])
        symbol = write.symbol(layer - 1, source)
        statements.append(n.stated(f"w·{symbol}", f"{value}·{n.factor(a)}", w * a))
        carried = f" and carries {n.plain(w * a)} for point {point + 1:,}"
    before = "x" if layer == 1 else f"a{raised(f'({layer - 1})')}"
    return write.equation(
        words,
        f"{words} is {value}{carried}; {_slope_words(write, slope)}, "
        f"and the next update {_change_words(write, change)}.",
        f"∂L/∂w = Σ δ{raised(f'({layer})')} {before}{write.penalty_formula()},  "
        f"{write.update_formula()}",
        [*statements, gradient, *change.statements],
        pieces,
    )


def _bias(write: Writer, layer: int, unit: int) -> Equation:
    told = Told(microsteps(write.frame))
    words = write.bias_words(layer, unit)
    gradient, pieces, slope = write.bias_gradient(told, layer, unit)
    change = write.update(told, layer, unit, None)
    value = _value_words(write, change)
    return write.equation(
        words,
        f"{words} is {value}; {_slope_words(write, slope)}, "
        f"and the next update {_change_words(write, change)}.",
        f"∂L/∂b = Σ δ{raised(f'({layer})')},  {write.update_formula()}",
        [f"b = {value}", gradient, *change.statements],
        pieces,
    )


def _slope_words(write: Writer, slope: float) -> str:
    if slope == 0.0:
        return "the loss of the next batch does not change with it"
    direction = "falls" if slope < 0 else "rises"
    rate = write.numbers.plain(abs(slope))
    return f"the loss of the next batch {direction} at the rate {rate} as it grows"


def _value_words(write: Writer, change: Change) -> str:
    """What a parameter is now, as exactly as what it becomes is told."""
    return write.numbers.pair(change.old, change.new)[0]


def _change_words(write: Writer, change: Change) -> str:
    if change.is_frozen:
        return f"leaves it as it is, for it is {change.why_fixed}"
    if change.old == change.new:
        return "leaves it as it is"
    return f"makes it {write.numbers.pair(change.old, change.new)[1]}"


def _loss(write: Writer) -> Equation:
    frame, n = write.frame, write.numbers
    penalties, spelled = write.penalty_pieces()
    terms = _losses_of_points(write)
    data = frame.train_data_loss
    body = f"{grouped(write.sum(terms))} / {len(terms):,}" if terms else n.plain(data)
    statements = [n.stated(DATA_TERM if spelled else "L", body, data)]
    total = frame.train_loss
    if spelled:
        statements += [*spelled, write.total_text(data, frame.penalty, total)]
    points = f"{len(write.problem.X):,} training point{'s' * (len(write.problem.X) != 1)}"
    of = "a fair sample of the" if frame.is_sampled else "the"
    sentence = (
        f"The loss is the mean of the {write.loss_words} over {of} {points}"
        f"{' plus the penalty on the weights' * bool(spelled)}: {n.plain(total)}."
    )
    pieces = terms or [product_piece(n, "data term", data), *penalties]
    return write.equation(
        "the loss", sentence, loss_formula(write.problem, len(write.problem.X)), statements, pieces
    )


def _losses_of_points(write: Writer) -> list[Piece]:
    """What the data term is the mean of; nothing where that is too much, or only a sample."""
    problem, n = write.problem, len(write.problem.X)
    work = n * write.network.n_parameters
    if write.frame.is_sampled or n > _MOST_POINTS or work > _MOST_WORK:
        return []
    passed = reference.forward(write.network, write.frame.theta, problem.X)
    losses = LOSSES[problem.loss].value(passed.sums[-1], passed.outputs, problem.T)
    if problem.point_weights is not None:
        losses = losses * problem.point_weights
    return [
        product_piece(write.numbers, f"point {point + 1:,}", loss)
        for point, loss in enumerate(losses.tolist())
    ]


def _loss_of(write: Writer, point: int) -> Equation:
    passed = write.forward(point)
    weights = write.problem.point_weights
    statement, pieces, value = write.point_loss(
        passed.sums[-1][0],
        passed.outputs[0],
        write.problem.T[point],
        None if weights is None else float(weights[point]),
    )
    sentence = (
        f"{write.loss_words} measures how far the answer for point "
        f"{point + 1:,} is from its target: {write.numbers.plain(value)}."
    )
    title = f"the loss of point {point + 1:,}"
    formula = LOSSES[write.problem.loss].formula
    return write.equation(title, sentence, formula, [statement], pieces)
