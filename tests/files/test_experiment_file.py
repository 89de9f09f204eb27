"""Experiments from files: what is wrong is said in one sentence that names the file."""

import os

import pytest

from nnviz import preset
from nnviz.files import experiment_file
from nnviz.files.experiment_file import read_experiment


@pytest.mark.parametrize("name", ["xor", "course-c14"])
@pytest.mark.parametrize("indent", [None, 2])
def test_what_was_written_is_read(tmp_path, name, indent):
    path = tmp_path / "täst file.json"
    path.write_text(preset(name).to_json(indent=indent), encoding="utf-8")
    assert read_experiment(path) == preset(name)


def test_reading_leaves_the_file_alone(tmp_path):
    path = tmp_path / "e.json"
    path.write_text("{}")
    before = path.stat()
    read_experiment(path)
    assert path.read_text() == "{}"
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def check_refused(path, *words):
    with pytest.raises(ValueError, match=r"\.$|\?$") as raised:
        read_experiment(path)
    sentence = str(raised.value)
    assert sentence.startswith(f"{path}: ")
    assert "\n" not in sentence
    for word in words:
        assert word in sentence


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "JSON"),
        (b"\xff\xfe\x00", "UTF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"PK\x03\x04", "JSON"),
        (b'{"seed": 1', "JSON"),
        (b"[]", "object"),
        (b'{"seed": -1}', "seed"),
        (b'{"seed": 1, "seed": 1}', "twice"),
        (b'{"loss": "hinge"}', "hinge"),
        (b"[" * 100_000, "deep"),
    ],
)
def test_files_with_something_else_in_them(tmp_path, content, word):
    path = tmp_path / "e.json"
    path.write_bytes(content)
    check_refused(path, word)


def test_no_such_file(tmp_path):
    check_refused(tmp_path / "none.json", "cannot be read")
    check_refused(tmp_path / "none" / "e.json", "cannot be read")
    check_refused(tmp_path, "cannot be read")
    check_refused(tmp_path / ("x" * 5000), "cannot be read")


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(experiment_file, "LARGEST_FILE", 100)
    path = tmp_path / "e.json"
    path.write_bytes(b"{}" + b" " * 98)
    read_experiment(path)
    path.write_bytes(b"{}" + b" " * 99)
    check_refused(path, "larger")


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no device without an end")
def test_a_file_without_an_end_is_not_read(monkeypatch):
    monkeypatch.setattr(experiment_file, "LARGEST_FILE", 1000)
    check_refused(experiment_file.Path("/dev/zero"), "larger")
