"""Questions to a registry."""
