"""What to say when an experiment cannot be made: one sentence with field, given and allowed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from pydantic import ValidationError

MOST_CLAUSES = 4
"""More mistakes than these are counted, not listed."""


def unknown_fields(names: list[str], known: Collection[str]) -> str:
    """The sentence for fields that an experiment does not have."""
    from difflib import get_close_matches  # for the few who mistype; all others would wait for it

    clauses = []
    for name in names[:MOST_CLAUSES]:
        near = get_close_matches(name, known, n=1) if len(name) <= 40 else []
        hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known)}"
        clauses.append(f"{_shown_name(name)}: an experiment has no such field; {hint}")
    return _joined(clauses, len(names))


def mistakes(error: ValidationError, allowed: Callable[[str], str]) -> str:
    """One sentence for all that pydantic found; `allowed(field)` says what a field may be."""
    clauses: dict[str, str] = {}
    for problem in error.errors(include_url=False):
        if not problem["loc"]:
            return str(problem["ctx"]["error"])
        field = str(problem["loc"][0])
        if field not in clauses:
            clauses[field] = _clause(field, problem, allowed(field))
    return _joined(list(clauses.values()), len(clauses))


def _joined(clauses: list[str], total: int) -> str:
    listed = "; ".join(clauses[:MOST_CLAUSES])
    more = f"; and {total - MOST_CLAUSES:,} more" if total > MOST_CLAUSES else ""
    ending = "" if (listed + more).endswith("?") else "."
    return listed + more + ending


def _clause(field: str, problem: Any, allowed: str) -> str:
    given = shown(problem["input"])
    reason = problem.get("ctx", {}).get("error")
    if isinstance(reason, ValueError) and field in ("initial_parameters", "trainable"):
        return f"{field}: {reason}; allowed: {allowed}"
    if field == "dataset" and reason and not isinstance(problem["input"], str):
        return f"dataset: {str(reason).rstrip('.')}"
    return f"{field}: {given} given; allowed: {allowed}"


def shown(value: Any) -> str:
    """A value as its user wrote it, on one line and not too long."""
    try:
        text = repr(value)
    except RecursionError:
        return "a list of many levels"
    except ValueError:  # an integer of more digits than Python writes
        return "a huge number"
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "…"


def _shown_name(name: str) -> str:
    is_plain = name.isprintable() and name == name.strip() and 0 < len(name) <= 40
    return name if is_plain else shown(name)
