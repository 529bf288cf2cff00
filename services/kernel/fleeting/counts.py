"""Counts in a moving window, of names and addresses that are kept as nobody can tell them."""

import hashlib
import math
import time

from limits import RateLimitItem
from limits.storage import Storage
from limits.strategies import MovingWindowRateLimiter


class Counts:
    """The counts in one storage of the `limits` library; `secret` hides what is counted."""

    def __init__(self, storage: Storage, secret: bytes) -> None:
        self._limiter = MovingWindowRateLimiter(storage)
        self._secret = hashlib.blake2b(secret).digest()

    def fits(self, item: RateLimitItem, key: str) -> bool:
        """Say whether one more is allowed."""
        return self._limiter.test(item, self._hidden(key))

    def hit(self, item: RateLimitItem, key: str) -> bool:
        """Count one, unless it is one too many."""
        return self._limiter.hit(item, self._hidden(key))

    def wait_seconds(self, item: RateLimitItem, key: str) -> int:
        """Return after how many seconds, one at least, one more is allowed."""
        opens = self._limiter.get_window_stats(item, self._hidden(key)).reset_time
        return max(1, math.ceil(opens - time.time()))

    def _hidden(self, key: str) -> str:
        given = key.encode("utf-8", "surrogateescape")
        return hashlib.blake2b(given, key=self._secret, digest_size=16).hexdigest()
