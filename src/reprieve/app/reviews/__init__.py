"""A clinic's review of the reference rows, and its overrides."""
