"""Training held against scikit-learn's multi-layer perceptron, update by update."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor

from nnviz import Experiment, Trainer

ACTIVATIONS = {"tanh": "tanh", "relu": "relu", "sigmoid": "logistic", "linear": "identity"}
OUTPUTS = {
    "moons": ("sigmoid", "binary_cross_entropy"),
    "blobs": ("softmax", "cross_entropy"),
    "plane": ("linear", "squared_error"),
}
OPTIMIZERS = {
    "sgd": {"solver": "sgd", "momentum": 0.0},
    "momentum": {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": False},
    "nesterov": {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": True},
}


def peer_of(t, optimizer):
    """An MLP of scikit-learn with the trainer's weights, before its first update."""
    e, d = t.experiment, t.dataset
    fields = {
        "hidden_layer_sizes": e.hidden,
        "activation": ACTIVATIONS[e.activation],
        "alpha": 0.0,
        "batch_size": e.batch_size,
        "learning_rate_init": e.learning_rate,
        "shuffle": False,
        **OPTIMIZERS[optimizer],
    }
    if d.task == "regression":
        peer = MLPRegressor(**fields).partial_fit(d.X_train, d.y_train)
    else:
        classes = np.arange(d.n_classes)
        peer = MLPClassifier(**fields).partial_fit(d.X_train, d.y_train, classes=classes)
    # That first fit was only to make its arrays; the optimizer forgets it with the weights.
    peer.coefs_ = [w.T.copy() for w in t.weights]
    peer.intercepts_ = [b.copy() for b in t.biases]
    del peer._optimizer
    return peer


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("dataset", OUTPUTS)
def test_same_weights_as_scikit_learn(dataset, activation, optimizer):
    output, loss = OUTPUTS[dataset]
    t = Trainer(
        Experiment(
            dataset=dataset,
            n_samples=40,
            hidden=(5, 3),
            activation=activation,
            output_activation=output,
            loss=loss,
            optimizer=optimizer,
            learning_rate=0.05,
            batch_size=8,  # 30 points: the last batch has 6
            shuffle=False,
        )
    )
    peer = peer_of(t, optimizer)
    for _ in range(15):
        t.advance_epochs(1)
        peer.partial_fit(t.dataset.X_train, t.dataset.y_train)
        for ours, theirs in zip(t.weights, peer.coefs_, strict=True):
            np.testing.assert_allclose(ours, theirs.T, rtol=1e-10, atol=1e-10)
        for ours, theirs in zip(t.biases, peer.intercepts_, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)
    X = t.dataset.X_test
    np.testing.assert_allclose(t.predict(X), peer.predict(X), rtol=1e-9)
    if dataset != "plane":
        np.testing.assert_allclose(t.predict_proba(X), peer.predict_proba(X), atol=1e-10)
        assert t.test_accuracy == peer.score(X, t.dataset.y_test)
