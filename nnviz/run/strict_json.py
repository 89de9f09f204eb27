"""JSON from outside: only what the standard allows, each name once, numbers that are finite."""

from __future__ import annotations

import json
from typing import Any

MOST_DIGITS = 400
"""No double has more digits before its point."""


def read_object(text: str | bytes, what: str) -> dict[str, Any]:
    """The object that `text` holds; ValueError of one sentence about `what` if it holds none."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                raise ValueError(f"{name[:40]!a}: the JSON of {what} names it twice.")
            found[name] = value
        return found

    def integer(digits: str) -> int:
        if len(digits) > MOST_DIGITS:
            raise ValueError(f"The JSON of {what} holds a number of {len(digits):,} digits.")
        return int(digits)

    def refuse(constant: str) -> float:
        raise ValueError(f"The JSON of {what} holds {constant}; only finite numbers are allowed.")

    try:
        values = json.loads(text, object_pairs_hook=once, parse_int=integer, parse_constant=refuse)
    except RecursionError:
        raise ValueError(f"The JSON of {what} is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise ValueError(
            f"{what[0].upper()}{what[1:]} is not valid JSON: {error.msg} "
            f"in line {error.lineno}, column {error.colno}."
        ) from None
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{what[0].upper()}{what[1:]} is not text in UTF-8: byte {error.start + 1:,} is none."
        ) from None
    if not isinstance(values, dict):
        raise ValueError(f"The JSON of {what} must be an object with the fields in it.")
    return values
