"""People at work in a district while a drill takes it apart: everybody asks again, with the same
key, until there is an answer that counts."""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Final

import httpx

from tests.drills.armed import SENT_AGAIN
from tests.drills.checks import Findings
from tests.drills.load import Ledger, walk
from tests.running import RunningNode

CLIENTS: Final = 4
WAIT_SECONDS: Final = 120.0
"""So long people wait for an answer, or for anything to get on: a loaded machine is slow, too."""
ASK_SECONDS: Final = 30.0
IMPORTS: Final = "/puskesmas/puring/imports"
ROWS: Final = 200
IMPORT_SECONDS: Final = SENT_AGAIN.total_seconds() * 2 + 30
"""A file that was lost on its way to a worker is sent again."""
AGAIN_SECONDS: Final = 0.1
_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
NO_ANSWER: Final = (502, 503, 504)
NEVER_ANSWERED: Final = 504


class Persistent(httpx.BaseTransport):
    """A way to the district that repeats what got no answer that counts.

    Whoever had none for `WAIT_SECONDS` gives up, and nobody asks any more: a product that hangs is
    found once, and not waited for again and again. To all of them it is as a gateway would say it,
    504.
    """

    def __init__(self) -> None:
        self._way = httpx.HTTPTransport()
        self.asked_again = 0
        self.gave_up = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        until = time.monotonic() + WAIT_SECONDS
        while not self.gave_up:
            with suppress(httpx.TransportError):
                answer = self._way.handle_request(request)
                if answer.status_code not in NO_ANSWER:
                    return answer
                answer.close()
            self.asked_again += 1
            if time.monotonic() > until:
                self.gave_up = True
            time.sleep(AGAIN_SECONDS)
        return httpx.Response(NEVER_ANSWERED, request=request)


class People:
    """Clients of the demo's accounts that do not give up."""

    def __init__(self, district: RunningNode) -> None:
        self._district = district
        self._clients: dict[str, httpx.Client] = {}
        self._way = Persistent()

    @property
    def asked_again(self) -> int:
        """How often there was no answer that counts."""
        return self._way.asked_again

    @property
    def gave_up(self) -> bool:
        """Whether somebody had no answer for so long that nobody asks any more."""
        return self._way.gave_up

    def as_(self, username: str) -> httpx.Client:
        """Return the client of an account."""
        if username not in self._clients:
            known = self._district.as_(username)
            self._clients[username] = httpx.Client(
                transport=self._way,
                base_url=known.base_url,
                headers=known.headers,
                timeout=ASK_SECONDS,
            )
        return self._clients[username]


class Crowd:
    """Officers who write complaints down, a team that takes some of them all the way, and somebody
    who hands files in, whose rows a worker takes."""

    def __init__(
        self,
        place: RunningNode,
        *,
        importers: int = 0,
        team: bool = True,
        pause: float = AGAIN_SECONDS,
    ) -> None:
        self.people = People(place)
        self._pause = pause
        self.ledger = Ledger()
        self.acknowledged: dict[str, str] = {}
        self.imported: list[str] = []
        self.walked: list[str] = []
        self._ended = threading.Event()
        self._news = threading.Condition()
        # Sign everybody in while all is well.
        for account in ("rini", "sari", "kukuh", "dewi", "admin"):
            self.people.as_(account)
        works: list[Callable[[], None]] = [
            partial(self._write, number) for number in range(CLIENTS)
        ]
        works += [partial(self._import, number) for number in range(importers)]
        works += [self._team] if team else []
        self._threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in self._threads:
            thread.start()

    def wait(self, more: int) -> bool:
        """Wait until so many more are acknowledged; False when none is any more."""
        with self._news:
            wanted = len(self.acknowledged) + more
            while len(self.acknowledged) < wanted:
                if not self._news.wait(WAIT_SECONDS):
                    return False
        return True

    def end(self) -> None:
        """Let everybody finish what is in hand."""
        self._ended.set()
        for thread in self._threads:
            thread.join(IMPORT_SECONDS)

    def _goes_on(self, pause: float = AGAIN_SECONDS) -> bool:
        """Say after a pause whether there is more to do."""
        return not self._ended.wait(pause) and not self.people.gave_up

    def ask(self, key: str) -> str | None:
        """Write a complaint down; return its id, None where it was refused."""
        body = {"channel": "phone", "kind": "complaint", "text": f"Antre lama ({key})."}
        answer = self.people.as_("rini").post(
            "/puskesmas/puring/complaints", json=body, headers={"Idempotency-Key": key}
        )
        if answer.status_code == 201:
            return str(answer.json()["id"])
        if not self.people.gave_up:
            self.ledger.refused.append(f"a complaint was answered {answer.status_code}")
        return None

    def _write(self, number: int) -> None:
        count = 0
        while self._goes_on(self._pause):
            key = f"{number}-{count}"
            count += 1
            if (id := self.ask(key)) is not None:
                with self._news:
                    self.acknowledged[key] = id
                    self._news.notify_all()

    def _team(self) -> None:
        """Take one case after the other from its grade to its release, the newest first."""
        while self._goes_on():
            with self._news:
                waiting = [each for each in self.acknowledged.values() if each not in self.walked]
            if waiting:
                before = len(self.ledger.refused)
                walk(self.people, self.ledger, waiting[-1], full=True, patience=WAIT_SECONDS)
                if len(self.ledger.refused) > before:
                    return
                self.walked.append(waiting[-1])

    def _import(self, importer: int) -> None:
        """Hand in a file, and wait for its end before the next."""
        client = self.people.as_("rini")
        count = 0
        while self._goes_on():
            key = f"import-{importer}-{count}"
            count += 1
            rows = [f"sms,Kursi kurang ({key}-{n})." for n in range(ROWS)]
            content = "\n".join(["kanal,isi", *rows]).encode()
            answer = client.post(
                f"{IMPORTS}?wait=0",
                files={"file": ("keluhan.csv", content)},
                headers={"Idempotency-Key": key},
            )
            if not answer.is_success:
                self.ledger.refused.append(f"an import was answered {answer.status_code}")
                return
            id = answer.json()["import"]
            self.imported.append(id)
            self._until_ended(id)

    def _until_ended(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        until = time.monotonic() + IMPORT_SECONDS
        while time.monotonic() < until:
            answer = self.people.as_("rini").get(f"{IMPORTS}/{id}")
            found = answer.json() if answer.is_success else found
            if found.get("state") != "running":
                return found
            time.sleep(0.2)
        return found

    def ask_again(self, to: Findings) -> Counter[str]:
        """Repeat every command that was acknowledged, where anybody is answered, and tell what was
        refused; return how often each complaint should be there."""
        if not self.people.gave_up:
            with ThreadPoolExecutor(CLIENTS) as pool:
                again = list(pool.map(self.ask, self.acknowledged))
            for id, now in zip(self.acknowledged.values(), again, strict=True):
                if now != id and not self.people.gave_up:
                    told = "nothing" if now is None else "another id"
                    to.add(f"a repeated key gave {told}", lost=1)
        if self.people.gave_up:
            to.add(f"nothing was answered for {WAIT_SECONDS:.0f} s")
        for sentence, times in Counter(
            _ID.sub("{id}", each) for each in self.ledger.refused
        ).items():
            to.add(f"{sentence} ({times}x)", lost=times)
        self.ledger.refused.clear()
        return Counter(self.acknowledged.values())

    def check_imports(self, to: Findings) -> None:
        """See that every file was taken, each row once."""
        for id in self.imported:
            done = self._until_ended(id)
            if lost := ROWS - done.get("accepted", 0):
                to.add(f"an import took {ROWS - lost} of {ROWS}: {done.get('state')}", lost=lost)
