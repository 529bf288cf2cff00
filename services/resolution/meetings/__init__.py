"""Meetings: calling and holding them, what they decide, and what a forum is told."""
