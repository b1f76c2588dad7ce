"""Exact allocation of doses to muscles and sites."""
