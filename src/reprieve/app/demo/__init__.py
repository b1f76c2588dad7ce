"""The synthetic clinic: invented patients, the same for the same seed."""
