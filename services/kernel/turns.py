"""How long a thread keeps the interpreter where another waits for it."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SHORT_SECONDS: Final = 0.001
_counting = threading.Lock()
_shortened: list[float] = []
"""What was usual before, once for each that has asked for short turns and has not ended."""


@contextmanager
def short_turns() -> Iterator[None]:
    """Have threads take short turns meanwhile (from any thread; until the last of those who asked
    for it has ended).

    A statement to DuckDB gives the interpreter back and asks for it again four times. By the turns
    of a process that serves (20 ms) whoever folds would wait longer than it works.
    """
    with _counting:
        _shortened.append(_shortened[0] if _shortened else sys.getswitchinterval())
        sys.setswitchinterval(min(_shortened[0], SHORT_SECONDS))
    try:
        yield
    finally:
        with _counting:
            usual = _shortened.pop()
            if not _shortened:
                sys.setswitchinterval(usual)
