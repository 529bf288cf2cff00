"""The duties that come round by date: each is a file beside this one that declares its `DUTY`, and
is found by its place. Adding one is adding a file; where its due day is a rule of the district, its
kind goes into `kernel/district/schedules.py` and a line into the district file."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from services.reporting.duties.duty import LATE, OPEN, Duty, Owed, Place, Question, State

__all__ = ["LATE", "OPEN", "Duty", "Owed", "Place", "Question", "State", "duties"]
_SHARED = ("duty",)


@cache
def duties() -> Mapping[str, Duty]:
    """Return every duty by its kind, in the order of their names."""
    names = sorted(each.name for each in iter_modules(__path__) if each.name not in _SHARED)
    found: list[Duty] = [import_module(f"{__name__}.{name}").DUTY for name in names]
    return {duty.kind: duty for duty in found}
