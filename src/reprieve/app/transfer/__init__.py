"""Charts out of a record and into one, as files."""
