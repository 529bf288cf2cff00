"""One complaint's history again: each event in order, what it changed, and the clock beside it.

`steps` reads and folds the events, `clock` says when the promises' clock ran, `sentences` says
each step to people, `pages` shows it, and `paper` puts it on paper. No words, for reporting has
no keys.
"""

from services.reporting.replay.steps import Standing, Step, moments, steps_of

__all__ = ["Standing", "Step", "moments", "steps_of"]
