"""Use cases of one clinic's record."""
