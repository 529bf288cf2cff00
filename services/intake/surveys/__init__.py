"""Satisfaction surveys: their steps, their answers from every way in, their result and papers."""
