"""Passwords: Argon2id hashes, checked in the same time whether the account exists or not."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.kernel.errors import Unavailable, invalid
from services.kernel.text import _

SHORTEST = 8
LONGEST = 256

# OWASP's second choice for Argon2id (19 MiB, two passes, one lane). Two at a time at most: a node
# has a few hundred megabytes in all, and a flood of sign-ins must not take the other threads.
_MEMORY_KIB = 19_456
_AT_ONCE = 2
_WAIT_SECONDS = 5.0


# No letter or digit that is read as another one.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """Return a password for an account's first sign-in, easy to read out: 59 bits."""
    letters = [secrets.choice(_LETTERS) for _letter in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))


class Passwords:
    """Makes and checks password hashes, a bounded number at once."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=2, memory_cost=_MEMORY_KIB, parallelism=1)
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Return the hash to store; raise InvalidInput when the password is too short or long."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise invalid(
                "password",
                _(
                    "Kata sandi harus {shortest} sampai {longest} huruf.",
                    shortest=SHORTEST,
                    longest=LONGEST,
                ),
            )
        return self._hasher.hash(password)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn to check a password; raise Unavailable when too many are waiting."""
        if not self._turns.acquire(timeout=_WAIT_SECONDS):
            raise Unavailable(
                _("Terlalu banyak yang sedang masuk. Coba lagi sebentar."),
                extra={"retry_after": int(_WAIT_SECONDS)},
            )
        try:
            yield
        finally:
            self._turns.release()

    def verify(self, stored: str | None, password: str) -> bool:
        """Say whether `password` fits `stored`; None (no such account) takes as long, and is False.

        To be called in a `turn`.
        """
        try:
            self._hasher.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def outdated(self, stored: str) -> bool:
        """Say whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)
