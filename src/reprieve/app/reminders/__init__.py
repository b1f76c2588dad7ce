"""Use cases of reminders: who asked for one, and sending them."""
