"""Floor 3: what the toxin does in tissue; arrays in, arrays out, no patient."""
