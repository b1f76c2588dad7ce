"""Floor 4: side-effect prompts, red flags, outcome, poor-response work-up."""
