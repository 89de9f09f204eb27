"""An equation as lines of text, and shorter ones for where there is little room."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nnviz.gui.views.inspector_text import Paragraph, Span, told

if TYPE_CHECKING:
    from nnviz.insight.equations import Equation

_SHORT = 52
"""A statement of at most so many characters is never broken."""
_BETWEEN = ";  "
_HARD = "\u00a0"
# Compiled when the first equation is shown, and then kept by `re`.
_NUMBER = r"−?(∞|[\d.]+(·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?|10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)|not a number"
_FOLD = r"… \([\d,]+ more(?:: [^()]*)?\)"
_STEPPING_STONE = r"([msv]\u0302?) [←=] "
"""How a statement begins that an optimizer makes on the way to its step."""
_FEWEST_FOLDED = 2


def equation_paragraphs(equation: Equation) -> list[Paragraph]:
    """Title and sentence, the formula, and the formula with the numbers."""
    title, sentence = equation.title, equation.sentence
    if sentence.startswith(title):
        first = (Span(title, "strong"), Span(sentence[len(title) :]))
    else:
        first = (Span(f"{title}.  ", "strong"), Span(sentence))
    paragraphs: list[Paragraph] = [first]
    if equation.formula != equation.text:
        paragraphs.append(told(_unbroken(equation.formula, ",  "), "formula"))
    return [*paragraphs, *_statements(equation.text)]


def _statements(text: str) -> list[Paragraph]:
    """Each long statement for itself, short ones side by side, never broken."""
    paragraphs: list[Paragraph] = []
    run: list[Span] = []
    for statement in text.split(_BETWEEN):
        if len(statement) > _SHORT:
            paragraphs += [tuple(run)] * bool(run)
            run = []
            paragraphs.append(tuple(_statement(statement)))
            continue
        if run:
            run.append(Span(_HARD * 3 + " ", "numbers"))
        run += [Span(span.text.replace(" ", _HARD), span.style) for span in _statement(statement)]
    return [*paragraphs, *([tuple(run)] * bool(run))]


def _statement(text: str) -> list[Span]:
    head, equals, result = text.rpartition(" = ")
    if not equals or not _is_number(result):
        head, result = text, ""
    spans, place = [], 0
    for fold in re.finditer(_FOLD, head):
        spans += [
            Span(head[place : fold.start()], "numbers"),
            Span(fold[0].replace(" ", _HARD), "fold"),
        ]
        place = fold.end()
    # The result stays with its sign of equality.
    spans.append(Span(head[place:] + f" ={_HARD}" * bool(result), "numbers"))
    if result:
        spans.append(Span(result, "result"))
    return [span for span in spans if span.text]


def _unbroken(text: str, between: str) -> str:
    """Breaks only where statements part, if they are short."""
    parts = text.split(between)
    hard = [part.replace(" ", _HARD) if len(part) <= _SHORT else part for part in parts]
    return between.join(hard)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(_NUMBER, text))


def shorter_paragraphs(equation: Equation) -> Iterator[list[Paragraph]]:
    """The same with less and less of it, each time with words to click to get the rest."""
    full = equation_paragraphs(equation)
    has_formula = equation.formula != equation.text
    without_formula = [(*full[0], Span(f" {_HARD}"), Span("formula", "rest")), *full[2:]]
    if has_formula:
        yield without_formula
    kept: list[str] = []
    folded: list[str] = []
    for statement in equation.text.split(_BETWEEN):
        stone = re.match(_STEPPING_STONE, statement)
        (folded if stone else kept).append(stone[1] if stone else statement)
    if len(folded) < _FEWEST_FOLDED or not kept:
        return
    rest = (Span(f"… ({len(folded)} more: {', '.join(folded)})", "rest"),)
    # What is left out comes before the step that is made of it.
    steps = [n for n, statement in enumerate(kept) if " ← " in statement]
    first = steps[0] if steps else len(kept)
    lines = [
        *_statements(_BETWEEN.join(kept[:first])) * bool(first),
        rest,
        *_statements(_BETWEEN.join(kept[first:])) * (first < len(kept)),
    ]
    yield [*full[: 1 + has_formula], *lines]
    if has_formula:
        yield [without_formula[0], *lines]
