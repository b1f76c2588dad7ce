"""Plots of charts, plans and registries."""
