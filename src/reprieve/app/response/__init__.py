"""The response model: fit, forecast, explain, judge; on one machine or over partitions."""
