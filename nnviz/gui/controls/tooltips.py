"""Tooltips: one sentence each, in lines that the eye can follow."""

from __future__ import annotations

from textwrap import fill

_LONGEST_LINE = 62


def wrapped(sentence: str) -> str:
    """The sentence in short lines; Qt wraps tooltips only where they are rich text."""
    return sentence if len(sentence) <= _LONGEST_LINE else fill(sentence, _LONGEST_LINE)
