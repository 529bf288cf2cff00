"""Publication: a documented result becomes a redacted, approved, released text."""
