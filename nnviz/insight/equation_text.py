"""How equations are written: numbers, sums that fold, and the same as LaTeX.

An equation is written once, as text. `latex_of` translates that text, and with it the formulas of
the registries, so that both always say the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from nnviz.data.features import parse_feature

MOST_DIGITS = 17
"""As many as tell every double from every other."""
MOST_TERMS = 8
"""A sum of more terms is sorted by their size."""

_SETTING_DIGITS = 6
_LARGEST_PLAIN = 5
_SMALLEST_PLAIN = -4

_RAISED = dict(zip("0123456789-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾", strict=True))
_LOWERED = dict(zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True))
_TO_RAISED = str.maketrans(_RAISED)
_TO_LOWERED = str.maketrans(_LOWERED)


# --- numbers


def format_number(value: float, digits: int = 3) -> str:
    """A number of `digits` significant digits, 1 to 17, without zeros at its end: −1.2·10⁻⁵.

    ValueError for another number of digits.
    """
    check_digits(digits)
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0.0:
        return "0"
    sign = "−" if value < 0 else ""
    mantissa, _, power = f"{abs(value):.{digits - 1}e}".partition("e")
    exponent = int(power)
    if _SMALLEST_PLAIN <= exponent < max(digits, _LARGEST_PLAIN):
        rounded = f"{float(f'{mantissa}e{power}'):.{max(0, digits - 1 - exponent)}f}"
        return sign + _without_zeros(rounded)
    mantissa = _without_zeros(mantissa)
    times = "" if mantissa == "1" else f"{mantissa}·"
    return f"{sign}{times}10{raised(exponent)}"


def format_pair(old: float, new: float, digits: int = 3) -> tuple[str, str]:
    """Two numbers that are read side by side: equally many decimals, zeros at the end too.

    The larger has `digits` significant digits, and one more decimal where the other one needs it;
    more, where it takes more to tell both apart. A number that is too small beside the other to
    have any digit then is written by itself: it is not 0.
    """
    check_digits(digits)
    smaller, larger = sorted((abs(old), abs(new)))
    if old == new or not (math.isfinite(old) and math.isfinite(new)):
        return format_number(old, digits), format_number(new, digits)
    for count in range(digits, MOST_DIGITS + 1):
        exponent = _exponent_of(larger, count)
        is_plain = _SMALLEST_PLAIN <= exponent < max(count, _LARGEST_PLAIN)
        power = 0 if is_plain else exponent
        needs_more = smaller > 0.0 and _exponent_of(smaller, count) < exponent
        decimals = max(count - 1 - exponent + power + needs_more, 0)
        was, is_ = (_fixed_decimals(value, decimals, power) for value in (old, new))
        if was != is_:
            return _unless_lost(old, was, digits), _unless_lost(new, is_, digits)
    return format_number(old, MOST_DIGITS), format_number(new, MOST_DIGITS)


def _unless_lost(value: float, text: str, digits: int) -> str:
    """The text, if it tells anything of a number that is not 0."""
    has_digits = any(digit in "123456789" for digit in text.partition("·")[0])
    return text if has_digits or value == 0.0 else format_number(value, digits)


def _exponent_of(size: float, digits: int) -> int:
    """The power of ten of a number > 0, rounded to so many digits."""
    return int(f"{size:.{digits - 1}e}".partition("e")[2])


def _fixed_decimals(value: float, decimals: int, power: int) -> str:
    """value / 10^power with so many decimals, times 10^power; no minus before mere zeros."""
    # By its decimal digits, because a division would round.
    text = f"{Decimal(value).scaleb(-power):.{decimals}f}"
    is_zero = not text.strip("-0.")
    sign = "−" if text.startswith("-") and not is_zero else ""
    if is_zero and power:
        return "0"
    return sign + text.lstrip("-") + (f"·10{raised(power)}" if power else "")


def check_digits(digits: int) -> None:
    """ValueError unless numbers can have so many digits."""
    if not 1 <= digits <= MOST_DIGITS:
        raise ValueError(f"digits: {digits} given; allowed: 1 to {MOST_DIGITS}.")


def _without_zeros(decimal: str) -> str:
    return decimal.rstrip("0").rstrip(".") if "." in decimal else decimal


def raised(number: int | str) -> str:
    """In raised digits: an exponent, or with brackets a layer."""
    return str(number).translate(_TO_RAISED)


def lowered(number: int) -> str:
    """In lowered digits: which one of several."""
    return str(number).translate(_TO_LOWERED)


@dataclass(frozen=True)
class Numbers:
    """Writes numbers of so many digits, as their place in a formula needs them."""

    digits: int = 3

    def plain(self, value: float) -> str:
        """Where a sign may stand: alone, or first in a sum."""
        return format_number(float(value), self.digits)

    def factor(self, value: float) -> str:
        """Behind a dot, plus or minus: −2 in brackets."""
        text = self.plain(value)
        return f"({text})" if text.startswith("−") else text

    def base(self, value: float) -> str:
        """Under a root or an exponent, or below a fraction: 2·10⁻⁵ in brackets too."""
        text = self.plain(value)
        is_simple = not text.startswith("−") and text[-1] not in _RAISED.values()
        return text if is_simple else f"({text})"

    def setting(self, value: float) -> str:
        """A number that somebody set, such as 0.999: whole, unless that is long."""
        shortest = f"{float(value)!r}".partition("e")[0].replace(".", "").strip("-0")
        digits = max(len(shortest), 1)
        if digits <= max(_SETTING_DIGITS, self.digits) and digits <= MOST_DIGITS:
            return format_number(float(value), digits)
        return self.plain(value)

    def pair(self, old: float, new: float) -> tuple[str, str]:
        """What something was and becomes, with equally many decimals."""
        return format_pair(float(old), float(new), self.digits)

    def difference(self, left: float, right: float) -> str:
        """left − right."""
        return f"{self.plain(left)} − {self.factor(right)}"

    def stated(self, symbol: str, body: str, value: float, arrow: str = "=") -> str:
        """symbol = body = value; the value once where it is all that there is to say."""
        result = self.plain(value)
        return f"{symbol} {arrow} {body}" + (f" = {result}" if body != result else "")


def grouped(text: str) -> str:
    """In brackets if it is a sum or begins with a minus, so that it can be a factor."""
    depth, is_sum = 0, text.startswith("−")
    for index, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        is_sum = is_sum or (depth == 0 and text[index : index + 3] in (" + ", " − "))
    return f"({text})" if is_sum else text


# --- sums


class Term(NamedTuple):
    """One term of a sum."""

    label: str
    """What it comes from: an input, a unit, a point, the bias."""
    coefficient: float
    input: float | None
    """What the coefficient is multiplied by; None where that has no number, or is nothing."""
    product: float
    """Its size: coefficient times input, the coefficient where there is no input."""


class Piece(NamedTuple):
    """A term as it is written."""

    term: Term
    write: Callable[[], str]
    """Its text, made only if it is shown, without the sign that joins it to the term before."""
    is_negative: bool = False
    is_kept: bool = False
    """Always written, and last: a bias, a penalty."""


def product_piece(
    numbers: Numbers,
    label: str,
    coefficient: float,
    input_: float | None = None,
    symbol: str = "",
    is_kept: bool = False,
) -> Piece:
    """coefficient · input, or coefficient · symbol, or the coefficient alone."""
    coefficient = float(coefficient)
    given = None if input_ is None else float(input_)

    def body() -> str:
        text = numbers.plain(abs(coefficient))
        if symbol:
            return f"{text}·{symbol}"
        return text if given is None else f"{text}·{numbers.factor(given)}"

    product = coefficient if given is None else coefficient * given
    return Piece(Term(label, coefficient, given, product), body, coefficient < 0, is_kept)


def write_sum(pieces: Sequence[Piece], numbers: Numbers, most_terms: int | None) -> str:
    """The sum as text; beyond `most_terms` the smallest become one: + … (12 more: 0.043)."""
    shown = [piece for piece in pieces if not piece.is_kept]
    if len(shown) > min(MOST_TERMS, most_terms or MOST_TERMS):
        shown.sort(key=lambda piece: _size(piece.term))
    folded = [] if most_terms is None else shown[most_terms:]
    shown = shown[: len(shown) - len(folded)]
    parts = [(piece.is_negative, piece.write()) for piece in shown]
    if folded:
        rest = numbers.plain(total(piece.term.product for piece in folded))
        parts.append((False, f"… ({len(folded):,} more: {rest})"))
    parts += [(piece.is_negative, piece.write()) for piece in pieces if piece.is_kept]
    if not parts:
        return "0"
    first, *others = parts
    text = "−" * first[0] + first[1]
    return text + "".join(f" {'−' if negative else '+'} {body}" for negative, body in others)


def terms_of(pieces: Iterable[Piece]) -> tuple[Term, ...]:
    """All terms, the largest first."""
    return tuple(sorted((piece.term for piece in pieces), key=_size))


def total(values: Iterable[float]) -> float:
    """The exact sum, rounded once; where numbers are not finite, what their sum is."""
    given = list(values)
    try:
        return math.fsum(given)
    except (OverflowError, ValueError):
        return sum(given)


def _size(term: Term) -> float:
    """A key by which the largest comes first, and what is not a number before it."""
    return -math.inf if math.isnan(term.product) else -abs(term.product)


# --- names


def named(text: str, latex: str) -> str:
    """A name that text and LaTeX write differently; `plain_text` and `latex_of` choose."""
    return f"\ue000{text}\ue001{latex}\ue002"


def plain_text(text: str) -> str:
    """What was written, with names as text has them."""
    return _NAME.sub(r"\1", text)


def pretty_input(name: str) -> str:
    """An input's name as mathematics writes it: x1*x2 → x₁·x₂, x1^2 → x₁²."""
    name = re.sub(r"(?<![A-Za-z])x(\d+)", lambda m: "x" + m[1].translate(_TO_LOWERED), name)
    return name.replace("^2", "²").replace("^3", "³").replace("*", "·")


def input_symbol(name: str, index: int) -> str:
    """An input in a formula. LaTeX counts it where its name has more than ASCII."""
    text = _PRIVATE.sub("", pretty_input(name))
    if parse_feature(name):
        return named(text, latex_of(text))
    if not re.fullmatch(r"[ -~]+", name) or re.search(r"[\\{}~^]", name):
        return named(text, f"x_{{{index + 1}}}")
    escaped = re.sub(r"([#$%&_])", r"\\\1", name)
    return named(text, rf"\text{{{escaped}}}")


# --- LaTeX

_PRIVATE = re.compile("[\ue000-\ue002]")
_NAME = re.compile("\ue000([^\ue001]*)\ue001([^\ue002]*)\ue002")
_HAT = "\u0302"
_UP = {sign: character for character, sign in _RAISED.items()} | {
    "ᶻ": "z", "ᵗ": "t", "ᵀ": r"\top ", "ˡ": "l", "⁺": "+",
}  # fmt: skip
_DOWN = {sign: character for character, sign in _LOWERED.items()} | {"ₖ": "k", "ⱼ": "j", "ᵢ": "i"}
_FUNCTIONS = ("tanh", "ln", "max", "sin", "cos")
_OPERATORS = ("erf", "step", "sign")
_COMMANDS = {
    "−": "-", "·": r" \cdot ", "Σ": r"\sum ", "∂": r"\partial ", "←": r"\leftarrow ",
    "θ": r"\theta ", "η": r"\eta ", "λ": r"\lambda ", "μ": r"\mu ", "β": r"\beta ",
    "ρ": r"\rho ", "ε": r"\epsilon ", "δ": r"\delta ", "σ": r"\sigma ", "Φ": r"\Phi ",
    "φ": r"\varphi ", "π": r"\pi ", "∞": r"\infty ", "½": r"\tfrac{1}{2} ", "∘": r"\circ ",
    "≥": r"\ge ", "≤": r"\le ", "…": r"\ldots ", "′": "'", "×": r"\times ", "√": r"\surd ",
    "ℓ": r"\ell ",
}  # fmt: skip
UNKNOWN = r"\text{?}"
"""Stands for a character that has no translation; `test_equations.py` says which are missing."""


def latex_of(text: str) -> str:
    """The same in LaTeX for mathematics, in ASCII alone."""
    written, place = [], 0
    while place < len(text):
        for pattern, translate in _RULES:
            if match := pattern.match(text, place):
                latex, place = translate(match)
                written.append(latex)
                break
        else:
            written.append(_character(text[place]))
            place += 1
    latex = re.sub(" +", " ", "".join(written)).strip()
    return re.sub(r"(\\[A-Za-z]+) (?=[(_^/|])", r"\1", latex)


def _character(character: str) -> str:
    if character in _COMMANDS:
        return _COMMANDS[character]
    return character if character.isascii() and character not in r"\#$%&_{}~" else UNKNOWN


def _group(match: re.Match[str]) -> tuple[str, int]:
    """What stands in the brackets that the match ends with, and where they end."""
    text, start, depth = match.string, match.end(), 1
    for place in range(start, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return latex_of(text[start:place]), place + 1
    return latex_of(text[start:]), len(text)


def _root(match: re.Match[str]) -> tuple[str, int]:
    inner, end = _group(match)
    return rf"\sqrt{{{inner}}}", end


def _exponent(match: re.Match[str]) -> tuple[str, int]:
    inner, end = _group(match)
    return f"^{{{inner}}}", end


def _word(match: re.Match[str]) -> tuple[str, int]:
    word, text = match[0], match.string
    if word in _FUNCTIONS:
        return f"\\{word} ", match.end()
    if word in _OPERATORS:
        return rf"\operatorname{{{word}}}", match.end()
    before = " " * text[: match.start()].endswith(" ")
    after = " " * text[match.end() :].startswith(" ")
    return rf"\text{{{before}{word}{after}}}", match.end()


def _folded(match: re.Match[str]) -> tuple[str, int]:
    count = match[1].replace(",", r"\,")
    if match[2] is None:
        return rf"\underbrace{{\ldots}}_{{{count} \text{{ more}}}}", match.end()
    rest = latex_of(match[2])
    return rf"\underbrace{{\ldots}}_{{{count} \text{{ more: }} {rest}}}", match.end()


def _translated(table: dict[str, str], mark: str) -> Callable[[re.Match[str]], tuple[str, int]]:
    def translate(match: re.Match[str]) -> tuple[str, int]:
        inner = "".join(table[character] for character in match[0]).strip()
        return f"{mark}{{{inner}}}", match.end()

    return translate


def _wrapped(before: str, after: str) -> Callable[[re.Match[str]], tuple[str, int]]:
    """The first group of a match, translated, between two texts."""
    return lambda match: (before + latex_of(match[1]) + after, match.end())


def _fixed(latex: str) -> Callable[[re.Match[str]], tuple[str, int]]:
    return lambda match: (latex, match.end())


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[Any]], tuple[str, int]]], ...] = (
    (_NAME, lambda match: (match[2], match.end())),
    (re.compile(r"… \(([\d,]+) more(?:: ([^()]*))?\)"), _folded),
    (re.compile(r"(?<=\d)·(?=10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])"), _fixed(r" \times ")),
    (re.compile(r"not a number"), _fixed(r"\text{not a number}")),
    (re.compile(r"([;,])  "), _wrapped("", r" \quad ")),
    (re.compile(rf"([A-Za-z]){_HAT}"), _wrapped(r"\hat{", "}")),
    (re.compile(r"√\("), _root),
    (re.compile(rf"√([\d.]+|[A-Za-z]{_HAT}?)"), _wrapped(r"\sqrt{", "}")),
    (re.compile(r"\^\("), _exponent),
    (re.compile(r"\^([A-Za-z][ₖⱼ]?)"), _wrapped("^{", "}")),
    (re.compile(f"[{''.join(_UP)}]+"), _translated(_UP, "^")),
    (re.compile(f"[{''.join(_DOWN)}]+"), _translated(_DOWN, "_")),
    (re.compile(r"[A-Za-z]{2,}"), _word),
)
