"""NetworkClassifier: a network that answers with classes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from nnviz.estimator.base import NetworkEstimator
from nnviz.estimator.points import TrainingPoints
from nnviz.model.losses import encode_targets
from nnviz.model.network import Array
from nnviz.run.refusal import shown


class NetworkClassifier(ClassifierMixin, NetworkEstimator):  # type: ignore[misc]
    """A network for classification, trained by nnviz's engine, used as in scikit-learn.

    Two classes: one sigmoid output and binary cross-entropy. More: softmax and cross-entropy.
    Several labels a point (y of zeros and ones, a column a label): one sigmoid output each.
    Names and defaults are those of `sklearn.neural_network.MLPClassifier`, except for the last
    three parameters, which are nnviz's.

    - `hidden_layer_sizes`: units of each hidden layer; a single number for one layer.
    - `activation`: an activation of nnviz for all hidden layers, or a list with one for each;
      `identity` means linear, `logistic` sigmoid.
    - `solver`: an optimizer of nnviz; `sgd` has `momentum`, with `nesterovs_momentum` or without.
    - `alpha`: the penalty alpha / (2 B) · Σ w² of the weights is added to the mean loss of a batch;
      B is the number of points in a batch (not of the smaller last one), times their mean weight.
    - `batch_size`: points that make one update, at most all; `auto` is 200, `full` is all.
    - `learning_rate_init`: the learning rate, constant.
    - `max_iter`: the most passes over the points that `fit` makes.
    - `shuffle`: whether each pass takes the points in a new order.
    - `random_state`: a whole number is the seed of initial weights, orders and the validation part,
      as in an Experiment; from a RandomState, or with None, a seed is drawn.
    - `tol`, `n_iter_no_change`: `fit` stops after more than `n_iter_no_change` passes in a row in
      which the loss has not improved on the best one by `tol`; with infinity it never does.
    - `verbose`: whether the loss of each pass is printed.
    - `warm_start`: whether `fit` goes on from the weights of the last one.
    - `momentum`, `nesterovs_momentum`, `beta_1`, `beta_2`: the optimizers' numbers.
    - `early_stopping`, `validation_fraction`: set that part of the points aside, look at the score
      on it and not at the loss to stop, and keep the weights of the best pass.
    - `decay`: RMSProp's. `weight_decay`: AdamW's. `initializer`: of the weights; biases begin at 0.

    After a fit it has `classes_`, `coefs_` (n_in, n_out) and `intercepts_` (n_out,) of every layer,
    `loss_curve_` with the objective, data term + penalty, over all points after each pass, `loss_`,
    `best_loss_`, `validation_scores_`, `best_validation_score_`, `n_iter_` (passes of the last
    call), `t_` (points seen), `n_layers_`, `n_outputs_`, `out_activation_`, `n_features_in_` and,
    for tables with named columns, `feature_names_in_`.
    """

    _wants_numbers = False
    _is_multilabel: bool

    # --- scikit-learn's names

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn X (n, features) with classes y (n,), or labels (n, labels).

        It makes `max_iter` passes at most. `sample_weight` (n,) says how much each point counts.
        ValueError names a parameter that is impossible, or says where training diverged.
        """
        self._fit(X, y, sample_weight, is_partial=False)
        return self

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        classes: ArrayLike | None = None,
    ) -> Self:
        """Make one pass over these points, going on from what was learned; as `fit` otherwise.

        The first call must be given all `classes`, unless points have several labels.
        """
        self._fit(X, y, sample_weight, is_partial=True, classes=classes)
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most probable class for each of X (n, features); for labels zeros and ones.

        Of equally probable classes it is the first one.
        """
        decisions = self._decide(self._outputs(X))
        return decisions if self._is_multilabel else np.asarray(self.classes_[decisions])

    def predict_proba(self, X: ArrayLike) -> Array:
        """The probability of every class, (n, classes), in the order of `classes_`.

        For points with several labels it is that of each label, and rows need not add up to 1.
        """
        outputs = self._outputs(X)
        if outputs.shape[1] == 1 and not self._is_multilabel:
            return np.column_stack([1.0 - outputs, outputs])
        return outputs

    def predict_log_proba(self, X: ArrayLike) -> Array:
        """The logarithm of `predict_proba`; −infinity where a probability is 0."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))

    # --- what a classifier does differently

    def _targets(
        self, y: Any, *, is_new: bool, is_partial: bool, classes: ArrayLike | None
    ) -> Array:
        if hasattr(y, "toarray"):  # labels as a sparse matrix
            y = y.toarray()
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        is_multilabel = y.ndim == 2
        if is_multilabel and type_of_target(y) != "multilabel-indicator":
            raise ValueError(
                "y: several columns of classes given; allowed: one class for each point, "
                "or zeros and ones that say which labels it has."
            )
        if is_new:
            self._learn_classes(y, is_multilabel, is_partial, classes)
        else:
            self._check_classes(is_multilabel, classes)
        return np.asarray(y, dtype=np.float64) if is_multilabel else self._encoded(y)

    def _learn_classes(
        self, y: NDArray[Any], is_multilabel: bool, is_partial: bool, classes: ArrayLike | None
    ) -> None:
        """Take the classes from `partial_fit`, or from y, and the outputs that fit them."""
        if is_multilabel:
            found = np.arange(y.shape[1])
        elif not is_partial:
            found = np.unique(y)
        elif classes is None:
            raise ValueError("classes: must be given to the first call of partial_fit.")
        else:
            found = np.unique(np.asarray(classes))
        if len(found) < 2:
            raise ValueError(
                f"y: one class given, {shown(found.tolist()[0])}; allowed: two classes or more."
            )
        self.classes_ = found
        self._is_multilabel = is_multilabel
        is_sigmoid = is_multilabel or len(found) == 2
        self._output_activation = "sigmoid" if is_sigmoid else "softmax"
        self._loss = "binary_cross_entropy" if is_sigmoid else "cross_entropy"

    def _check_classes(self, is_multilabel: bool, classes: ArrayLike | None) -> None:
        """ValueError when these are not the classes learned before."""
        if is_multilabel != self._is_multilabel:
            raise ValueError(
                "y: one class a point and several labels a point given in turn; "
                "allowed: the same form as before."
            )
        if classes is not None and not is_multilabel:
            given = np.unique(np.asarray(classes))
            if not np.array_equal(given, self.classes_):
                raise ValueError(
                    f"classes: {shown(given.tolist())} given; allowed: "
                    f"{shown(self.classes_.tolist())}, as in the first call, or nothing."
                )

    def _encoded(self, y: NDArray[Any]) -> Array:
        """Targets (n, outputs) for classes y (n,); ValueError when one of them is unknown."""
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(
                f"y: the classes {shown(unknown.tolist())} given; allowed: "
                f"{shown(self.classes_.tolist())}, the classes known from before."
            )
        indices = np.searchsorted(self.classes_, y)
        n_classes = len(self.classes_)
        return encode_targets(indices, "classification", n_classes, self._output_activation)

    def _decide(self, outputs: Array) -> NDArray[np.intp]:
        """Class indices (n,), or labels (n, labels), of the largest probabilities."""
        if self._is_multilabel or outputs.shape[1] == 1:
            above = (outputs > 0.5).astype(np.intp)
            return above if self._is_multilabel else above[:, 0]
        largest: NDArray[np.intp] = outputs.argmax(axis=1)
        return largest

    def _strata(self, T: Array) -> NDArray[np.intp] | None:
        return None if self._is_multilabel else self._decide(T)

    def _score(self, outputs: Array, points: TrainingPoints) -> float:
        right, given = self._decide(points.T), self._decide(outputs)
        return float(accuracy_score(right, given, sample_weight=points.weights))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
