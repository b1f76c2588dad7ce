"""Floor 5: local and distributed executors."""
