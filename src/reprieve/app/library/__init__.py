"""The library face: the verbs of the commands as functions."""
