"""What happens: an experiment, its trainer, its frames."""
