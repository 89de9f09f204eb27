"""Read-outs: figures in a few characters, and room for all of them."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.controls.readouts import (
    NOTHING,
    ReadOut,
    ReadOutRow,
    show_accuracy,
    show_epoch,
    show_loss,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, NOTHING), (nan, NOTHING), (inf, NOTHING), (0.0, "0.0000"), (0.0065, "0.0065"),
     (0.693147, "0.6931"), (9.99999, "10.0000"), (12.3456, "12.346"), (99998.0, "99998"),
     (123456.0, "1.2·10⁵"), (1e-7, "10⁻⁷"), (4.9e-5, "4.9·10⁻⁵"), (1e300, "10³⁰⁰"),
     (4.2e304, "4·10³⁰⁴"), (4.2e-304, "4·10⁻³⁰⁴"), (1.44e10, "1.4·10¹⁰"),
     (9.97e99, "10¹⁰⁰")],
)  # fmt: skip
def test_losses(value: float | None, text: str) -> None:
    assert show_loss(value) == text


@given(st.one_of(st.just(0.0), st.floats(1e-300, 1e300)))
def test_losses_are_short_and_right(value: float) -> None:
    text = show_loss(value)
    assert len(text) <= 8
    plain = text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    if text[-1] >= "⁰" or text[-1] in "¹²³":
        plain = plain.replace("·10", "e") if "·" in plain else plain.replace("10", "1e", 1)
    if value == 0.0 or 5e-5 <= value < 99_999.5:
        assert float(plain) == pytest.approx(value, abs=0.51)
        assert value >= 10 or float(plain) == pytest.approx(value, abs=5.1e-5)
    else:
        has_two_digits = 1e-9 <= value < 9.95e99
        assert float(plain) == pytest.approx(value, rel=0.06 if has_two_digits else 0.5)


def test_accuracies_and_epochs() -> None:
    assert [show_accuracy(x) for x in (None, 0.0, 0.983, 1.0)] == [
        NOTHING,
        "0.0 %",
        "98.3 %",
        "100.0 %",
    ]
    assert show_epoch(123, 1000) == "123 / 1,000"


def test_a_figure_never_moves_what_is_beside_it(qtbot: QtBot) -> None:
    read_out = ReadOut("epoch", widest=show_epoch(1000, 1000), tooltip="Completed passes.")
    qtbot.addWidget(read_out)
    before = read_out.sizeHint()
    for figure in (NOTHING, "0 / 1,000", "999 / 1,000", "1,000 / 1,000"):
        read_out.set_figure(figure)
        assert read_out.sizeHint() == before
        assert read_out.accessibleDescription() == figure
    read_out.set_figure("10,000 / 10,000")
    assert read_out.sizeHint().width() > before.width()
    read_out.set_figure("1 / 1,000")
    assert read_out.sizeHint() == before


def test_room_is_that_of_the_widest_caption_and_figure(qtbot: QtBot) -> None:
    read_out = ReadOut("test", "training", widest="12", tooltip="A figure.")
    qtbot.addWidget(read_out)
    before = read_out.sizeHint()
    read_out.set_caption("training")
    assert read_out.sizeHint() == before
    read_out.reserve("123,456,789,012")
    assert read_out.sizeHint().width() > before.width()
    read_out.reserve("1")
    assert read_out.sizeHint() == before


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    QHBoxLayout(widget).setContentsMargins(0, 0, 0, 0)
    return widget


def test_the_least_important_hide_first(window: QWidget) -> None:
    parts = [
        ReadOut(name, widest="123456", tooltip="A figure.")
        for name in ("one", "two", "three", "four")
    ]
    one, two, three, four = parts
    row = ReadOutRow(parts, (three, one, two), window)
    layout = window.layout()
    assert layout is not None
    layout.addWidget(row)
    window.show()
    full = row.sizeHint().width()
    hidden: list[ReadOut] = []
    for width in range(full + 50, row.minimumSizeHint().width() - 1, -1):
        window.resize(width, 40)
        QApplication.processEvents()
        shown = [part for part in parts if part.isVisible()]
        for part in shown:
            assert part.width() >= part.sizeHint().width()
            assert row.rect().contains(part.geometry())
        hidden += [part for part in parts if part not in shown and part not in hidden]
    assert hidden == [three, one, two]
    assert four.isVisible()


def test_a_longer_figure_makes_room_for_itself(window: QWidget) -> None:
    parts = [ReadOut(name, widest="1", tooltip="A figure.") for name in ("one", "two")]
    row = ReadOutRow(parts, (), window)
    layout = window.layout()
    assert layout is not None
    layout.addWidget(row)
    window.resize(600, 40)
    window.show()
    QApplication.processEvents()
    parts[0].set_figure("1,234,567,890")
    QApplication.processEvents()
    assert parts[0].width() >= parts[0].sizeHint().width()
    assert not parts[0].geometry().intersects(parts[1].geometry())
