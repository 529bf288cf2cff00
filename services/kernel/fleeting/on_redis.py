"""For the processes of a district: bells by Redis' channels, counts in its keys.

While Redis does not answer, each process counts for itself (it counts all along, so that nobody
begins anew), hears no bells, and says so; it asks again every second. What Redis holds is named by
a hash under the deployment's secret, so that deployments may share one, and whoever reads it learns
no name and no address.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import redis
from limits import RateLimitItem
from limits.storage import MemoryStorage, RedisStorage
from redis.backoff import NoBackoff
from redis.retry import Retry

from services.kernel.fleeting.bells import Bells
from services.kernel.fleeting.counts import Counts
from services.kernel.fleeting.port import BELLS
from services.kernel.worker import Worker

ANSWER_SECONDS: Final = 0.5
"""So long an answer is waited for."""
PULSE_SECONDS: Final = 0.5
"""So often it is seen whether Redis is still there."""
AGAIN_SECONDS: Final = 1.0
"""After no answer nobody waits for one again for so long."""
Found = TypeVar("Found")


class Silent(Exception):
    """Redis keeps the connection and answers nothing."""


class OnRedis:
    """Bells and counts that every process with this Redis and this secret shares.

    `ticks` counts seconds. A Redis that is away is no error, at the start neither.
    """

    def __init__(
        self, url: str, secret: bytes, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._ticks = ticks
        self._me = secrets.token_hex(8).encode()
        self._bells = Bells()
        self.on = self._bells.on
        options: dict[str, Any] = {
            "socket_timeout": ANSWER_SECONDS,
            "socket_connect_timeout": ANSWER_SECONDS,
        }
        # Once more, for a kept connection that Redis has closed since it was last used. Where bells
        # are heard not even that: between two connections some may be rung.
        once_more: dict[str, Any] = {
            "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
        }
        never: dict[str, Any] = {"retry": Retry(NoBackoff(), 0)}
        name = f"tanggap:{hashlib.blake2b(secret, digest_size=6, person=b'fleeting').hexdigest()}"
        self._channels = {f"{name}:{bell}".encode(): bell for bell in BELLS}
        self._redis = redis.Redis.from_url(url, **options, **once_more)
        self._hearing = redis.Redis.from_url(url, **options, **never)
        self._own = Counts(MemoryStorage(), secret)
        self._all = Counts(
            RedisStorage(url, key_prefix=f"{name}:counts", **options, **once_more), secret
        )
        self._ask_from = float("-inf")
        self._pulse_at = float("-inf")
        self._heard: redis.client.PubSub | None = None
        self._worker = Worker("redis", self._listen, failed=self._deaf, close=self._close)
        self.workers: Sequence[Worker] = (self._worker,)

    @property
    def hears_others(self) -> bool:
        """Whether Redis was there a moment ago, on the connection that hears."""
        return self._ticks() - self._pulse_at < PULSE_SECONDS + ANSWER_SECONDS

    def ring(self, bell: str) -> None:
        """Ring a bell, here in any case."""
        self._bells.ring(bell)
        for channel, name in self._channels.items():
            if name == bell:
                self._asked(lambda: self._redis.publish(channel, self._me), None)  # noqa: B023

    def fits(self, item: RateLimitItem, key: str) -> bool:
        """Say whether one more is allowed by what all count, and by what this process does."""
        return self._own.fits(item, key) and self._asked(lambda: self._all.fits(item, key), True)

    def hit(self, item: RateLimitItem, key: str) -> bool:
        """Count one, here and for all."""
        here = self._own.hit(item, key)
        return self._asked(lambda: self._all.hit(item, key), True) and here

    def wait_seconds(self, item: RateLimitItem, key: str) -> int:
        """Return after how many seconds, one at least, one more is allowed."""
        here = self._own.wait_seconds(item, key)
        return max(here, self._asked(lambda: self._all.wait_seconds(item, key), here))

    def _asked(self, ask: Callable[[], Found], otherwise: Found) -> Found:
        """Return what Redis says, or `otherwise` where it says nothing, or did not a moment ago."""
        if self._ticks() < self._ask_from:
            return otherwise
        try:
            return ask()
        except redis.RedisError:
            self._ask_from = self._ticks() + AGAIN_SECONDS
            return otherwise

    # What the worker does

    def _listen(self) -> None:
        """Hear what is rung until it is time to see whether Redis is still there."""
        if self._heard is None:
            self._heard = self._hearing.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
            self._heard.subscribe(*self._channels)
            self._see(self._heard)
            self._bells.ring_all()
        else:
            self._see(self._heard)
        until = self._ticks() + PULSE_SECONDS
        while (left := until - self._ticks()) > 0:
            self._take(self._heard.get_message(timeout=left))

    def _see(self, heard: "redis.client.PubSub") -> None:
        """Ask for a sign of life on the connection that hears; raises Silent."""
        heard.ping()
        until = self._ticks() + ANSWER_SECONDS
        while (left := until - self._ticks()) > 0:
            message = heard.get_message(timeout=left)
            if message is not None and message["type"] == "pong":
                self._pulse_at = self._ticks()
                return
            self._take(message)
        raise Silent

    def _take(self, message: dict[str, Any] | None) -> None:
        if message is not None and message["type"] == "message" and message["data"] != self._me:
            self._bells.ring(self._channels[message["channel"]])

    def _deaf(self) -> None:
        self._pulse_at = float("-inf")
        heard, self._heard = self._heard, None
        if heard is not None:
            heard.close()

    def _close(self) -> None:
        self._deaf()
        self._hearing.close()
        self._redis.close()
