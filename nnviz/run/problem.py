"""What an experiment asks of the mathematics: its points and its Problem."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnviz.data.dataset import Dataset, make_dataset
from nnviz.model.losses import encode_targets
from nnviz.model.optimizers import Hyperparameters
from nnviz.model.reference import Problem
from nnviz.model.schedules import ScheduleParameters
from nnviz.run.consistency import network_of
from nnviz.run.experiment import Experiment

Array = NDArray[np.float64]


@lru_cache(maxsize=4)
def _dataset_from(values: tuple[Any, ...]) -> Dataset:
    return make_dataset(*values)


def dataset_of(experiment: Experiment) -> Dataset:
    """The points that an experiment describes; equal descriptions share one object."""
    return _dataset_from(
        (
            experiment.dataset,
            experiment.n_samples,
            experiment.noise,
            experiment.data_seed,
            experiment.test_fraction,
            experiment.split_seed,
            experiment.features,
            experiment.scaling,
        )
    )


def problem_of(experiment: Experiment, dataset: Dataset) -> Problem:
    """All that an update of this experiment depends on, with the training part of its points."""
    network, mask = network_of(experiment), experiment.trainable
    return Problem(
        network=network,
        loss=experiment.loss,
        X=dataset.X_train,
        T=targets_of(experiment, dataset, dataset.y_train),
        point_weights=point_weights(experiment, dataset)[0],
        l1=experiment.l1,
        l2=experiment.l2,
        optimizer=experiment.optimizer,
        hyperparameters=Hyperparameters(
            momentum=experiment.momentum,
            decay=experiment.decay,
            beta_1=experiment.beta_1,
            beta_2=experiment.beta_2,
            weight_decay=experiment.weight_decay,
        ),
        learning_rate=experiment.learning_rate,
        schedule=experiment.schedule,
        schedule_parameters=ScheduleParameters(
            every=experiment.schedule_every,
            factor=experiment.schedule_factor,
            floor=experiment.schedule_floor,
            epochs=experiment.epochs,
        ),
        batch_size=experiment.batch_size,
        shuffle=experiment.shuffle,
        seed=experiment.seed,
        trainable=None if mask is None else network.join_mask(mask.weights, mask.biases),
    )


def initial_theta(experiment: Experiment) -> Array:
    """The parameters that a run starts from, (n_parameters,)."""
    network, given = network_of(experiment), experiment.initial_parameters
    if given is None:
        return network.initial_theta(experiment.initializer, experiment.seed)
    return network.join(given.weights, given.biases)


def targets_of(experiment: Experiment, dataset: Dataset, y: NDArray[Any]) -> Array:
    """(n, outputs): class indices or values y (n,), coded as the outputs should be."""
    return encode_targets(y, dataset.task, dataset.n_classes, experiment.output_activation)


def point_weights(experiment: Experiment, dataset: Dataset) -> tuple[Array | None, Array | None]:
    """How much each training and each test point counts; None when all count 1.

    "balanced" gives every class the same sum: n / (classes · points of the class), from the
    training part, as scikit-learn does.
    """
    wanted = experiment.class_weight
    if wanted is None:
        return None, None
    if wanted == "balanced":
        counts = np.bincount(dataset.y_train, minlength=dataset.n_classes)
        by_class = len(dataset.y_train) / (dataset.n_classes * np.maximum(counts, 1))
    else:
        by_class = np.array(wanted, dtype=np.float64)
    return by_class[dataset.y_train], by_class[dataset.y_test]
