"""The formulary: products, labelled uses, limits, risks; every number with its source."""
