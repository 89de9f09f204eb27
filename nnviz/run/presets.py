"""The gallery: experiments that are worth watching, each with what to look for; PRESETS."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from nnviz.data.dataset import n_test_points
from nnviz.run.experiment import Experiment
from nnviz.run.parameters import Parameters
from nnviz.run.refusal import shown

WATCHING_TIME = 8.0
"""Seconds that a run should take for somebody who sees it for the first time."""
FASTEST_WATCHED = 1_000.0
"""Updates per second beyond which a run is long enough to go as fast as the machine can."""


class Preset(NamedTuple):
    """An experiment with a title, and one line on what to look for."""

    title: str
    hint: str
    experiment: Experiment

    @property
    def watching_speed(self) -> float:
        """Updates per second at which the eye can follow the run; infinity: as fast as may be.

        A run takes some eight seconds then, at one of the speeds 1, 2, 5, 10, 20, 50, …
        """
        experiment = self.experiment
        n_test = n_test_points(experiment.n_samples, experiment.test_fraction)
        n_train = experiment.n_samples - n_test
        per_batch = n_train if experiment.batch_size == "full" else experiment.batch_size
        wanted = experiment.epochs * -(-n_train // int(per_batch)) / WATCHING_TIME
        if wanted > FASTEST_WATCHED:
            return math.inf
        ladder = (step * 10.0**power for power in range(4) for step in (1, 2, 5))
        return min(ladder, key=lambda speed: abs(math.log(speed / wanted)))


def preset(name: str) -> Experiment:
    """The experiment of a preset; ValueError of one sentence for an unknown name."""
    if name not in list(PRESETS):  # what comes from outside may not even be hashable
        raise ValueError(f"preset: {shown(name)} given; allowed: one of {', '.join(PRESETS)}.")
    return PRESETS[name].experiment


def _preset(title: str, hint: str, dataset: str, **fields: Any) -> Preset:
    return Preset(title, hint, Experiment(dataset=dataset, **fields))


def _single_unit(title: str, hint: str, dataset: str) -> Preset:
    """A gate that one unit can learn: nothing hidden, all four points in every update."""
    return _preset(
        title,
        hint,
        dataset,
        hidden=(),
        optimizer="sgd",
        learning_rate=1.0,
        batch_size="full",
        epochs=500,
    )


def _clouds(title: str, hint: str, dataset: str, hidden: tuple[int, ...]) -> Preset:
    return _preset(title, hint, dataset, hidden=hidden, learning_rate=0.03, epochs=200)


def _perceptron(title: str, hint: str, dataset: str, **fields: Any) -> Preset:
    return _preset(
        title,
        hint,
        dataset,
        hidden=(),
        output_activation="step",
        loss="perceptron",
        optimizer="sgd",
        initializer="zeros",
        learning_rate=1.0,
        batch_size=1,
        shuffle=False,
        **fields,
    )


_OR_BY_HAND = Parameters(weights=([[1.0, 1.0]],), biases=([-1.0],))


_MOONS_OF_THE_COURSE = Parameters(
    weights=(
        [
            [1.2473733762017727, 1.5845507770701677],
            [0.28295387557714186, 1.3205629190941615],
            [0.6920722655660195, -0.6910398159642224],
        ],
        [
            [0.5485338036123446, -0.05959343186845471, 0.08316359458476792],
            [-0.08738612495446614, 0.23705915562297636, 0.8396252007204148],
        ],
    ),
    biases=([0.0, 0.0, 0.0], [0.0, 0.0]),
)
"""As the course draws them: normal numbers of NumPy's RandomState(0), W1 (2, 3) and then W2 (3, 2),
over the root of n_in. Written out, because the window must not wait for the generator."""


def _moons_of_the_course() -> Preset:
    """The course adds up gradients over the 200 points with a step of 0.01, and leaves the penalty
    undivided; on the mean loss that is a learning rate of 2 and a penalty of 0.01/200.
    """
    return _preset(
        "Course: moons",
        "Watch the loss creep down, and then begin to swing: the edge of stability.",
        "moons",
        n_samples=200,
        noise=0.2,
        data_seed=0,
        test_fraction=0.0,
        hidden=(3,),
        activation="tanh",
        output_activation="softmax",
        loss="cross_entropy",
        initial_parameters=_MOONS_OF_THE_COURSE,
        optimizer="sgd",
        learning_rate=2.0,
        l2=0.01 / 200,
        batch_size="full",
        epochs=20_000,
    )


PRESETS: dict[str, Preset] = {
    "or": _single_unit("OR", "Watch a single unit turn its line until 0, 0 is alone.", "or"),
    "and": _single_unit("AND", "Watch the line move until only 1, 1 is beyond it.", "and"),
    "nand": _single_unit("NAND", "Compare with AND: the same line, the signs reversed.", "nand"),
    "nor": _single_unit("NOR", "Compare with OR: the same line, the signs reversed.", "nor"),
    "xor": _preset(
        "XOR",
        "Watch hidden units share the work: no single line parts these four points.",
        "xor",
        hidden=(4,),
        learning_rate=0.05,
        batch_size="full",
        epochs=500,
    ),
    "or-clouds": _clouds("OR clouds", "Watch one line settle between clouds.", "or-clouds", ()),
    "and-clouds": _clouds("AND clouds", "Watch one line cut off a corner.", "and-clouds", ()),
    "nand-clouds": _clouds("NAND clouds", "Watch one line cut off a corner.", "nand-clouds", ()),
    "nor-clouds": _clouds("NOR clouds", "Watch one line settle between clouds.", "nor-clouds", ()),
    "xor-clouds": _clouds(
        "XOR clouds", "Watch two lines join into a band between the clouds.", "xor-clouds", (4,)
    ),
    "moons": _preset(
        "Moons",
        "Watch a straight boundary bend into an S between the moons.",
        "moons",
        hidden=(6, 4),
        learning_rate=0.03,
        epochs=200,
    ),
    "circles": _preset(
        "Circles",
        "Watch units put a fence around the inner circle, one side each.",
        "circles",
        hidden=(6,),
        learning_rate=0.03,
        epochs=200,
    ),
    "blobs": _preset(
        "Blobs",
        "Watch three outputs share the plane: softmax gives each class its part.",
        "blobs",
        hidden=(4,),
        output_activation="softmax",
        loss="cross_entropy",
        learning_rate=0.03,
        epochs=100,
    ),
    "spiral": _preset(
        "Spiral",
        "Watch the second hidden layer wind up what the first one can only cut.",
        "spiral",
        n_samples=400,
        hidden=(8, 8),
        learning_rate=0.01,
        epochs=500,
    ),
    "course-c03": _preset(
        "Course: OR by hand",
        "Read the truth table off the weights 1, 1 and the bias −1, before any training.",
        "or",
        hidden=(),
        output_activation="step",
        loss="perceptron",
        initial_parameters=_OR_BY_HAND,
        optimizer="sgd",
        learning_rate=1.0,
        batch_size=1,
        epochs=10,
    ),
    "course-c06": _perceptron(
        "Course: perceptron",
        "Watch the line jump at mistakes only, and stop when there are none.",
        "or",
        epochs=20,
    ),
    "course-c07": _preset(
        "Course: two clouds",
        "Watch one sigmoid unit find a line between two clouds that lie far apart.",
        "two-clouds",
        hidden=(),
        optimizer="adam",
        learning_rate=0.001,
        batch_size=32,
        split_seed=42,
        epochs=1_000,
    ),
    "course-c09-linear": _preset(
        "Course: linear regression",
        "Watch one linear unit fit a plane through the points.",
        "plane",
        hidden=(),
        output_activation="linear",
        loss="squared_error",
        optimizer="sgd",
        learning_rate=0.5,
        batch_size="full",
        epochs=500,
    ),
    "course-c09-logistic": _preset(
        "Course: logistic regression",
        "Watch one sigmoid unit become scikit-learn's LogisticRegression.",
        "moons",
        hidden=(),
        l2=1 / 150,
        optimizer="sgd",
        learning_rate=2.0,
        batch_size="full",
        epochs=2_000,
    ),
    "course-c09-svm": _preset(
        "Course: linear SVM",
        "Watch the margin: only points near the line still move it.",
        "moons",
        hidden=(),
        output_activation="linear",
        loss="hinge",
        l2=1 / 150,
        optimizer="sgd",
        learning_rate=1.0,
        schedule="exponential",
        schedule_every=500,
        batch_size="full",
        epochs=10_000,
    ),
    "course-c09-softmax": _preset(
        "Course: softmax regression",
        "Watch three linear units part the plane by straight lines.",
        "blobs",
        hidden=(),
        output_activation="softmax",
        loss="cross_entropy",
        l2=1 / 150,
        optimizer="sgd",
        learning_rate=2.0,
        batch_size="full",
        epochs=2_000,
    ),
    "course-c09-perceptron": _perceptron(
        "Course: perceptron on clouds",
        "Watch every mistake move the line, until two clouds lie apart.",
        "two-clouds",
        epochs=50,
    ),
    "course-c14": _moons_of_the_course(),
}
