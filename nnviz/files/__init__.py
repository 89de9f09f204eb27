"""What goes out and comes in: whole files or none, no Qt."""
