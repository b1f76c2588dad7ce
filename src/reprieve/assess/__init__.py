"""Floor 4: from observed signs to a ranking of muscles with reasons."""
