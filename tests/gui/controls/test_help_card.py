"""HelpCard: opens beside its button, holds nothing back, closes as people expect."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import make_dataset
from nnviz.gui.controls.help_card import HelpButton, HelpCard
from nnviz.gui.controls.help_page import HelpPage
from nnviz.gui.controls.help_pages import (
    NO_GRADIENT,
    NO_PENALTY,
    OTHERS_AT_ZERO,
    ActivationPage,
    explain_loss,
    loss_page,
    penalty_page,
)
from nnviz.gui.theme import LIGHT, Theme
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES, losses_for
from nnviz.run.experiment import Experiment

MOONS = Experiment(dataset="moons", n_samples=20)
DATASET = make_dataset("moons", 20, 0.2, 0, 0.25, 0)

PAGES: dict[str, Callable[[], HelpPage]] = {
    "activation": lambda: ActivationPage(0),
    "loss": loss_page,
    "penalty": penalty_page,
}


class Window(QWidget):
    """A window with a help button, a field and a button, that counts the keys left to it."""

    def __init__(self, page: str = "activation") -> None:
        super().__init__()
        self.keys: list[int] = []
        self.help = HelpButton("what there is", PAGES[page], self)
        self.help.show_experiment(MOONS, DATASET)
        self.help.move(180, 300)
        self.field = QLineEdit(self)
        self.field.move(20, 20)
        self.other = QPushButton("other", self)
        self.other.move(1100, 700)
        self.resize(1280, 800)

    def keyPressEvent(self, event: object) -> None:
        self.keys.append(event.key())  # type: ignore[attr-defined]


def shown(qtbot: QtBot, page: str = "activation") -> Window:
    """A window; no fixture, whose value would outlive the check for what is left behind."""
    window = Window(page)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def opened(window: Window, by_keyboard: bool = False) -> HelpCard:
    if by_keyboard:
        window.field.setFocus()
        window.help.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(window.help, Qt.Key.Key_Return)
    else:
        press(window, window.help)
    QApplication.processEvents()
    card = window.help.card
    assert card is not None
    assert card.isVisible()
    return card


def press(window: QWidget, widget: QWidget, at: QPoint | None = None) -> None:
    """A click as the system sends it: to the window, which finds who is meant."""
    place = widget.mapTo(window, at or widget.rect().center())
    handle = window.windowHandle()
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=place)
    QApplication.processEvents()


@pytest.mark.parametrize("by_keyboard", [False, True])
def test_escape_closes_and_gives_the_focus_back(qtbot: QtBot, by_keyboard: bool) -> None:
    window = shown(qtbot)
    card = opened(window, by_keyboard)
    assert card.isAncestorOf(QApplication.focusWidget()) or card.hasFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not card.isVisible()
    assert window.help.hasFocus()
    # The ring is for those who came by the keyboard; after a click Space is the window's.
    QTest.keyClick(window.help, Qt.Key.Key_Space)
    assert card.isVisible() == by_keyboard
    assert window.keys == ([] if by_keyboard else [Qt.Key.Key_Space])


def test_escape_closes_it_from_everything_inside(qtbot: QtBot) -> None:
    window = shown(qtbot)
    card = opened(window, by_keyboard=True)
    stops = set()
    for _ in range(4):
        focused = QApplication.focusWidget()
        stops.add(focused.accessibleName())
        QTest.keyClick(focused, Qt.Key.Key_Escape)
        assert not card.isVisible()
        QTest.keyClick(window.help, Qt.Key.Key_Return)
        for _ in range(len(stops)):
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        if not card.isVisible():
            break
    assert {"Activation functions", "Close the help", "Activation to look at"} <= stops


def test_tab_leaves_and_closes_it(qtbot: QtBot) -> None:
    window = shown(qtbot)
    card = opened(window, by_keyboard=True)
    for _ in range(12):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        if not card.isVisible():
            break
    assert not card.isVisible()
    assert not card.isAncestorOf(QApplication.focusWidget())


def test_a_click_outside_closes_it_and_is_not_lost(qtbot: QtBot) -> None:
    window = shown(qtbot)
    clicks: list[bool] = []
    window.other.clicked.connect(lambda checked: clicks.append(checked))
    card = opened(window)
    press(window, window.other)
    assert not card.isVisible()
    assert clicks == [False]
    card = opened(window)
    press(window, window, QPoint(1200, 30))  # nobody takes the focus there
    assert not card.isVisible()


def test_a_click_inside_does_not_close_it(qtbot: QtBot) -> None:
    window = shown(qtbot)
    card = opened(window)
    page = window.help.page
    assert page is not None
    for widget in (card, page.sentence, page.plot):
        press(window, widget)
        assert card.isVisible()


def test_the_button_and_the_cross_close_it(qtbot: QtBot) -> None:
    window = shown(qtbot)
    card = opened(window)
    press(window, window.help)
    assert not card.isVisible()
    assert opened(window) is card
    press(window, card._close)
    assert not card.isVisible()


def test_it_holds_nothing_back(qtbot: QtBot) -> None:
    window = shown(qtbot)
    card = opened(window)
    QTest.keyClick(card, Qt.Key.Key_Space)
    assert window.keys == [Qt.Key.Key_Space]
    assert card.isVisible()
    window.field.setFocus()
    QTest.keyClicks(window.field, "12")
    assert window.field.text() == "12"
    assert not card.isVisible()


def test_a_list_opened_inside_does_not_close_it(qtbot: QtBot) -> None:
    window = shown(qtbot)
    card = opened(window)
    page = window.help.page
    assert isinstance(page, ActivationPage)
    # What the system reports when the list opens; offscreen it cannot be opened without a warning.
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.focusChanged.emit(page.choice, page.choice.view())
    assert card.isVisible()
    application.focusChanged.emit(page.choice.view(), None)
    assert card.isVisible()


def test_it_stays_inside_the_window(qtbot: QtBot) -> None:
    window = shown(qtbot)
    for place in (QPoint(0, 0), QPoint(1255, 5), QPoint(1255, 775), QPoint(10, 775)):
        window.help.move(place)
        card = opened(window)
        assert window.rect().contains(card.geometry())
        press(window, window.help)
    window.help.move(200, 400)
    card = opened(window)
    assert card.x() > window.help.geometry().right() - 20
    window.resize(500, 450)
    QApplication.processEvents()
    assert window.rect().contains(card.geometry())
    window.resize(300, 200)
    QApplication.processEvents()
    assert window.rect().contains(card.geometry())


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_no_text_is_cut_off(
    qtbot: QtBot, dress: Callable[[str], Theme], page: str, theme: str, scale: float
) -> None:
    scaled = dress(theme).adapted("orange-blue", scale)
    window = shown(qtbot, page)
    window.help.set_theme(scaled)
    card = opened(window)
    content = window.help.page
    assert content is not None
    names: list[str | None] = [None]
    if isinstance(content, ActivationPage):
        names = list(ACTIVATIONS)
    for name in names:
        if name is not None:
            content.choice.activated.emit(content.choice.findData(name))  # type: ignore[attr-defined]
            QApplication.processEvents()
        assert card.width() == scaled.px(440)
        assert content.plot.height() >= content.plot.minimumSizeHint().height()
        for label in content.findChildren(QLabel):
            if label.isVisible():
                assert label.height() >= label.heightForWidth(label.width()), label.text()
        inside = QRect(0, 0, card.width(), card.height())
        assert inside.contains(content.geometry())
    window.help.set_theme(LIGHT)
    QApplication.processEvents()
    assert card.width() == 440


def test_the_page_is_made_once_and_late(qtbot: QtBot) -> None:
    window = shown(qtbot)
    assert window.help.page is None
    opened(window)
    page = window.help.page
    press(window, window.help)
    opened(window)
    assert window.help.page is page


def test_flipping_through_changes_nothing_and_is_forgotten(qtbot: QtBot) -> None:
    window = shown(qtbot)
    opened(window)
    page = window.help.page
    assert isinstance(page, ActivationPage)
    assert page.choice.current == "tanh"
    for name, activation in ACTIVATIONS.items():
        page.choice.activated.emit(page.choice.findData(name))
        assert page.sentence.text() == activation.tooltip
        shown_formulas = page.formulas.text().replace("\n", " ")
        for formula in (activation.formula, activation.derivative_formula):
            assert formula.replace(",  ", " ") in shown_formulas
    # A change of something else leaves the page where it is, of the activation turns it.
    window.help.show_experiment(MOONS.evolve(l2=0.1), DATASET)
    assert page.choice.current == "softmax"
    window.help.show_experiment(MOONS.evolve(activation="relu"), DATASET)
    assert page.choice.current == "relu"
    page.choice.activated.emit(page.choice.findData("elu"))
    press(window, window.help)
    opened(window)
    assert page.choice.current == "relu"


def test_the_step_says_that_it_cannot_learn(qtbot: QtBot) -> None:
    page = ActivationPage(0)
    qtbot.addWidget(page)
    page.show_experiment(MOONS.evolve(activation="step"), DATASET)
    said = page.sentence.text()
    assert "slope is 0 everywhere" in said
    assert "gradient descent learns nothing" in said
    assert "perceptron" in said


def test_softmax_says_how_it_is_drawn(qtbot: QtBot) -> None:
    page = ActivationPage(-1)
    qtbot.addWidget(page)
    page.show_experiment(MOONS, DATASET)
    assert page.choice.current == "sigmoid"
    assert page.note.isHidden()
    page.show_experiment(MOONS.evolve(output_activation="softmax", loss="cross_entropy"), DATASET)
    assert page.choice.current == "softmax"
    assert "two outputs" in page.note.text()
    assert "diagonal" in page.note.text()
    assert not page.note.isHidden()


def test_the_loss_page_follows_the_experiment(qtbot: QtBot) -> None:
    page = loss_page()
    qtbot.addWidget(page)
    page.show_experiment(MOONS, DATASET)
    assert page.sentence.text() == LOSSES["binary_cross_entropy"].tooltip
    assert page.formulas.text().split("\n")[1] == "y = 1 / (1 + e⁻ᶻ)"
    assert page.note.isHidden()
    hinge = MOONS.evolve(output_activation="linear", loss="hinge")
    page.show_experiment(hinge, DATASET)
    assert list(page.plot.curves)[:2] == ["L, t = −1", "L, t = 1"]
    softmax = MOONS.evolve(output_activation="softmax", loss="cross_entropy")
    page.show_experiment(softmax, DATASET)
    assert page.note.text() == OTHERS_AT_ZERO
    lost = MOONS.evolve(output_activation="step", loss="squared_error")
    page.show_experiment(lost, DATASET)
    assert page.note.text() == NO_GRADIENT
    page.show_experiment(lost.evolve(loss="perceptron"), DATASET)
    assert page.note.isHidden()


def test_the_penalty_page_follows_the_strengths(qtbot: QtBot) -> None:
    page = penalty_page()
    qtbot.addWidget(page)
    page.show_experiment(MOONS, DATASET)
    assert page.note.text() == NO_PENALTY
    page.show_experiment(MOONS.evolve(l1=0.25, l2=0.5), DATASET)
    assert "l1 = 0.25" in page.note.text()
    assert "l2 = 0.5" in page.note.text()
    assert page.formulas.text() == "objective = data term + l1·Σ|w| + l2/2·Σw²"
    assert page.plot.curves["sum"].y.max() == pytest.approx(0.25 * 3 + 0.25 * 9)


def test_the_button_is_named_and_explained(qtbot: QtBot) -> None:
    window = shown(qtbot)
    assert window.help.accessibleName() == "Help on what there is"
    sentence = " ".join(window.help.toolTip().split())
    assert sentence == "Explains what there is with formulas and a plot."


@pytest.mark.parametrize("output", ACTIVATIONS)
@pytest.mark.parametrize("dataset", ["moons", "blobs", "plane"])
def test_every_pairing_of_output_and_loss_is_explained(dataset: str, output: str) -> None:
    """The gradients of the two targets need not be sampled at equally many places."""
    points = make_dataset(dataset, 20, 0.2, 0, 0.25, 0)
    for loss in losses_for(output, points.task, points.n_classes):
        experiment = MOONS.evolve(dataset=dataset, output_activation=output, loss=loss)
        explanation = explain_loss(experiment, points)
        # Only a step lets nothing through, but for the loss that is made for it.
        assert (NO_GRADIENT in explanation.note) == (output == "step" and loss != "perceptron")
