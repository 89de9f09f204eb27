"""Pages of help: an activation and its derivative, a loss and its gradient, the penalties."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QShowEvent

from nnviz.data.dataset import Dataset
from nnviz.gui.controls.choice import ChoiceBox
from nnviz.gui.controls.help_page import Explanation, HelpPage
from nnviz.gui.controls.help_plots import (
    REACH,
    WEIGHT_REACH,
    activation_functions,
    loss_functions,
    penalty_functions,
    sampled,
    target_codes,
)
from nnviz.gui.theme import Theme
from nnviz.gui.views.legend import Mark
from nnviz.gui.views.scales import short_text
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.run.experiment import Experiment

OF_SOFTMAX = (
    "Drawn for the first of two outputs while the other’s z is 0, where softmax is the sigmoid; "
    "the dashed line is ∂a₁/∂z₁, on the diagonal of the derivative."
)
NO_GRADIENT = "The gradient is 0 everywhere: gradient descent learns nothing with these two."
OTHERS_AT_ZERO = "Drawn over the z of one output while the z of the others is 0."
NO_PENALTY = "Both strengths are 0 now, so weights cost nothing."


class ActivationPage(HelpPage):
    """An activation function over z; others can be looked at without changing the experiment."""

    def __init__(self, layer: int) -> None:
        """The page begins with the activation of `layer` of the experiment's network."""
        super().__init__(
            "Activation functions",
            lambda experiment, _: explain_activation(experiment.activations[layer]),
        )
        self._layer = layer
        self._of_experiment = ""
        self.choice = ChoiceBox(
            "Activation to look at",
            ACTIVATIONS,
            "Shows another activation here, and changes nothing in the experiment.",
        )
        self.column.insertWidget(0, self.choice)
        self.choice.changed.connect(self._show)

    def show_experiment(self, experiment: Experiment, dataset: Dataset) -> None:
        """Turn to the activation of the experiment when that is another one than before."""
        name = experiment.activations[self._layer]
        if name != self._of_experiment:
            self._of_experiment = name
            self.choice.set_current(name)
            super().show_experiment(experiment, dataset)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.choice.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._of_experiment:
            self._show(self._of_experiment)

    def _show(self, name: str) -> None:
        self.choice.set_current(name)
        self.show_explanation(explain_activation(name))


def loss_page() -> HelpPage:
    """The loss of one point over an output's z, with its gradient."""
    return HelpPage("Loss of one point", explain_loss)


def penalty_page() -> HelpPage:
    """What a weight costs by L1, by L2 and in all, with the present strengths."""
    return HelpPage("Penalties", explain_penalties)


def explain_activation(name: str) -> Explanation:
    """An activation, its derivative, and how they are drawn where units depend on each other."""
    activation = ACTIVATIONS[name]
    return Explanation(
        sentence=activation.tooltip,
        formulas=(activation.formula, activation.derivative_formula),
        functions=activation_functions(name),
        variable="z",
        reach=REACH,
        note="" if activation.jacobian_product is None else OF_SOFTMAX,
    )


def explain_loss(experiment: Experiment, dataset: Dataset) -> Explanation:
    """The experiment's loss with its output activation, for both targets."""
    output = experiment.output_activation
    facts = (output, dataset.task, dataset.n_classes)
    functions = loss_functions(experiment.loss, *facts)
    notes = []
    if target_codes(*facts).shape[1] > 1:
        notes.append(OTHERS_AT_ZERO)
    gradients = [sampled(f, REACH)[1] for f in functions if f.mark is Mark.DASHED]
    # One by one: a jump adds a sample, so they need not be of one length.
    if not any(np.nan_to_num(gradient).any() for gradient in gradients):
        notes.append(NO_GRADIENT)
    loss = LOSSES[experiment.loss]
    # The registry writes the value of any unit as a; that of an output is y in a loss.
    output_formula = ACTIVATIONS[output].formula.replace("a", "y", 1)
    return Explanation(
        sentence=loss.tooltip,
        formulas=(loss.formula, output_formula),
        functions=functions,
        variable="z",
        reach=REACH,
        note=" ".join(notes),
    )


def explain_penalties(experiment: Experiment, dataset: Dataset) -> Explanation:
    """The penalties with the experiment's strengths."""
    l1, l2 = experiment.l1, experiment.l2
    strengths = f"Drawn for one weight w, with l1 = {short_text(l1)} and l2 = {short_text(l2)}."
    return Explanation(
        sentence="Both make large weights costly, but not biases: L1 pulls every weight to zero "
        "with the same force, L2 the harder the larger it is.",
        formulas=("objective = data term + l1·Σ|w| + l2/2·Σw²",),
        functions=penalty_functions(l1, l2),
        variable="w",
        reach=WEIGHT_REACH,
        note=strengths if l1 or l2 else NO_PENALTY,
    )
