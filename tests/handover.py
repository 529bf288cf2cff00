"""Two origins with stores of their own, and between them the real calls, without a network: a
district and an edge, for tests of what passes from one to the other."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from uuid import UUID

import msgspec
from pydantic import SecretStr
from starlette.testclient import TestClient

from services.intake.application import Form, Person
from services.intake.attachments import Attaching
from services.intake.filled import contacts_of
from services.intake.leaving import Leaving
from services.intake.policy import policy
from services.kernel.access.edges import Edges
from services.kernel.aggregate import Intent
from services.kernel.clock import system_clock
from services.kernel.contracts import Message, in_order, read
from services.kernel.contracts.resolution import KeySharedV1
from services.kernel.district import District, load_district
from services.kernel.follower import Follower
from services.kernel.handover.desk import Desk
from services.kernel.handover.district import DistrictCalls, parts_of, token_of
from services.kernel.handover.line import KeyLine
from services.kernel.handover.routes import router
from services.kernel.jobs import Jobs
from services.kernel.keyring import Stand
from services.kernel.stream import Delivery
from services.kernel.web.app import create_app
from services.main.parts import Parts
from services.main.settings import Settings
from services.resolution.sharing import KeysNoted, Shares
from tests.servers.edge import HOME, ORIGIN, district_file
from tests.unit.test_attachments import JPEG

WHO = Intent("acc-1", "officer")


class OneOrigin(Parts):
    """The parts of one of them, and what happens there."""

    @property
    def origin(self) -> str:
        """Its name."""
        return self.folder.origin

    @cached_property
    def jobs(self) -> Jobs:
        """What its intake does later."""
        return self.new_jobs("intake")

    def receive(self, puskesmas: str = HOME, text: str = "Antre lama.", photo: bool = False) -> str:
        """Write a complaint down; return its id."""
        form = Form("web", text, person=Person("Bu Warsini", "0812-0000-7777"))
        id = self.intake.receive(puskesmas, form, WHO).result().ids["id"]
        if photo:
            Attaching(self.intake).attach(UUID(id), WHO, JPEG, "antrean.jpg")
        return str(id)

    def written(self, id: UUID) -> list[Message]:
        """Return what was written here of a complaint."""
        return [*self.intake.history(id), *self.resolution.history(id)]

    def stand_of(self, id: str) -> Stand:
        """Return how the key of a complaint stands here."""
        return self.intake.stand(self.intake.get(UUID(id)))

    def files_of(self, id: str) -> list[str]:
        """Return the files of a complaint that lie here."""
        folder = self.intake.files / id
        return sorted(each.name for each in folder.iterdir()) if folder.exists() else []

    def ways_of(self, id: str) -> list[tuple[str, str, str]]:
        """Return which ways a key went, as its case has it."""
        events = map(read, self.resolution.history(UUID(id)))
        return [
            (each.sender, each.receiver, each.purpose)
            for each in events
            if isinstance(each, KeySharedV1)
        ]


@dataclass
class Origins:
    """A district and an edge of it; `now` is the edge's own count of seconds, `only` is what has
    come of what they wrote (None: all of it), `notes` the checkpoints that the district keeps."""

    folder: Path
    district: OneOrigin = field(init=False)
    edge: OneOrigin = field(init=False)
    edges: Edges = field(init=False)
    line: KeyLine = field(init=False)
    known: bool = True
    only: list[tuple[str, int]] | None = None
    now: float = 0.0
    notes: dict[str, list[str]] = field(default_factory=dict)
    _followed: int = 0
    _sent: dict[tuple[str, str, str], set[tuple[str, int]]] = field(default_factory=dict)
    _places: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        file = load_district(district_file(self.folder))
        self.district = OneOrigin(Settings(data=self.folder / "dinas", origin="dinas"), file)
        self.edges = self.district.edges
        self.token = token_of(self.edges.add(ORIGIN), self.district.pair.public)
        self.edge = self.new_edge(file)
        leaving = Leaving(self.district.intake)
        keyring, homes = self.district.keyring, (self.district.home_of, self.district.places_of)
        self.desk = Desk(
            self.district.pair,
            self.edges,
            keyring,
            leaving,
            self.thread,
            *homes,
            contacts_of,
            lambda origin, most: self.notes.get(origin, [])[:most],
        )
        self.app = create_app("Tanggap", routers=[router(self.desk)])
        self.app.state.access = self.district.access
        self.line = self.new_line(self.edge, self.token)
        self.noted = KeysNoted(self.edge.resolution, self.edge.keyring)

    def new_edge(self, file: District, name: str = ORIGIN) -> OneOrigin:
        """Return the parts of an edge."""
        settings = Settings(
            mode="edge",
            data=self.folder / name,
            origin=name,
            uplink_kafka="127.0.0.1:9",
            uplink_url="http://127.0.0.1:9",
            uplink_token=SecretStr(self.token),
        )
        return OneOrigin(settings, file)

    def calls(self, token: str) -> DistrictCalls:
        """Return the calls, by whoever holds a token."""
        client = TestClient(self.app, raise_server_exceptions=False)
        return DistrictCalls(client, parts_of(token)[0])

    def new_line(self, edge: OneOrigin, token: str) -> KeyLine:
        """Return an edge's side, as it is after a start."""
        codes = frozenset(each.code for each in edge.district.all_puskesmas)
        return KeyLine(
            self.calls(token),
            edge.pair,
            parts_of(token)[1],
            edge.keyring,
            Leaving(edge.intake),
            Shares(edge.resolution),
            self.thread,
            contacts_of,
            codes - edge.homed,
            lambda: (0, None, 0),
            system_clock,
            lambda: self.now,
        )

    def thread(self, complaint: UUID) -> list[Message]:
        """Return what both wrote: what the log copy has when all has come."""
        if not self.known:
            return []
        both = [*self.district.written(complaint), *self.edge.written(complaint)]
        if self.only is not None:
            both = [each for each in both if (each.source, each.id) in self.only]
        return sorted(both, key=in_order)

    def open_case(self, id: str, at: OneOrigin) -> None:
        """Have a complaint become a case at its home."""
        follower = at.new_follower("resolution")
        assert follower is not None
        first, *_later = self.thread(UUID(id))
        before = self._followed
        self._followed += 1
        message = msgspec.structs.replace(first, id=before + 1, previous=before)
        follower.handle([Delivery(message, 0, 0, first.time)])

    def follow(self, name: str, at: OneOrigin, id: str) -> None:
        """Have a service of one origin take what was written of a complaint since it last did, in
        the order in which its stores would send it; what is its own it has."""
        # This district runs on a node's files, and a node alone follows no other intake.
        follower = at.new_follower(name) or Follower(at.intake, policy(), at.stream)
        sent = self._sent.setdefault((name, at.origin, id), set())
        for message in self.thread(UUID(id)):
            if (message.source, message.id) not in sent:
                sent.add((message.source, message.id))
                place = self._places[name, at.origin, message.source]
                self._places[name, at.origin, message.source] += 1
                chained = msgspec.structs.replace(message, id=place + 1, previous=place)
                follower.handle([Delivery(chained, 0, 0, message.time)])

    def work(self) -> None:
        """Let the edge go on until nothing moves any more, and record what went which way."""
        while self.line.step():
            pass
        self.noted.step()

    def close(self) -> None:
        """Let go of the stores."""
        self.edge.close()
        self.district.close()
