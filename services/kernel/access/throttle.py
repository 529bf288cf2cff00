"""How often a sign-in may fail, so that passwords cannot be tried at speed."""

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from services.kernel.errors import TooMany
from services.kernel.text import _

PER_USERNAME = 5
PER_ADDRESS = 20


class SignInThrottle:
    """Counts failed sign-ins of the last minute, by username and by network address.

    Right passwords are never counted: a whole Puskesmas behind one address can start its day.
    `storage` is a storage of the `limits` library, `memory://` for one process or `redis://…`.
    """

    def __init__(
        self,
        storage: str = "memory://",
        *,
        per_username: int = PER_USERNAME,
        per_address: int = PER_ADDRESS,
    ) -> None:
        self._limiter = MovingWindowRateLimiter(storage_from_string(storage))
        self._username = RateLimitItemPerMinute(per_username, namespace="sign-in-username")
        self._address = RateLimitItemPerMinute(per_address, namespace="sign-in-address")

    def check(self, username: str, address: str) -> None:
        """Raise TooMany, with `retry_after` in seconds, when either has failed too often."""
        for item, key in ((self._username, username.casefold()), (self._address, address)):
            if not self._limiter.test(item, key):
                opens = self._limiter.get_window_stats(item, key).reset_time
                wait = max(1, math.ceil(opens - time.time()))
                raise TooMany(
                    _(
                        "Terlalu banyak percobaan masuk. Coba lagi dalam {seconds} detik.",
                        seconds=wait,
                    ),
                    extra={"retry_after": wait},
                )

    def failed(self, username: str, address: str) -> None:
        """Count one failed sign-in."""
        self._limiter.hit(self._username, username.casefold())
        self._limiter.hit(self._address, address)
