"""The edge's side of its keys' copies at the district: given while it runs, fetched when it is
restored. The district stores what it cannot read.
"""

from collections.abc import Iterator
from typing import Final

from services.kernel import failpoints
from services.kernel.handover.district import DistrictCalls
from services.kernel.handover.wire import COPIES, Greeting, KeptKey
from services.kernel.keyring.kept import Copied, Copy

FIRST: Final = ""
"""Before every key."""


class Copies:
    """Has the district keep a copy of every key of an edge, and none of one that is gone."""

    def __init__(self, calls: DistrictCalls, copied: Copied) -> None:
        self._calls, self._copied = calls, copied
        self._compared = False
        self._looked_at: Greeting | None = None

    def step(self, greeted: Greeting) -> int:
        """Give and drop a page, where the last greeting was not looked after yet; return how many
        copies that were."""
        if greeted.kept is None or greeted is self._looked_at:
            return 0
        if left := self._copied.left(COPIES):
            self._calls.drop_kept(left)
            self._copied.dropped(left)
            return len(left)
        if not self._compared:
            self._compare(greeted.kept)
        waiting = self._copied.waiting(COPIES)
        if waiting:
            keys = [each.key for each in waiting]
            self._copied.offered(keys, greeted.origin)
            self._calls.keep([KeptKey.of(each) for each in waiting])
            failpoints.hit(failpoints.COPY_KEPT)
            self._copied.stored(keys)
        else:
            # The keyring is gone through again with the next greeting, seconds later.
            self._looked_at = greeted
        return len(waiting)

    def _compare(self, kept: int) -> None:
        """Give all again where the district has fewer: it was itself restored from a backup."""
        if kept < self._copied.count():
            self._copied.anew()
        self._compared = True


def kept_by(calls: DistrictCalls) -> Iterator[Copy]:
    """Yield every copy that the district keeps; raises as `DistrictCalls`."""
    after = FIRST
    while page := calls.kept(after):
        yield from (each.copy for each in page)
        after = page[-1].key
