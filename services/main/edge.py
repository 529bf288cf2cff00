"""An edge: a node that joins a district.

Its whole staff flow works with the line cut; its events go up to the district's stream, and what
concerns its Puskesmas comes down, when the line is there.
"""

from datetime import datetime

from services.intake.filled import contacts_of
from services.intake.leaving import Leaving
from services.kernel.clock import Clock, system_clock
from services.kernel.condition import HandoverState, relay_state
from services.kernel.district import District
from services.kernel.downlink import Downlink
from services.kernel.handover.district import parts_of
from services.kernel.handover.line import KeyLine
from services.kernel.relay import Relay
from services.kernel.stream import EmbeddedStream, StreamUnavailable
from services.main.node import Node
from services.main.parts import WRITING
from services.main.settings import Settings
from services.main.uplinked import calls_of, checkpoints_kept
from services.resolution.sharing import KeysNoted, Shares


class HomeOfNone(Exception):
    """The district file names no Puskesmas whose home this edge is; the message says how."""


class Edge(Node):
    """The parts of an edge. What waits for the line never stops what does not."""

    def __init__(self, settings: Settings, district: District, clock: Clock = system_clock) -> None:
        # Reporting, which opens with the others, asks by it.
        self.at_district = lambda: checkpoints_kept(settings)
        super().__init__(settings, district, clock)
        if not self.homed:
            self.close()
            raise HomeOfNone(
                f"Berkas kabupaten tidak menyebut Puskesmas dengan home: {self.folder.origin}."
            )
        assert isinstance(self.stream, EmbeddedStream)
        own = [self.service(name) for name in WRITING]
        self.downlink = Downlink(self.uplink, self.stream, own, self.is_home)
        self.uplinks = tuple(
            Relay(service, self.uplink, "uplink", self._may_send) for service in own
        )
        self.keys = self._key_line()
        self.noted = KeysNoted(self.resolution, self.keyring)
        self._line = [
            self.downlink.worker,
            *(relay.worker for relay in self.uplinks),
            self.keys.worker,
        ]
        if self.read_only:
            # Another key than this edge's would be believed to be another machine's.
            self._line = []
        else:
            self.workers.append(self.noted.worker)

    def _key_line(self) -> KeyLine:
        assert self.settings.uplink_token is not None
        _secret, district_key = parts_of(self.settings.uplink_token.get_secret_value())
        return KeyLine(
            calls_of(self.settings),
            self.pair,
            district_key,
            self.keyring,
            Leaving(self.intake),
            Shares(self.resolution),
            self.reporting.thread,
            contacts_of,
            frozenset(each.code for each in self.district.all_puskesmas) - self.homed,
            self._stands,
            self.clock,
        )

    def _stands(self) -> tuple[int, datetime | None, int | None]:
        """Return how many events are not on the district's stream yet, since when the oldest is
        not, and how many messages of it are still to be read (None: it does not answer)."""
        states = [relay_state(each) for each in self.uplinks]
        oldest = [each.oldest_unsent_at for each in states if each.oldest_unsent_at]
        try:
            unread: int | None = self.downlink.lag()
        except StreamUnavailable:
            unread = None
        return sum(each.unsent for each in states), min(oldest, default=None), unread

    def handovers(self) -> list[HandoverState]:
        """Return what waits to go to the district."""
        keys, files, since = self.keys.waiting()
        return [
            HandoverState(
                peer=self.settings.uplink_url or "",
                keys=keys,
                files=files,
                oldest_since=since,
                refused=self.keys.refused,
                heard_at=self.keys.heard_at,
                failure=self.keys.worker.failure,
                failing_since=self.keys.worker.failing_since,
            )
        ]

    def _may_send(self) -> bool:
        """What this origin sent before is compared first, lest two machines send as one."""
        return self.downlink.compared and self.downlink.duplicate is None

    def start(self) -> None:
        """Set the workers going; those of the line after the others."""
        super().start()
        for worker in self._line:
            worker.start()

    def stop(self) -> None:
        """Let every worker finish the step in hand, then close the stores."""
        for worker in self._line:
            worker.stop()
        super().stop()
