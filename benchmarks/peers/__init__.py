"""The same training written by other means: plain C, NumPy, scikit-learn, PyTorch.

Each peer takes a `nnviz.model.reference.Problem` and the parameters θ to begin with, and offers
`train(epochs)`: it trains from θ, epoch 0, and returns the parameters reached as one vector in
nnviz's layout.
"""
