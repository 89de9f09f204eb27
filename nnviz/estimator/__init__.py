"""The engine as scikit-learn estimators: networks for pipelines, searches and cross-validation.

This is the one part of nnviz that imports scikit-learn at its top. Names, shapes and behaviour
are those of `sklearn.neural_network.MLPClassifier` and `MLPRegressor`; the guide says where the
two differ.
"""

from __future__ import annotations

from nnviz.estimator.classifier import NetworkClassifier
from nnviz.estimator.regressor import NetworkRegressor

__all__ = ["NetworkClassifier", "NetworkRegressor"]
