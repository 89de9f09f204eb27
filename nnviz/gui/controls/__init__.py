"""Panels that edit an experiment or command the session."""
