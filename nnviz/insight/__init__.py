"""What a frame tells: pure functions of a frame, no Qt."""
