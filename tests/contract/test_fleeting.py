"""What every adapter of `Fleeting` promises: alone in a process, and between processes on Redis."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import redis as redis_client
from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from services.kernel.fleeting import NEWS, REVOKED, Alone, Fleeting
from services.kernel.fleeting.on_redis import OnRedis
from tests.servers.redis import RedisServer, running_redis

ITEM = RateLimitItemPerMinute(3, namespace="tried")
ADDRESS = "203.0.113.77"
SECRET = b"the secret of one deployment"


@contextmanager
def joined(redis: RedisServer, secret: bytes = SECRET) -> Iterator[OnRedis]:
    """Run one process's part until the block ends."""
    found = OnRedis(redis.url, secret)
    for worker in found.workers:
        worker.start()
    try:
        yield found
    finally:
        for worker in found.workers:
            worker.stop()


def until(holds: Callable[[], bool]) -> None:
    for _look in range(3000):
        if holds():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came to what was waited for")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with running_redis(tmp_path) as server:
        yield server


@pytest.fixture(params=["alone", "on redis"])
def two(request: pytest.FixtureRequest) -> Iterator[tuple[Fleeting, Fleeting]]:
    """Two parts of one deployment; alone both are the same."""
    if request.param == "alone":
        here = Alone()
        yield here, here
        return
    server: RedisServer = request.getfixturevalue("server")
    with joined(server) as one, joined(server) as other:
        until(lambda: one.hears_others and other.hears_others)
        yield one, other


class Rung:
    """Counts how often a bell was heard."""

    def __init__(self, at: Fleeting, bell: str) -> None:
        self._heard = threading.Semaphore(0)
        at.on(bell, self._heard.release)

    def once(self) -> bool:
        return self._heard.acquire(timeout=30)

    def more(self) -> bool:
        return self._heard.acquire(blocking=False)


def test_a_bell_is_heard_by_all_and_no_other_with_it(two: tuple[Fleeting, Fleeting]) -> None:
    here, there = two
    news, also, revoked = Rung(there, NEWS), Rung(here, NEWS), Rung(there, REVOKED)
    here.ring(NEWS)
    assert news.once() and also.once()
    there.ring(REVOKED)
    assert revoked.once()
    assert not revoked.more() and not news.more() and not also.more()


def test_there_are_only_so_many_bells(two: tuple[Fleeting, Fleeting]) -> None:
    with pytest.raises(KeyError):
        two[0].on("doorbell", lambda: None)


def test_all_count_together(two: tuple[Fleeting, Fleeting]) -> None:
    here, there = two
    assert here.hit(ITEM, ADDRESS) and there.hit(ITEM, ADDRESS) and here.fits(ITEM, ADDRESS)
    assert here.hit(ITEM, ADDRESS)
    for each in two:
        assert not each.fits(ITEM, ADDRESS) and not each.hit(ITEM, ADDRESS)
        assert 1 <= each.wait_seconds(ITEM, ADDRESS) <= 60
        assert each.fits(ITEM, "203.0.113.78")
        assert each.fits(RateLimitItemPerMinute(3, namespace="else"), ADDRESS)
    hourly = RateLimitItemPerHour(1, namespace="hour")
    assert here.hit(hourly, ADDRESS) and not there.hit(hourly, ADDRESS)
    assert 60 < there.wait_seconds(hourly, ADDRESS) <= 3600


def test_any_name_can_be_counted(two: tuple[Fleeting, Fleeting]) -> None:
    for name in ("", "Ibu Siti", "\udcff", "a" * 5000, "x:y/*{z}"):
        assert [two[n % 2].hit(ITEM, name) for n in range(4)] == [True, True, True, False]


# Only where others can be away


def test_other_deployments_on_one_redis_hear_and_count_nothing(server: RedisServer) -> None:
    with joined(server) as one, joined(server, b"another secret") as other:
        until(lambda: one.hears_others and other.hears_others)
        elsewhere = Rung(other, NEWS)
        while elsewhere.more():
            pass
        for _each in range(3):
            one.hit(ITEM, ADDRESS)
        one.ring(NEWS)
        assert other.fits(ITEM, ADDRESS)
        here = Rung(other, NEWS)
        other.ring(NEWS)
        assert here.once() and elsewhere.once() and not elsewhere.more()


def test_redis_holds_no_address_and_no_name(server: RedisServer) -> None:
    with joined(server) as one:
        one.hit(ITEM, ADDRESS)
        one.ring(NEWS)
    with redis_client.Redis.from_url(server.url) as client:
        found = [bytes(key) for key in client.scan_iter()]
        assert found and not any(ADDRESS.encode() in client.dump(key) + key for key in found)


def test_with_redis_killed_each_counts_on_and_it_heals(server: RedisServer) -> None:
    with joined(server) as one, joined(server) as other:
        until(lambda: one.hears_others and other.hears_others)
        one.hit(ITEM, ADDRESS)
        server.kill()
        until(lambda: not one.hears_others and bool(one.workers[0].failure))
        own = Rung(one, NEWS)
        one.ring(NEWS)
        assert own.once()
        # What this process counted before stands, too.
        assert one.hit(ITEM, ADDRESS) and one.hit(ITEM, ADDRESS) and not one.hit(ITEM, ADDRESS)
        assert one.wait_seconds(ITEM, ADDRESS) >= 1
        assert other.hit(ITEM, ADDRESS)
        missed = Rung(other, REVOKED)
        server.start()
        until(lambda: one.hears_others and other.hears_others)
        assert missed.once(), "what was rung meanwhile was not heard: all look again"
        until(lambda: not one.workers[0].failure)
        heard = Rung(other, NEWS)

        def rung() -> bool:
            one.ring(NEWS)
            return heard.more()

        until(rung)
        until(lambda: not other.hit(ITEM, ADDRESS))


def test_a_frozen_redis_holds_nobody_up(server: RedisServer) -> None:
    with joined(server) as one:
        until(lambda: one.hears_others)
        server.freeze()
        try:
            assert one.hit(ITEM, ADDRESS) and one.fits(ITEM, ADDRESS)
            one.ring(NEWS)
            until(lambda: not one.hears_others)
        finally:
            server.thaw()
        until(lambda: one.hears_others)


def test_a_redis_that_was_emptied_forgets_what_others_counted_only(server: RedisServer) -> None:
    with joined(server) as one, joined(server) as other:
        for _each in range(3):
            one.hit(ITEM, ADDRESS)
        assert not other.fits(ITEM, ADDRESS)
        with redis_client.Redis.from_url(server.url) as client:
            client.flushall()
            client.script_flush()
        assert not one.fits(ITEM, ADDRESS) and not one.hit(ITEM, ADDRESS)
        assert other.fits(ITEM, ADDRESS) and other.hit(ITEM, ADDRESS)


def test_it_starts_where_redis_is_not_there(server: RedisServer) -> None:
    server.kill()
    with ExitStack() as running:
        one = running.enter_context(joined(server))
        assert one.hit(ITEM, ADDRESS) and not one.hears_others
        server.start()
        until(lambda: one.hears_others)
