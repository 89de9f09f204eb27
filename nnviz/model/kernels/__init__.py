"""The engine, compiled: the twin of model/reference.py, which is its oracle."""
