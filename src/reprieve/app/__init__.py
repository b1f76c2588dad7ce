"""Floor 6: use cases; the only room where two stages meet; the clock and the ids come in here."""
