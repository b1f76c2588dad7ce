"""Floor 4: the response model: population, one patient's posterior, forecasts."""
