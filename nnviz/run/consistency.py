"""Whether the fields of an experiment fit together, and what to say when they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nnviz.data.dataset import Points, n_test_points
from nnviz.data.features import feature_problem
from nnviz.data.generators import DATASETS
from nnviz.model.losses import n_outputs, pairing_problem
from nnviz.model.network import Network
from nnviz.run.parameters import Parameters
from nnviz.run.refusal import shown

if TYPE_CHECKING:
    from nnviz.run.experiment import Experiment


def check_consistency(experiment: Experiment) -> None:
    """ValueError of one sentence for the first pair of fields that cannot go together."""
    _check_data(experiment)
    _check_batch_size(experiment)
    layers = experiment.activation
    if not isinstance(layers, str) and len(layers) != len(experiment.hidden):
        raise ValueError(
            f"activation: {len(layers)} names given; allowed: one name, "
            f"or one for each of the {len(experiment.hidden)} hidden layers."
        )
    task, n_classes, _ = _facts(experiment)
    problem = pairing_problem(experiment.loss, experiment.output_activation, task, n_classes)
    if problem:
        raise ValueError(f"loss, output_activation: {problem}.")
    _check_class_weight(experiment, n_classes)
    network = network_of(experiment)
    for name, given in (
        ("initial_parameters", experiment.initial_parameters),
        ("trainable", experiment.trainable),
    ):
        _check_shapes(name, given, network)


def network_of(experiment: Experiment) -> Network:
    """The topology that an experiment describes."""
    task, n_classes, n_columns = _facts(experiment)
    n_inputs = len(experiment.features) or n_columns
    outputs = n_outputs(task, n_classes, experiment.output_activation)
    return Network((n_inputs, *experiment.hidden, outputs), experiment.activations)


def _facts(experiment: Experiment) -> tuple[Any, int, int]:
    return _facts_of(experiment.dataset)


def _facts_of(source: str | Points) -> tuple[Any, int, int]:
    """Task, number of classes and number of columns, without drawing a point."""
    if isinstance(source, Points):
        return source.task, len(source.classes), len(source.columns)
    generator = DATASETS[source]
    return generator.task, generator.n_classes, len(generator.columns)


def fixed_fields(source: str | Points) -> dict[str, tuple[Any, str]]:
    """Fields that a dataset leaves no choice in: the only value, and a clause that says why."""
    task, n_classes, _ = _facts_of(source)
    fixed: dict[str, tuple[Any, str]] = {}
    if isinstance(source, Points):
        fixed = _fixed("the points given", len(source.X))
    elif DATASETS[source].is_fixed:
        label = f"the {DATASETS[source].label} gate"
        fixed = _fixed(label, DATASETS[source].n_samples)
        fixed["test_fraction"] = (0.0, f"{label} can have no test part")
    if n_classes == 0:
        fixed["class_weight"] = (None, f"a {task} has no classes")
    return fixed


def _fixed(label: str, n: int) -> dict[str, tuple[Any, str]]:
    return {
        "n_samples": (n, f"{label} can have no other number than {n}"),
        "noise": (0.0, f"{label} can have no noise but 0"),
    }


def _check_data(experiment: Experiment) -> None:
    source = experiment.dataset
    for name, (only, clause) in fixed_fields(source).items():
        given = getattr(experiment, name)
        if given != only:
            raise ValueError(f"{name}: {given!r} given; {clause}.")
    if experiment.n_samples < 2 and not isinstance(source, Points):
        raise ValueError("n_samples: 1 given; allowed: a whole number from 2 to 1,000,000.")
    if n_test_points(experiment.n_samples, experiment.test_fraction) >= experiment.n_samples:
        raise ValueError(
            f"test_fraction: {experiment.test_fraction} given; of {experiment.n_samples} points "
            "it leaves none to learn from."
        )
    _, _, n_columns = _facts(experiment)
    for feature in experiment.features:
        if problem := feature_problem(feature, n_columns):
            raise ValueError(f"features: {problem}.")


def _check_batch_size(experiment: Experiment) -> None:
    size = experiment.batch_size
    if size != "full" and not 1 <= int(size) <= 1_000_000:
        raise ValueError(
            f"batch_size: {shown(size)} given; "
            "allowed: full, or a whole number from 1 to 1,000,000."
        )


def _check_class_weight(experiment: Experiment, n_classes: int) -> None:
    weights = experiment.class_weight
    if weights is None or weights == "balanced":
        return
    if len(weights) != n_classes or not any(weights):
        raise ValueError(
            f"class_weight: {weights!r} given; allowed: one number for each of the "
            f"{n_classes} classes, not all of them 0."
        )


def _check_shapes(name: str, given: Parameters | None, network: Network) -> None:
    if given is None:
        return
    try:
        network.join(given.weights, given.biases)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
