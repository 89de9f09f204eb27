"""Passive pictures of a snapshot; they know the theme and nothing of each other."""
