"""Telling the complainant by message: asked for by a person, sent later, at most once."""
