"""An edge: a node that joins a district.

Its whole staff flow works with the line cut; its events go up to the district's stream, and what
concerns its Puskesmas comes down, when the line is there.
"""

from services.kernel.clock import Clock, system_clock
from services.kernel.district import District
from services.kernel.downlink import Downlink
from services.kernel.relay import Relay
from services.kernel.stream import EmbeddedStream
from services.main.node import Node
from services.main.parts import WRITING
from services.main.settings import Settings


class HomeOfNone(Exception):
    """The district file names no Puskesmas whose home this edge is; the message says how."""


class Edge(Node):
    """The parts of an edge. What waits for the line never stops what does not."""

    def __init__(self, settings: Settings, district: District, clock: Clock = system_clock) -> None:
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
        self._line = [self.downlink.worker, *(relay.worker for relay in self.uplinks)]

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
