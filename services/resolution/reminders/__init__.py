"""Reminders: who is to be told of what falls due, decided at set times and told in one digest."""
