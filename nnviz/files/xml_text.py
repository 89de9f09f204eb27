"""An experiment as an element of XML, and back again; nothing that XML can refer to is followed."""

from __future__ import annotations

import hashlib
import json
import re
from html import escape
from xml.parsers import expat

NAMESPACE = "urn:nnviz:experiment"
_ELEMENT = "experiment"
_DIGEST = "sha256"
_MOST_ELEMENTS = 200_000
"""An experiment stands near the beginning; after so many elements there is none."""
_MOST_DEPTH = 200
_PART = 1 << 16
"""Bytes that are parsed at once: most of a file comes after what is looked for."""
_LONGEST_TAG = 1 << 23
"""Bytes; a parser begins a tag anew with each part, until it has all of it."""
_DAMAGED = "the experiment in this file is damaged."


class _Found(Exception):
    """All that is looked for has been read."""


def experiment_element(experiment_json: str) -> str:
    """The experiment as an XML element, in ASCII, with a digest that tells damage."""
    # Every character beyond ASCII stands in a string of the JSON, where it can be escaped: so no
    # encoding, and no character that XML forbids, can change it.
    text = re.sub(r"[^\x00-\x7f]+", lambda found: json.dumps(found[0])[1:-1], experiment_json)
    return (
        f'<nnviz:{_ELEMENT} xmlns:nnviz="{NAMESPACE}" {_DIGEST}="{_digest(text)}">'
        f"{escape(text, quote=False)}</nnviz:{_ELEMENT}>"
    )


def experiment_text(xml: bytes) -> str | None:
    """The experiment's JSON in a document of XML; None where there is none.

    ValueError when the document is damaged, or has a document type: that could define entities
    which grow without end.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    reader = _Reader(parser)
    try:
        for place in range(0, len(xml), _PART):
            parser.Parse(xml[place : place + _PART], False)
            if place - parser.CurrentByteIndex > _LONGEST_TAG:
                raise ValueError(f"a tag of the XML is longer than {_LONGEST_TAG:,} bytes.")
        parser.Parse(b"", True)
    except _Found:
        return reader.text()
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code]
        raise ValueError(f"line {error.lineno}: the XML is damaged ({reason}).") from None
    return None


class _Reader:
    """Collects the text of the experiment's element."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._depth = self._elements = 0
        self._inside = False
        self._parts: list[str] = []
        self._digest = ""
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        self._parser = parser

    def text(self) -> str:
        """What was collected; ValueError if it is not what was written."""
        text = "".join(self._parts)
        if _digest(text) != self._digest:
            raise ValueError(_DAMAGED)
        return text

    def _refuse(self, *_: object) -> None:
        raise ValueError("the XML has a document type, which files of nnviz never have.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._inside:
            raise ValueError(_DAMAGED)
        if self._depth > _MOST_DEPTH:
            raise ValueError(f"the XML is nested more than {_MOST_DEPTH} elements deep.")
        if self._elements > _MOST_ELEMENTS:
            raise ValueError(f"no experiment is among the first {_MOST_ELEMENTS:,} elements.")
        if name == f"{NAMESPACE} {_ELEMENT}":
            self._inside = True
            self._parser.CharacterDataHandler = self._parts.append
            self._digest = attributes.get(_DIGEST, "")

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if self._inside:
            raise _Found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
