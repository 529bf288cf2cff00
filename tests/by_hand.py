"""People at work on a node whose time is set and whose parts are stepped by hand."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from fastapi import FastAPI

from services.kernel.district import SHIPPED, District, load_district
from services.main.demo import add_accounts
from tests.any_history_node import WRITING, NodeByHand, SetClock

ZONE = ZoneInfo("Asia/Jakarta")


def on(day: str, hour: int = 9) -> datetime:
    """Return an hour of a day where Puring is."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=ZONE)


class Office:
    """A node by hand with the demo's accounts; whatever is told of is done on its day."""

    def __init__(self, folder: Path, district: District | None = None) -> None:
        self.clock = SetClock(on("2026-01-05"))
        self.hand = NodeByHand(folder / "node", district or load_district(SHIPPED), self.clock)
        self._served: tuple[Any, FastAPI] | None = None
        self._tokens: dict[str, str] = {}
        add_accounts(self.hand.node.access)
        self.settle()

    @property
    def app(self) -> FastAPI:
        """The pages and calls of the node, made once for as long as it is open."""
        if self._served is None or self._served[0] is not self.hand.node:
            self._served = (self.hand.node, self.hand.node.app())
        return self._served[1]

    def at(self, day: str, hour: int = 9) -> None:
        """Let the time be this; it never runs back."""
        assert on(day, hour) >= self.clock.now
        self.clock.now = on(day, hour)

    def settle(self) -> None:
        """Let everything that was recorded come to everybody."""
        self.carry((*WRITING, "reporting"), (*self.hand.node.followers, "reporting"))

    def carry(
        self, writing: Sequence[str] = WRITING, following: Sequence[str] | None = None
    ) -> None:
        """Let what these services recorded come to those that act on it; reports wait."""
        following = [*self.hand.node.followers] if following is None else following
        while True:
            for name in writing:
                self.hand.relay(name)
            for name in following:
                self.hand.follow(name)
            if not any(self.hand.node.relays[name].lag() for name in writing):
                return

    def _token(self, who: str) -> str:
        """Return what scripts of an account sign in by; it does not end as a session would."""
        if who not in self._tokens:
            access = self.hand.node.access
            account = access.get_account(who)
            assert account is not None, who
            self._tokens[who] = access.open_token(account.id, "script")
        return self._tokens[who]

    def ask(self, who: str, method: str, path: str, **how: Any) -> httpx.Response:
        """Have somebody make a call (or open a page, where the path is none of the calls)."""

        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://node") as client:
                headers = {"authorization": f"Bearer {self._token(who)}"} | how.pop("headers", {})
                return await client.request(method, path, headers=headers, **how)

        return asyncio.run(call())

    def get(self, who: str, path: str, **query: Any) -> Any:
        answer = self.ask(who, "GET", f"/api/v1{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, who: str, path: str, **body: Any) -> Any:
        """Have something done, and let a minute pass."""
        answer = self.ask(who, "POST", f"/api/v1{path}", json=body)
        assert answer.status_code in (200, 201), answer.text
        self.settle()
        self.clock.wait(timedelta(minutes=1))
        return answer.json()

    def receive(self, puskesmas: str = "puring", **form: Any) -> Any:
        body = {"channel": "in_person", "text": "Antre lama.", **form}
        return self.post("sari", f"/puskesmas/{puskesmas}/complaints", **body)

    def end(self) -> None:
        self.hand.end()
