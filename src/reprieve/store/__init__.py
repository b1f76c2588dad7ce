"""Floor 5: the event store, its hash chain, accounts."""
