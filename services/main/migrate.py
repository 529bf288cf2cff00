"""The stores of a node: made or upgraded by one process at a time, then held by one node."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from services.kernel.clock import Clock, system_clock
from services.kernel.district import District
from services.main.claims import AlreadyServed, claimed, migrating
from services.main.edge import Edge
from services.main.node import Node
from services.main.settings import Settings


@contextmanager
def opened(settings: Settings, district: District, clock: Clock = system_clock) -> Iterator[Node]:
    """Make or upgrade the stores, and hold them for one node until the block ends.

    Waits while another process upgrades. Raises AlreadyServed.
    """
    with ExitStack() as held:
        with migrating(settings.data):
            held.enter_context(claimed(settings.data))
            # Opening a store makes or upgrades it.
            kind = Edge if settings.mode == "edge" else Node
            node = kind(settings, district, clock)
        yield node


def migrate(settings: Settings, district: District) -> bool:
    """Make or upgrade the stores; False: a running node did so when it started."""
    try:
        with opened(settings, district) as node:
            node.close()
    except AlreadyServed:
        return False
    return True
