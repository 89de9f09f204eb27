"""Experiment: everything that a run depends on, as one frozen, validated value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from nnviz.data.dataset import MOST_POINTS, Points
from nnviz.data.generators import DATASETS
from nnviz.data.scaling import SCALINGS
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.initializers import INITIALIZERS
from nnviz.model.losses import LOSSES
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.schedules import SCHEDULES
from nnviz.run.consistency import check_consistency
from nnviz.run.parameters import Mask, Parameters
from nnviz.run.refusal import mistakes, unknown_fields
from nnviz.run.strict_json import read_object

MOST_HIDDEN_LAYERS = 8
MOST_UNITS = 1_024
LARGEST_SEED = 2**32 - 1
"""numpy's RandomState takes no larger one."""

LIVE_FIELDS = frozenset(
    "hidden activation loss l1 l2 optimizer learning_rate momentum decay beta_1 beta_2 "
    "weight_decay schedule schedule_every schedule_factor schedule_floor batch_size shuffle epochs "
    "trainable".split()
)
"""Fields that may change in the middle of a run; any other makes a new run."""


def _plain(value: Any, levels: int = 3) -> Any:
    """NumPy's scalars and arrays, and lists, as Python's own values and tuples.

    No field has more levels of lists than three; what lies deeper is left to be refused.
    """
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, np.str_):
        return str(value)
    if isinstance(value, list | tuple) and levels:
        return tuple(_plain(item, levels - 1) for item in value)
    return value


def _name_in(registry: Mapping[str, Any], given: Any) -> str:
    if not isinstance(given, str) or given not in registry:
        raise ValueError("not a name that is known")
    return str(given)


def _dataset(value: Any) -> str | Points:
    if isinstance(value, Points):
        return value
    if isinstance(value, Mapping):
        return Points.from_dict(dict(value))
    return _name_in(DATASETS, value)


def _activation(value: Any) -> str | tuple[str, ...]:
    allowed = {name: entry for name, entry in ACTIVATIONS.items() if entry.hidden}
    value = _plain(value)
    if isinstance(value, tuple):
        return tuple(_name_in(allowed, name) for name in value)
    return _name_in(allowed, value)


def _optional(kind: type[Parameters]) -> BeforeValidator:
    return BeforeValidator(lambda value: None if value is None else kind.of(value))


def _one_of(registry: Mapping[str, Any]) -> str:
    return "one of " + ", ".join(registry)


def _named(registry: Mapping[str, Any], default: str, tooltip: str) -> Any:
    return Field(default, description=tooltip, json_schema_extra={"allowed": _one_of(registry)})


def _name_of(registry: Mapping[str, Any]) -> BeforeValidator:
    return BeforeValidator(lambda value: _name_in(registry, value))


def _number(default: Any, tooltip: str, allowed: str, **limits: Any) -> Any:
    return Field(default, description=tooltip, json_schema_extra={"allowed": allowed}, **limits)


Real = Annotated[float, BeforeValidator(_plain)]
Integer = Annotated[int, BeforeValidator(_plain)]
_to_dict = PlainSerializer(lambda value: value if value is None else value.to_dict())
_SEED = f"a whole number from 0 to {LARGEST_SEED:,}"
_FRACTION = "a number from 0 up to, but not including, 1"
_HIDDEN_ACTIVATIONS = {name: entry for name, entry in ACTIVATIONS.items() if entry.hidden}


class Experiment(BaseModel):
    """Everything that a run depends on. Frozen, hashable, JSON both ways.

    Every way to make one (the constructor, `evolve`, `from_json`) checks all fields and how they
    fit together, and raises a ValueError of one sentence that names the field, what was given
    and what is allowed.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        arbitrary_types_allowed=True,
    )

    # --- data
    dataset: Annotated[
        str | Points,
        BeforeValidator(_dataset),
        PlainSerializer(lambda value: value if isinstance(value, str) else value.to_dict()),
    ] = _named(DATASETS, "moons", "Decides which points the network learns from.")
    n_samples: Integer = _number(
        200,
        "Says how many points there are; more points show the pattern more clearly.",
        f"a whole number from 2 to {MOST_POINTS:,}",
        ge=1,
        le=MOST_POINTS,
    )
    noise: Real = _number(
        0.2,
        "Says how far points stray; with more noise the classes overlap.",
        "a number from 0 to 1,000",
        ge=0,
        le=1_000,
    )
    data_seed: Integer = _number(
        0,
        "Draws other points of the same kind, and leaves the network's start as it is.",
        _SEED,
        ge=0,
        le=LARGEST_SEED,
    )
    test_fraction: Real = _number(
        0.25,
        "Keeps a part of the points away from training, to see what was learned and not memorised.",
        _FRACTION,
        ge=0,
        lt=1,
    )
    split_seed: Integer = _number(
        0, "Draws another test part from the same points.", _SEED, ge=0, le=LARGEST_SEED
    )
    features: Annotated[tuple[str, ...], BeforeValidator(_plain)] = _number(
        (),
        "Gives the network inputs made from the inputs, such as x1^2 or sin(x1).",
        "a list of features like x1, x1^2, x1*x2, sin(x1); an empty one means all columns",
        max_length=64,
    )
    scaling: Annotated[str, _name_of(SCALINGS)] = _named(
        SCALINGS, "none", "Brings all inputs to one range, so that one learning rate suits them."
    )
    class_weight: Annotated[
        Literal["balanced"] | tuple[Annotated[Real, Field(ge=0, le=1e6)], ...] | None,
        BeforeValidator(_plain),
    ] = _number(
        None,
        "Makes the points of a rare class count more.",
        "null, balanced, or one number from 0 to 1,000,000 for each class",
    )

    # --- network
    hidden: Annotated[
        tuple[Annotated[Integer, Field(ge=1, le=MOST_UNITS)], ...], BeforeValidator(_plain)
    ] = _number(
        (4,),
        "Sets how many units each hidden layer has; more units can bend the boundary more.",
        f"a list of 0 to {MOST_HIDDEN_LAYERS} whole numbers from 1 to {MOST_UNITS:,}",
        max_length=MOST_HIDDEN_LAYERS,
    )
    activation: Annotated[str | tuple[str, ...], BeforeValidator(_activation)] = _named(
        {name: entry for name, entry in ACTIVATIONS.items() if entry.hidden},
        "tanh",
        "Bends what each hidden unit computes; without it the whole network would be linear.",
    )
    output_activation: Annotated[str, _name_of(ACTIVATIONS)] = _named(
        ACTIVATIONS, "sigmoid", "Turns the last layer's sums into the answer."
    )
    initializer: Annotated[str, _name_of(INITIALIZERS)] = _named(
        INITIALIZERS, "xavier", "Draws the weights that training starts from."
    )
    initial_parameters: Annotated[Parameters | None, _optional(Parameters), _to_dict] = _number(
        None,
        "Starts from these weights and biases, in place of drawn ones.",
        "null, or weights (n_out, n_in) and biases (n_out,) for every layer",
    )
    trainable: Annotated[Mask | None, _optional(Mask), _to_dict] = _number(
        None,
        "Freezes the weights and biases that are marked false.",
        "null, or a truth value for each weight (n_out, n_in) and bias (n_out,) of every layer",
    )

    # --- objective
    loss: Annotated[str, _name_of(LOSSES)] = _named(
        LOSSES, "binary_cross_entropy", "Measures how wrong the answers are: what training lowers."
    )
    l1: Real = _number(
        0.0, "Pulls weights to exactly zero.", "a number from 0 to 1,000", ge=0, le=1_000
    )
    l2: Real = _number(
        0.0,
        "Keeps weights small, which makes the boundary smoother.",
        "a number from 0 to 1,000",
        ge=0,
        le=1_000,
    )

    # --- training
    optimizer: Annotated[str, _name_of(OPTIMIZERS)] = _named(
        OPTIMIZERS, "adam", "Decides how the gradient becomes a step."
    )
    learning_rate: Real = _number(
        0.03,
        "Sets the size of a step: too small is slow, too large jumps over the minimum.",
        "a number above 0, at most 1e12",
        gt=0,
        le=1e12,
    )
    momentum: Real = _number(0.9, "Says how much of its speed a step keeps.", _FRACTION, ge=0, lt=1)
    decay: Real = _number(
        0.9, "Says how long RMSProp remembers the size of past gradients.", _FRACTION, ge=0, lt=1
    )
    beta_1: Real = _number(
        0.9, "Says how long Adam remembers past gradients.", _FRACTION, ge=0, lt=1
    )
    beta_2: Real = _number(
        0.999, "Says how long Adam remembers the size of past gradients.", _FRACTION, ge=0, lt=1
    )
    weight_decay: Real = _number(
        0.01,
        "Shrinks AdamW's weights a little at every step.",
        "a number from 0 to 1,000",
        ge=0,
        le=1_000,
    )
    schedule: Annotated[str, _name_of(SCHEDULES)] = _named(
        SCHEDULES, "constant", "Lowers the learning rate as the epochs pass."
    )
    schedule_every: Integer = _number(
        100,
        "Sets after how many epochs the schedule multiplies the rate by its factor.",
        "a whole number from 1 to 1,000,000,000",
        ge=1,
        le=1_000_000_000,
    )
    schedule_factor: Real = _number(
        0.5,
        "Sets what the schedule multiplies the learning rate by.",
        "a number above 0, at most 1",
        gt=0,
        le=1,
    )
    schedule_floor: Real = _number(
        0.0,
        "Sets which part of the learning rate the cosine schedule ends with.",
        "a number from 0 to 1",
        ge=0,
        le=1,
    )
    batch_size: Annotated[Integer | Literal["full"], BeforeValidator(_plain)] = _number(
        10,
        "Sets how many points make one update: all (batch), a few (mini-batch), one (stochastic).",
        f"full, or a whole number from 1 to {MOST_POINTS:,}",
    )
    shuffle: Annotated[bool, BeforeValidator(_plain)] = _number(
        True, "Takes the points in a new order in every epoch.", "true or false"
    )
    epochs: Integer = _number(
        300,
        "Sets after how many passes over the points training stops.",
        "a whole number from 1 to 1,000,000,000",
        ge=1,
        le=1_000_000_000,
    )
    seed: Integer = _number(
        0,
        "Draws other initial weights and another order of the points.",
        _SEED,
        ge=0,
        le=LARGEST_SEED,
    )

    def __init__(self, /, **values: Any) -> None:
        known = type(self).model_fields
        if unknown := [name for name in values if name not in known]:
            raise ValueError(unknown_fields(unknown, known))
        try:
            super().__init__(**_with_fixed_data(values))
        except ValidationError as error:
            raise ValueError(mistakes(error, allowed_values)) from None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_consistency(self)
        return self

    def evolve(self, /, **changes: Any) -> Experiment:
        """The same experiment with some fields changed, validated anew.

        A new dataset that is fixed (a gate, points given one by one) brings its own number of
        points, noise and test part where `changes` name none.
        """
        values = {name: getattr(self, name) for name in type(self).model_fields}
        if "dataset" in changes:
            for name in ("n_samples", "noise", "test_fraction"):
                if _is_fixed(values["dataset"]) or _is_fixed(changes["dataset"]):
                    values.pop(name)
        return type(self)(**values | changes)

    def differences(self, after: Experiment) -> dict[str, Any]:
        """The fields in which `after` differs from this one, with its values."""
        return {
            name: value
            for name in type(self).model_fields
            if (value := getattr(after, name)) != getattr(self, name)
        }

    def to_json(self, indent: int | None = None) -> str:
        """All fields as one JSON object; floats keep every digit."""
        return json.dumps(self.model_dump(), indent=indent, allow_nan=False, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Experiment:
        """The reverse of `to_json`; fields that are left out take their defaults."""
        return cls(**read_object(text, "the experiment"))

    @property
    def dataset_name(self) -> str:
        """The generator's name, or "points"."""
        return self.dataset if isinstance(self.dataset, str) else "points"

    @property
    def activations(self) -> tuple[str, ...]:
        """One activation for each layer, the output's last."""
        hidden = self.activation
        names = (hidden,) * len(self.hidden) if isinstance(hidden, str) else hidden
        return (*names, self.output_activation)


def allowed_values(field: str) -> str:
    """What a field of an experiment may be, in words."""
    extra = Experiment.model_fields[field].json_schema_extra
    return str(extra["allowed"]) if isinstance(extra, dict) else ""


def tooltip(field: str) -> str:
    """One sentence on what a field does to learning."""
    return Experiment.model_fields[field].description or ""


def _is_fixed(dataset: Any) -> bool:
    if isinstance(dataset, str):
        return dataset in DATASETS and DATASETS[dataset].is_fixed
    return True


def _with_fixed_data(values: dict[str, Any]) -> dict[str, Any]:
    """Where they are not given: the dataset's own number of points, noise and test part."""
    dataset = values.get("dataset", "moons")
    if isinstance(dataset, Points):
        own = {"n_samples": len(dataset.X), "noise": 0.0}
    elif isinstance(dataset, str) and dataset in DATASETS:
        generator = DATASETS[dataset]
        own = {"n_samples": generator.n_samples, "noise": generator.noise}
        if generator.is_fixed:
            own["test_fraction"] = 0.0
    elif isinstance(dataset, Mapping) and isinstance(dataset.get("y"), list | tuple):
        own = {"n_samples": len(dataset["y"]), "noise": 0.0}
    else:
        own = {}
    return own | values
