"""Experiments as JSON: exact both ways, and hostile texts refused in one sentence."""

import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.run.experiment import Experiment
from nnviz.run.presets import PRESETS


@settings(max_examples=150)
@given(data=st.data())
def test_round_trip(drawn_experiments, data):
    e = data.draw(drawn_experiments)
    text = e.to_json()
    again = Experiment.from_json(text)
    assert again == e
    assert hash(again) == hash(e)
    assert again.to_json() == text
    assert Experiment.from_json(e.to_json(indent=2).encode()) == e


@pytest.mark.parametrize("name", PRESETS)
def test_round_trip_of_presets(name):
    e = PRESETS[name].experiment
    assert Experiment.from_json(e.to_json()) == e
    assert Experiment.from_json(e.to_json()).to_json() == e.to_json()


def test_all_fields_are_written_as_plain_json():
    values = json.loads(PRESETS["course-c14"].experiment.to_json())
    assert list(values) == list(Experiment.model_fields)
    assert values["hidden"] == [3]
    assert values["learning_rate"] == 2.0
    assert set(values["initial_parameters"]) == {"weights", "biases"}


def test_what_is_left_out_takes_its_default():
    assert Experiment.from_json("{}") == Experiment()
    assert Experiment.from_json(b' {"dataset": "xor"}\n') == Experiment(dataset="xor")
    assert Experiment.from_json('{"seed": 7, "noise": 1}') == Experiment(seed=7, noise=1.0)


DEEP = 50_000
DIGITS = "9" * 5000
TEXTS = {
    "empty": "",
    "blank": " ",
    "null": "null",
    "list": "[]",
    "number": "5",
    "string": '"moons"',
    "half": '{"seed": ',
    "two objects": "{} {}",
    "comment": '{"seed": 1 /* one */}',
    "single quotes": "{'seed': 1}",
    "trailing comma": '{"seed": 1,}',
    "NaN": '{"noise": NaN}',
    "Infinity": '{"learning_rate": Infinity}',
    "-Infinity": '{"l2": -Infinity}',
    "overflow": '{"learning_rate": 1e999}',
    "overflow in a list": '{"class_weight": [1e999, 1]}',
    "long integer": f'{{"seed": {DIGITS}}}',
    "long integer in a list": f'{{"hidden": [{DIGITS}]}}',
    "long fraction": f'{{"seed": 1.{DIGITS}}}',
    "duplicate": '{"seed": 1, "seed": 2}',
    "duplicate inside": '{"dataset": {"X": [[1]], "X": [[2]], "y": [0]}}',
    "deep lists": '{"hidden": ' + "[" * DEEP + "]" * DEEP + "}",
    "deep objects": '{"a":' * DEEP + "1" + "}" * DEEP,
    "unknown": '{"sede": 1}',
    "self": '{"self": 1}',
    "null field": '{"seed": null}',
    "string for number": '{"seed": "1"}',
    "number for string": '{"optimizer": 1}',
    "float for integer": '{"epochs": 10.0}',
    "bool for integer": '{"seed": true}',
    "integer for bool": '{"shuffle": 1}',
    "object for list": '{"hidden": {"0": 4}}',
    "string for list": '{"hidden": "44"}',
    "text in points": '{"dataset": {"X": [["1"], ["2"]], "y": [0, 1]}}',
    "null in points": '{"dataset": {"X": [[null], [2]], "y": [0, 1]}}',
    "unknown in points": '{"dataset": {"X": [[1], [2]], "y": [0, 1], "z": 1}}',
    "huge in points": '{"dataset": {"X": [[1e999], [2]], "y": [0, 1]}}',
    "names in points": '{"dataset": {"X": [[1], [2]], "y": [0, 1], "columns": 5}}',
    "word for truth": '{"hidden": [], "trainable": {"weights": [[["no", 1]]], "biases": [[1]]}}',
    "path": '{"dataset": "../../etc/passwd"}',
    "surrogate": '{"\\ud800": 1}',
    "surrogate value": '{"optimizer": "\\ud800"}',
    "newline": '{"a\\nb": 1}',
    "zero byte": '{"seed": 1}\0',
    "long name": '{"%s": 1}' % ("x" * 1_000_000),
    "many names": "{" + ", ".join(f'"f{k}": 1' for k in range(30_000)) + "}",
    "many of one name": "{" + ", ".join(['"seed": 1'] * 50_000) + "}",
}


def check_refused(text):
    limit = sys.getrecursionlimit()
    with pytest.raises(ValueError, match=r"\w") as raised:
        Experiment.from_json(text)
    sentence = str(raised.value)
    assert sentence.endswith((".", "?")), sentence
    assert "\n" not in sentence
    assert len(sentence) < 2000
    assert "Traceback" not in sentence
    assert "pydantic" not in sentence
    assert "set_int_max" not in sentence
    sentence.encode()
    assert sys.getrecursionlimit() == limit
    return sentence


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_texts(name):
    check_refused(TEXTS[name])


@pytest.mark.parametrize("depth", [10, 64, 100, 200, 400, 700, 900, 990])
@pytest.mark.parametrize("field", ["hidden", "features", "class_weight", "initial_parameters"])
def test_lists_of_any_depth(field, depth):
    check_refused(f'{{"{field}": ' + "[" * depth + "]" * depth + "}")
    inner = '{"X": ' + "[" * depth + "]" * depth + ', "y": [0]}'
    check_refused(f'{{"dataset": {inner}}}')


@pytest.mark.parametrize("text", [b"\xff\xfe\xfa", b'{"seed": "\xff"}', b"\x80", b"\0" * 100])
def test_bytes_that_are_no_text(text):
    check_refused(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"seed": -1}', ["seed", "-1", "from 0 to 4,294,967,295"]),
        ('{"noise": NaN}', ["NaN"]),
        ('{"seed": 1, "seed": 2}', ["seed", "twice"]),
        ('{"sede": 1}', ["sede", "did you mean seed"]),
        ('{"seed": }', ["JSON", "line 1"]),
        (f'{{"hidden": [{DIGITS}]}}', ["digits"]),
        ("[]", ["object"]),
    ],
)
def test_says_what_is_wrong(text, words):
    sentence = check_refused(text)
    for word in words:
        assert word in sentence


@settings(max_examples=150)
@given(
    start=st.integers(0, 1200),
    length=st.integers(0, 6),
    what=st.binary(max_size=6),
    cut=st.booleans(),
)
def test_flips_and_truncations_are_refused_or_valid(start, length, what, cut):
    text = PRESETS["course-c14"].experiment.to_json().encode()
    start %= len(text)
    hostile = text[:start] if cut else text[:start] + what + text[start + length :]
    try:
        e = Experiment.from_json(hostile)
    except ValueError:
        check_refused(hostile)
    else:
        assert Experiment.from_json(e.to_json()) == e
