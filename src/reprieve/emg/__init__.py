"""Floor 3: signals to muscle figures; arrays in, arrays out, no patient."""
