"""Reporting: the log copy, the facts, and every answer across cases."""
