"""An experiment in XML: what was written comes back, and nothing hostile is followed."""

from __future__ import annotations

import json

import pytest

from nnviz.files.xml_text import experiment_element, experiment_text
from nnviz.run.presets import preset

ODD = '{"a": "<b> & \\"c\\" ]]> Größe  日本語 😀 \\u0000 \\ud800", "n": [1.5, null]}'


def document(inside: str) -> bytes:
    return f"<?xml version='1.0'?>\n<a><b/>{inside}<c>".encode()


@pytest.mark.parametrize("text", ["{}", '""', preset("course-c14").to_json(), ODD])
def test_what_was_written_is_read(text: str) -> None:
    element = experiment_element(text)
    assert element.isascii()
    read = experiment_text(document(element))
    assert read is not None
    # Letters beyond ASCII are escaped: the same JSON, written in another way.
    assert json.loads(read) == json.loads(text)


def test_without_one_there_is_none() -> None:
    assert experiment_text(b"<a><experiment>{}</experiment></a>") is None


@pytest.mark.parametrize(
    ("xml", "word"),
    [
        (b"", "damaged"),
        (b"<a>", "damaged"),
        (b"<a></b>", "damaged"),
        (b"\xff\xfe", "damaged"),
        (b"<a>" * 1_000_000, "deep"),
        (b"<a>" + b"<b/>" * 300_000, "among the first"),
        (b"<a " + b"b" * 10_000_000, "longer"),
        (b"<!DOCTYPE a><a/>", "document type"),
        (
            b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
            b'<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><a>&d;&d;&d;&d;&d;&d;&d;</a>',
            "document type",
        ),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "document type"),
    ],
)
def test_hostile_and_damaged_xml_is_refused_in_one_sentence(xml: bytes, word: str) -> None:
    with pytest.raises(ValueError, match=word) as raised:
        experiment_text(xml)
    assert str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)


def test_a_digit_that_was_changed_is_noticed() -> None:
    element = experiment_element('{"seed": 1}').replace("1}", "2}")
    with pytest.raises(ValueError, match="damaged"):
        experiment_text(document(element))
    with pytest.raises(ValueError, match="damaged"):
        experiment_text(document(element.replace("{", "<x/>{")))
