"""By which statements this version of the program types the log and makes the facts."""

import hashlib
from functools import cache

from services.kernel.contracts import types
from services.reporting import folds
from services.reporting.messages import insert


@cache
def digest() -> str:
    """Return what tells this version's log columns and facts from those of another."""
    text = "\n".join([insert(), folds.digest(), *sorted(types())])
    return hashlib.sha256(text.encode()).hexdigest()
