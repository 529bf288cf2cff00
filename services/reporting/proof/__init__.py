"""Tamper evidence over the log copy: trees, signed checkpoints, and whether all is as it was."""
