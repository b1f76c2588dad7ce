"""Floor 4: the limits and the proposal."""
