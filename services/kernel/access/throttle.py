"""How often something may be tried from one place: a sign-in, a public form, a receipt's code.

All processes of a deployment count together (`services/kernel/fleeting`), and names and addresses
are counted so that nobody can tell which they are.
"""

import ipaddress
import math
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from prometheus_client import Counter

from services.kernel.errors import NotFound, TooMany
from services.kernel.fleeting import Alone, Fleeting
from services.kernel.text import Text, _

PER_USERNAME = 5
PER_ADDRESS = 20
FORMS_PER_MINUTE = 10
FORMS_PER_HOUR = 60
READS_PER_MINUTE = 120
WRONG_CODES = 10
CODES_BLOCKED = 60
_IPV6_SITE = 64

_CODES = Counter(
    "tanggap_receipt_codes_total",
    "Receipt codes that were tried: known, unknown, or refused because too many were unknown",
    ("answer",),
)


class SignInThrottle:
    """Counts failed sign-ins of the last minute, by username and by network address.

    Right passwords are never counted: a whole Puskesmas behind one address can start its day.
    """

    def __init__(
        self,
        counts: Fleeting | None = None,
        *,
        per_username: int = PER_USERNAME,
        per_address: int = PER_ADDRESS,
    ) -> None:
        self._counts = counts or Alone()
        self._username = RateLimitItemPerMinute(per_username, namespace="sign-in-username")
        self._address = RateLimitItemPerMinute(per_address, namespace="sign-in-address")

    def check(self, username: str, address: str) -> None:
        """Raise TooMany, with `retry_after` in seconds, when either has failed too often."""
        for item, key in ((self._username, username.casefold()), (self._address, address)):
            if not self._counts.fits(item, key):
                wait = self._counts.wait_seconds(item, key)
                message = _(
                    "Terlalu banyak percobaan masuk. Coba lagi dalam {seconds} detik.",
                    seconds=wait,
                )
                raise _too_many(message, wait)

    def failed(self, username: str, address: str) -> None:
        """Count one failed sign-in."""
        self._counts.hit(self._username, username.casefold())
        self._counts.hit(self._address, address)


class FormThrottle:
    """Counts what is sent from one address by forms that anybody may fill in.

    The many people behind one address (the waiting room's network, a telephone company) fit in;
    a script does not.
    """

    def __init__(
        self,
        counts: Fleeting | None = None,
        *,
        per_minute: int = FORMS_PER_MINUTE,
        per_hour: int = FORMS_PER_HOUR,
    ) -> None:
        self._counts = counts or Alone()
        self._items = (
            RateLimitItemPerMinute(per_minute, namespace="form-minute"),
            RateLimitItemPerHour(per_hour, namespace="form-hour"),
        )

    def take(self, address: str) -> None:
        """Count one form; raise TooMany, with `retry_after` in seconds, when it is one too many."""
        key = _site(address)
        for item in self._items:
            if not self._counts.fits(item, key):
                wait = self._counts.wait_seconds(item, key)
                message = _(
                    "Terlalu banyak kiriman dari jaringan ini. Tunggu {minutes} menit, lalu kirim"
                    " lagi; yang sudah Anda tulis masih ada di bawah.",
                    minutes=math.ceil(wait / 60),
                )
                raise _too_many(message, wait)
        for item in self._items:
            self._counts.hit(item, key)


class ReadThrottle:
    """Counts what programs read without a token, by the network that they come from: one that asks
    for the news goes on, one that copies everything at once is told to wait."""

    def __init__(
        self, counts: Fleeting | None = None, *, per_minute: int = READS_PER_MINUTE
    ) -> None:
        self._counts = counts or Alone()
        self._item = RateLimitItemPerMinute(per_minute, namespace="read-minute")

    def take(self, address: str) -> None:
        """Count one; raise TooMany, with `retry_after` in seconds, when it is one too many."""
        key = _site(address)
        if not self._counts.hit(self._item, key):
            wait = self._counts.wait_seconds(self._item, key)
            message = _(
                "Terlalu banyak permintaan dari jaringan ini. Tunggu {seconds} detik.", seconds=wait
            )
            raise _too_many(message, wait)


class CodeThrottle:
    """Counts the wrong receipt codes of the last minute by network.

    Right codes are never counted, and go on being answered when somebody else on the same network
    (a waiting room, a telephone company) mistypes: beyond `wrong` only further wrong ones are told
    to wait. Only a network that sends more than `blocked` wrong ones a minute, which no people do,
    gets no answer at all until it stops. A code has 60 bits: at this pace it is found by nobody.
    """

    def __init__(
        self,
        counts: Fleeting | None = None,
        *,
        wrong: int = WRONG_CODES,
        blocked: int = CODES_BLOCKED,
    ) -> None:
        self._counts = counts or Alone()
        self._wrong = RateLimitItemPerMinute(wrong, namespace="code-wrong")
        self._blocked = RateLimitItemPerMinute(blocked, namespace="code-blocked")

    @contextmanager
    def trying(self, address: str) -> Iterator[None]:
        """Look a code up within; what is raised as NotFound there was a wrong one.

        Raises TooMany, with `retry_after` in seconds, in place of one wrong code too many.
        """
        key = _site(address)
        if not self._counts.fits(self._blocked, key):
            raise self._refused(self._blocked, key)
        try:
            yield
        except NotFound:
            self._counts.hit(self._blocked, key)
            if not self._counts.hit(self._wrong, key):
                raise self._refused(self._wrong, key) from None
            _CODES.labels("unknown").inc()
            raise
        _CODES.labels("known").inc()

    def _refused(self, item: RateLimitItem, key: str) -> TooMany:
        _CODES.labels("refused").inc()
        wait = self._counts.wait_seconds(item, key)
        message = _(
            "Terlalu banyak kode yang salah dari jaringan ini. Tunggu {seconds} detik, periksa kode"
            " pada tanda terima Anda, lalu coba lagi.",
            seconds=wait,
        )
        return _too_many(message, wait)


def _site(address: str) -> str:
    """Return what one subscriber holds: an IPv4 address, or a whole IPv6 /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, _IPV6_SITE), strict=False))


def _too_many(message: Text, seconds: int) -> TooMany:
    return TooMany(message, extra={"retry_after": seconds})
