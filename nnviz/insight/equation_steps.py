"""The equations of micro-steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nnviz.insight.batch_lens import next_points
from nnviz.insight.equation_example import why_example
from nnviz.insight.equation_rules import write_error, write_slope
from nnviz.insight.equation_text import (
    MOST_TERMS,
    Piece,
    grouped,
    lowered,
    product_piece,
)
from nnviz.insight.equation_writer import DATA_TERM, Array, Change, Equation, Told, Writer, check
from nnviz.insight.microsteps import MicroStep
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.frame import Frame


def equation_of_step(
    frame: Frame,
    steps: Sequence[MicroStep],
    number: int,
    unit: int | None = None,
    source: int | None = None,
    digits: int = 3,
    most_terms: int | None = MOST_TERMS,
    *,
    is_of_bias: bool = False,
) -> Equation:
    """The equation of `steps[number]`, of those that `microsteps(frame, …)` told.

    It shows one unit of the step's layer, counted from 0: the first, if none is asked for. For
    a load `unit` counts the inputs, and all are shown without one; for the loss it means nothing.
    Of a batch, sums, activations and errors are those of one telling point, the same in all steps
    (`equation_example`), as the sentence says.
    Gradients and updates are those of the unit's bias and of its weight from unit `source` of the
    layer before; without one, of the weight of the largest gradient. An update is told in all its
    lines for the weight or, if it `is_of_bias`, for the bias, and with its last line for the other.

    ValueError for a step, unit or source that is not there, and as in `equation_of`.
    """
    write = Writer(frame, digits, most_terms)
    check("number", number, len(steps), ", the micro-steps of the next update")
    step = steps[number]
    if step.phase != "loss":
        check("unit", unit or 0, write.network.sizes[step.layer])
    told = Told(tuple(steps))
    with np.errstate(all="ignore"):
        if step.phase == "load":
            return _load(write, told, step, unit)
        if step.phase == "loss":
            return _loss(write, told, step)
        if "weight_gradients" in step.values:
            check("source", source or 0, write.network.sizes[step.layer - 1])
            if source is None:
                source = int(np.abs(step.values["weight_gradients"][unit or 0]).argmax())
            if step.phase == "backward":
                return _gradients(write, told, step, unit or 0, source)
            return _update(write, told, step, unit or 0, source, is_of_bias)
        one: Callable[[Writer, Told, MicroStep, int], Equation] = _errors
        if step.phase == "forward":
            one = _sums if "weights" in step.values else _activations
        return one(write, told, step, unit or 0)


def _load(write: Writer, told: Told, step: MicroStep, unit: int | None) -> Equation:
    values, n, row = step.values, write.numbers, told.row
    x, t = values["inputs"][row], values["targets"][row]
    shown = range(len(x)) if unit is None else [unit]
    pieces = [product_piece(n, write.words(0, k), x[k]) for k in shown]
    statements = [f"{write.symbol(0, k)} = {n.plain(x[k])}" for k in shown]
    most = len(statements) if write.most is None else write.most
    if len(statements) > most:
        statements[most:] = [f"… ({len(statements) - most:,} more)"]
    if len(t) == 1:
        statements.append(f"t = {n.plain(t[0])}")
    else:
        right = int(t.argmax())
        statements.append(f"t{lowered(right + 1)} = {n.plain(t[right])}")
    if values["point_weights"] is not None:
        statements.append(f"c = {n.setting(values['point_weights'][row])}")
    counted = " Its loss counts c times." * (values["point_weights"] is not None)
    sentence = (
        f"The next update reads its points; these are the inputs and the target t of "
        f"{write.example_of(told)}{why_example(told.steps)}.{counted}"
    )
    return write.equation(step.title, sentence, step.formula, statements, pieces)


def _sums(write: Writer, told: Told, step: MicroStep, unit: int) -> Equation:
    values = step.values
    pieces = write.sum_pieces(
        step.layer, values["weights"][unit], values["biases"][unit], values["inputs"][told.row]
    )
    sentence = (
        f"{write.words(step.layer, unit)} multiplies each number that comes in by its weight "
        f"and adds its bias{write.whose_numbers(told, 'mean', values['sums'][:, unit])}."
    )
    statement = write.numbers.stated("z", write.sum(pieces), values["sums"][told.row, unit])
    return write.equation(step.title, sentence, step.formula, [statement], pieces)


def _activations(write: Writer, told: Told, step: MicroStep, unit: int) -> Equation:
    name = write.network.activations[step.layer - 1]
    z, a = step.values["sums"][told.row], step.values["activations"][told.row]
    answers = step.values["activations"][:, unit]
    sentence = (
        f"{write.words(step.layer, unit)} passes its sum {write.numbers.plain(z[unit])} through "
        f"{ACTIVATIONS[name].label}{write.whose_numbers(told, 'mean', answers)}."
    )
    statement = write.activation_text(name, z, a, unit)
    return write.equation(step.title, sentence, step.formula, [statement])


def _loss(write: Writer, told: Told, step: MicroStep) -> Equation:
    values, n = step.values, write.numbers
    m = len(values["losses"])
    data, penalty = values["data_loss"], values["penalty"]
    symbol = DATA_TERM if write.has_penalty else "L"
    if m == 1:
        weights = told.values("load", "points")["point_weights"]
        first, pieces, _ = write.point_loss(
            told.values("forward", "activations", step.layer)["sums"][0],
            values["outputs"][0],
            values["targets"][0],
            None if weights is None else float(weights[0]),
            symbol,
        )
    else:
        pieces = [
            product_piece(n, f"point {point + 1:,}", loss)
            for point, loss in zip(told.points.tolist(), values["losses"].tolist(), strict=True)
        ]
        first = n.stated(symbol, f"{grouped(write.sum(pieces))} / {m}", data)
    _, spelled = write.penalty_pieces()
    points = "one point" if m == 1 else f"the mean over the {m:,} points"
    sentence = (
        f"{write.loss_words}, {points}, says how wrong the answers are"
        f"{'; the penalty adds what large weights cost' * bool(spelled)}."
    )
    statements = [first]
    if write.has_penalty:
        statements += [*spelled, write.total_text(data, penalty, values["loss"])]
    return write.equation(step.title, sentence, step.formula, statements, pieces)


def _errors(write: Writer, told: Told, step: MicroStep, unit: int) -> Equation:
    here = told.values("forward", "activations", step.layer)
    z, a = here["sums"][told.row], here["activations"][told.row]
    deltas = step.values["errors"][:, unit]
    delta = float(deltas[told.row])
    if step.layer == write.network.n_layers:
        body = _output_error(write, told, z, a, unit)
        statement = write.numbers.stated("δ", body, delta)
        sentence = (
            f"The error δ of {write.words(step.layer, unit)} says how the loss changes with "
            f"its sum z{write.whose_numbers(told, 'sum', deltas)}."
        )
        return write.equation(step.title, sentence, step.formula, [statement])
    pieces = _arriving_pieces(write, told, step.layer, unit)
    name = write.network.activations[step.layer - 1]
    slope = write_slope(name, write.numbers, float(z[unit]), float(a[unit]))
    arriving = write.numbers.plain(step.values["arriving"][told.row, unit])
    statement = write.numbers.stated("δ", f"{grouped(write.sum(pieces))}·{grouped(slope)}", delta)
    sentence = (
        f"The errors of the layer behind come back to {write.words(step.layer, unit)} through "
        f"its weights, {arriving} in all, times the slope of {ACTIVATIONS[name].label}"
        f"{write.whose_numbers(told, 'sum', deltas)}."
    )
    return write.equation(step.title, sentence, step.formula, [statement], pieces)


def _output_error(write: Writer, told: Told, z: Array, y: Array, unit: int) -> str:
    load, n = told.values("load", "points"), write.numbers
    of, m = write.outputs(z, y, load["targets"][told.row]), len(told.points)
    body = write_error(n, of, unit, write.most)
    if load["point_weights"] is not None:
        body = f"{n.setting(load['point_weights'][told.row])}·{grouped(body)}"
    return body if m == 1 else f"{grouped(body)} / {m}"


def _arriving_pieces(write: Writer, told: Told, layer: int, unit: int) -> list[Piece]:
    """What comes back to a unit, of the example, by way of each unit behind."""
    weights = told.values("forward", "weights", layer + 1)["weights"][:, unit]
    errors = told.values("backward", "errors", layer + 1)["errors"][told.row]
    return [
        product_piece(write.numbers, write.words(layer + 1, k), weight, error)
        for k, (weight, error) in enumerate(zip(weights, errors, strict=True))
    ]


def _gradients(write: Writer, told: Told, step: MicroStep, unit: int, source: int) -> Equation:
    weight, pieces, _ = write.weight_gradient(told, step.layer, unit, source)
    bias, _, _ = write.bias_gradient(told, step.layer, unit)
    m = len(told.points)
    points = "one point" if m == 1 else f"the {m:,} points"
    sentence = (
        f"The gradient of {write.edge_words(step.layer, unit, source)} adds up, over {points}, "
        "the error behind it times the number that it carried; that of the bias adds up "
        "the errors."
    )
    return write.equation(step.title, sentence, step.formula, [weight, bias], pieces)


def _update(
    write: Writer, told: Told, step: MicroStep, unit: int, source: int, is_of_bias: bool
) -> Equation:
    weight = write.update(told, step.layer, unit, source)
    bias = write.update(told, step.layer, unit, None)
    n = write.numbers
    of_weight, of_bias = (
        write.edge_words(step.layer, unit, source),
        write.bias_words(step.layer, unit),
    )
    (first, words), (other, likewise) = (weight, of_weight), (bias, "the bias b")
    if is_of_bias:
        (first, words), (other, likewise) = (bias, of_bias), (weight, f"{of_weight}, w")

    def moves(change: Change) -> str:
        if change.is_frozen:
            return f"is {change.why_fixed} and stays at {n.plain(change.old)}"
        return "goes from {} to {}".format(*n.pair(change.old, change.new))

    rest = f"likewise {likewise}"
    if first.is_frozen or other.is_frozen:
        rest = f"{of_weight if is_of_bias else of_bias} {moves(other)}"
    label = OPTIMIZERS[write.problem.optimizer].label
    sentence = f"{label} turns gradients into steps: {words} {moves(first)}; {rest}."
    m = len(next_points(write.problem, write.frame.state))
    if len(told.points) == 1 < m:
        sentence += f" There is one update for all {m:,} points of the batch."
    # Of the other the step itself: what it is made of would say the same a second time.
    statements = [*first.statements, *other.statements[-1:]]
    return write.equation(step.title, sentence, step.formula, statements)
