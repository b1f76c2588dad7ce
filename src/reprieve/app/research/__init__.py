"""The research set: tidy, de-identified tables, out and back in."""
