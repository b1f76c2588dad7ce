"""Propose a session: ranking, planner and check meet here."""
