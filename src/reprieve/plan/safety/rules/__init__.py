"""One rule a file; each takes a `Case` and yields limit checks, findings and gaps."""
