"""Floor 7: the HTTP API and the served pages."""
