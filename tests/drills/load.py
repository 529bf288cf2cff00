"""Work for a node until it is ended: complaints from several officers, and cases that go on.

Every command has an Idempotency-Key, so that all of it can be asked again after the restart.
"""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

OFFICERS = 4
PLACES = ("puring", "lamaru")
CHANNELS = ("in_person", "phone", "whatsapp", "suggestion_box", "web")
KINDS = ("complaint", "complaint", "complaint", "suggestion", "praise", "information_request")
FULL_WALK_EVERY = 4
PATIENCE_SECONDS = 10.0


class Asked(Protocol):
    """What commands are asked of."""

    def as_(self, username: str) -> httpx.Client:
        """Return a client that is signed in."""


@dataclass(frozen=True)
class Command:
    """A request that may be repeated."""

    user: str
    path: str
    key: str
    body: dict[str, Any]

    def ask(self, node: Asked) -> httpx.Response:
        client = node.as_(self.user)
        return client.post(self.path, json=self.body, headers={"Idempotency-Key": self.key})


@dataclass
class Ledger:
    """What was asked of the nodes of one data folder, and what they acknowledged."""

    asked: dict[str, Command] = field(default_factory=dict)
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def ask(self, node: Asked, command: Command) -> dict[str, Any] | None:
        """Ask; keep what is acknowledged. None: refused. httpx.TransportError: nobody knows."""
        self.asked[command.key] = command
        response = command.ask(node)
        if response.is_error:
            self.refused.append(f"{command.path} answered {response.status_code}")
            return None
        answer: dict[str, Any] = response.json()
        with self.news:
            known = self.acknowledged.setdefault(command.key, answer)
            self.news.notify_all()
        if known != answer:
            self.refused.append(f"{command.path} answered otherwise when repeated")
        return answer

    def wait(self, count: int, seconds: float) -> bool:
        """Wait until `count` commands are acknowledged."""
        with self.news:
            return self.news.wait_for(lambda: len(self.acknowledged) >= count, seconds)


class Load:
    """The threads of one run. `cases` are the acknowledged complaints that open a case."""

    def __init__(
        self, node: Asked, ledger: Ledger, seed: int, run: int, places: Sequence[str] = PLACES
    ) -> None:
        self.node, self.ledger, self._run = node, ledger, run
        self._places = places
        self.complaints: list[str] = []
        self.cases: list[str] = []
        self.walked = threading.Event()
        self._ended = threading.Event()
        for user in ("rini", "sari", "kukuh", "dewi"):
            node.as_(user)
        self._threads = [
            threading.Thread(target=self._officer, args=(random.Random(f"{seed}/{run}/{n}"), n))
            for n in range(OFFICERS)
        ]
        self._threads.append(threading.Thread(target=self._team))
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Wait for the threads; the node has ended, or they are told to stop."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _officer(self, chance: random.Random, number: int) -> None:
        count = 0
        while not self._ended.is_set():
            count += 1
            key = f"{self._run}/{number}/{count}"
            body = {
                "channel": chance.choice(CHANNELS),
                "kind": chance.choice(KINDS),
                "text": f"Antrean loket lama sekali, kejadian {key}.",
            }
            path = f"/puskesmas/{chance.choice(self._places)}/complaints"
            self.complaints.append(key)
            try:
                answer = self.ledger.ask(self.node, Command("rini", path, key, body))
            except httpx.TransportError:
                return
            if answer and body["kind"] != "praise":
                self.cases.append(answer["id"])

    def _team(self) -> None:
        done = 0
        while not self._ended.is_set():
            if done == len(self.cases):
                self._ended.wait(0.005)
                continue
            try:
                walk(self.node, self.ledger, self.cases[done], full=done % FULL_WALK_EVERY == 0)
            except httpx.TransportError:
                return
            if done % FULL_WALK_EVERY == 0 or self.ledger.refused:
                self.walked.set()
            if self.ledger.refused:
                return
            done += 1


def walk(
    node: Asked, ledger: Ledger, case: str, *, full: bool, patience: float = PATIENCE_SECONDS
) -> None:
    """Take a case on: to its grade, or all the way to its release. What follows by itself is waited
    for with so many seconds of patience.

    Walked again after a restart, the same keys give the same answers, and what is missing is done.
    """

    def step(user: str, path: str, **body: Any) -> None:
        ledger.ask(node, Command(user, path, f"{path} {case}", body))

    if not waited_for(node, patience, "sari", f"/cases/{case}"):
        ledger.refused.append("a case did not open")
        return
    step("sari", f"/cases/{case}/grade", grade="yellow", reason="Menunggu lebih dari dua jam.")
    if not full:
        return
    step("sari", f"/cases/{case}/immediate-answer", answer="Loket kedua dibuka saat ramai.")
    step("sari", f"/cases/{case}/documentation", summary="Loket kedua dibuka.")
    found = waited_for(node, patience, "kukuh", "/publications", complaint=case)
    if not found:
        ledger.refused.append("a documented case got no draft")
        return
    publication = f"/publications/{found['items'][0]['id']}"
    step("kukuh", f"{publication}/approval", text="Loket kedua dibuka.", media=["notice_board"])
    step("dewi", f"{publication}/release")


def waited_for(node: Asked, patience: float, user: str, path: str, **asked: Any) -> Any:
    """Ask until it is there (an empty list is not); None when it does not come."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        response = node.as_(user).get(path, params=asked)
        if response.status_code == 200 and response.json().get("items", True):
            return response.json()
        time.sleep(0.005)
    return None
