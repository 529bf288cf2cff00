"""How often something may be tried from one place: a sign-in that fails, a public form."""

import hashlib
import ipaddress
import math
import secrets
import time

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from services.kernel.errors import TooMany
from services.kernel.text import Text, _

PER_USERNAME = 5
PER_ADDRESS = 20
FORMS_PER_MINUTE = 10
FORMS_PER_HOUR = 60
_IPV6_SITE = 64


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
                wait = _wait(self._limiter, item, key)
                message = _(
                    "Terlalu banyak percobaan masuk. Coba lagi dalam {seconds} detik.",
                    seconds=wait,
                )
                raise _too_many(message, wait)

    def failed(self, username: str, address: str) -> None:
        """Count one failed sign-in."""
        self._limiter.hit(self._username, username.casefold())
        self._limiter.hit(self._address, address)


class FormThrottle:
    """Counts what is sent from one address by forms that anybody may fill in.

    The many people behind one address (the waiting room's network, a telephone company) fit in;
    a script does not. Who complains must stay unknown, so an address is counted under a keyed
    hash, with a key that lives as long as this object. `storage` as for `SignInThrottle`.
    """

    def __init__(
        self,
        storage: str = "memory://",
        *,
        per_minute: int = FORMS_PER_MINUTE,
        per_hour: int = FORMS_PER_HOUR,
    ) -> None:
        self._limiter = MovingWindowRateLimiter(storage_from_string(storage))
        self._items = (
            RateLimitItemPerMinute(per_minute, namespace="form-minute"),
            RateLimitItemPerHour(per_hour, namespace="form-hour"),
        )
        self._key = secrets.token_bytes(32)

    def take(self, address: str) -> None:
        """Count one form; raise TooMany, with `retry_after` in seconds, when it is one too many."""
        key = hashlib.blake2b(_site(address).encode(), key=self._key, digest_size=16).hexdigest()
        for item in self._items:
            if not self._limiter.test(item, key):
                wait = _wait(self._limiter, item, key)
                message = _(
                    "Terlalu banyak kiriman dari jaringan ini. Tunggu {minutes} menit, lalu kirim"
                    " lagi; yang sudah Anda tulis masih ada di bawah.",
                    minutes=math.ceil(wait / 60),
                )
                raise _too_many(message, wait)
        for item in self._items:
            self._limiter.hit(item, key)


def _site(address: str) -> str:
    """Return what one subscriber holds: an IPv4 address, or a whole IPv6 /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, _IPV6_SITE), strict=False))


def _wait(limiter: MovingWindowRateLimiter, item: RateLimitItem, key: str) -> int:
    opens = limiter.get_window_stats(item, key).reset_time
    return max(1, math.ceil(opens - time.time()))


def _too_many(message: Text, seconds: int) -> TooMany:
    return TooMany(message, extra={"retry_after": seconds})
