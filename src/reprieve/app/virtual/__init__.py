"""Virtual patients, treated by the whole loop."""
