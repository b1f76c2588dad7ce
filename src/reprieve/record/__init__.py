"""Floor 3: plans, charts and events as immutable values. Reads nothing and writes nothing."""
