"""Hashes of passwords that cost nothing: tests sign in to be somebody, hundreds of times.

What a hash must cost is for `tests/integration/test_access_store.py`, which asks for real ones.
"""

from typing import Final

from services.kernel.access import passwords

REAL_KIB: Final = passwords._MEMORY_KIB
CHEAP_KIB: Final = 64


def hash_cheaply() -> None:
    """Have this process, and what it forks, make its hashes of passwords in no time."""
    passwords._MEMORY_KIB = CHEAP_KIB
