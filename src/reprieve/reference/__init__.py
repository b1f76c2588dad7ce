"""Floor 2: formulary, anatomy, postures, scales, mechanics; every row has a source."""
