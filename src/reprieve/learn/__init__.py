"""Floor 4: the response model."""
