"""The mathematics of a network: numpy only, no Qt."""
