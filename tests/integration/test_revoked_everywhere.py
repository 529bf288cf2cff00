"""What one process revokes, another refuses: at once where bells are heard, and where none are as
soon as it looks at the store. Time stands still here unless a test moves it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest
from starlette.responses import StreamingResponse

from services.kernel.access.known import LOOK_EVERY_SECONDS, LOOK_WHERE_TOLD_SECONDS
from services.kernel.access.principal import Grant
from services.kernel.access.store import AccessStore
from services.kernel.clock import system_clock
from services.kernel.fleeting import NEWS
from services.kernel.fleeting.on_redis import OnRedis
from services.kernel.store.servers import PostgresSchema
from services.kernel.web import live as live_pages
from services.kernel.web.live import Live
from tests.contract.test_fleeting import joined, until
from tests.servers.fixtures import Schemas
from tests.servers.redis import RedisServer, running_redis

PASSWORD = "rahasia-besar-7"


class Place:
    """One process's accounts, and its clock of seconds."""

    def __init__(self, place: PostgresSchema, fleeting: OnRedis) -> None:
        self.seconds = 0.0
        self.fleeting = fleeting
        self.store = AccessStore(place, system_clock, ticks=lambda: self.seconds, fleeting=fleeting)

    def knows(self, token: str) -> bool:
        return self.store.principal_of(token) is not None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with running_redis(tmp_path) as server:
        yield server


@pytest.fixture
def both(schemas: Schemas, server: RedisServer) -> Iterator[tuple[Place, Place]]:
    place = schemas.new()
    with ExitStack() as running:
        found = [Place(place, running.enter_context(joined(server))) for _each in range(2)]
        for each in found:
            running.callback(each.store.close)
        yield found[0], found[1]


def hearing(both: tuple[Place, Place]) -> None:
    until(lambda: all(each.fleeting.hears_others for each in both))


def account(at: Place) -> str:
    return at.store.add_account("sari", PASSWORD, [Grant("head", None)]).id


REVOKING: dict[str, Callable[[AccessStore, str, str], None]] = {
    "signed out": lambda store, _whose, token: store.end_session(token),
    "everywhere": lambda store, whose, _token: store.end_all(whose),
    "another password": lambda store, whose, _token: store.set_password(whose, "rahasia-besar-8"),
    "closed": lambda store, whose, _token: store.disable(whose),
}


@pytest.mark.parametrize("how", REVOKING)
def test_by_a_bell_without_looking(both: tuple[Place, Place], how: str) -> None:
    here, there = both
    id = account(here)
    token = here.store.open_token(id)
    hearing(both)
    assert there.knows(token) and here.knows(token)
    REVOKING[how](here.store, id, token)
    assert not here.knows(token)
    until(lambda: not there.knows(token))


def test_other_rights_hold_everywhere(both: tuple[Place, Place]) -> None:
    here, there = both
    id = account(here)
    token = here.store.open_session(id)
    hearing(both)
    assert there.knows(token)
    here.store.set_grants(id, [Grant("auditor", None)])

    def has_changed() -> bool:
        principal = there.store.principal_of(token)
        return principal is not None and principal.grants[0].role == "auditor"

    until(has_changed)


def test_without_bells_by_looking_ten_times_a_second(
    both: tuple[Place, Place], server: RedisServer
) -> None:
    here, there = both
    token = here.store.open_token(account(here))
    server.kill()
    until(lambda: not there.fleeting.hears_others)
    there.seconds = 10.0
    assert there.knows(token)
    here.store.end_session(token)
    there.seconds += LOOK_EVERY_SECONDS
    assert not there.knows(token)


def test_a_bell_that_was_lost_is_made_up_for_within_a_second(
    both: tuple[Place, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = both
    token = here.store.open_token(account(here))
    hearing(both)
    there.seconds = 10.0
    assert there.knows(token)
    monkeypatch.setattr(here.fleeting, "ring", lambda _bell: None)
    here.store.end_session(token)
    assert there.knows(token)
    there.seconds += LOOK_WHERE_TOLD_SECONDS
    assert not there.knows(token)


def test_a_page_of_one_process_wakes_by_the_news_of_another(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would look by itself an hour later."""
    monkeypatch.setattr(live_pages, "HEARTBEAT", 3600.0)
    found = {"new": 0}

    def look() -> dict[str, int]:
        return dict(found)

    async def read(there: OnRedis, here: OnRedis) -> list[bytes]:
        live = Live()
        there.on(NEWS, live.wake)
        answer = cast(StreamingResponse, live.open("sari", look))
        lines = cast("AsyncGenerator[bytes, None]", answer.body_iterator)
        told = [await anext(lines), await anext(lines)]
        found["new"] = 1
        await asyncio.to_thread(here.ring, NEWS)
        told.append(await anext(lines))
        await lines.aclose()
        return told

    with joined(server) as here, joined(server) as there:
        until(lambda: here.hears_others and there.hears_others)
        told = asyncio.run(read(there, here))
    assert told[1:] == [b'event: news\ndata: {"new":0}\n\n', b'event: news\ndata: {"new":1}\n\n']
