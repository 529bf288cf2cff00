"""What the processes of a deployment share and may lose at any moment: bells that are rung, and
counts of what was tried lately.

Nothing that must be kept is here. A bell says only that it is worth looking again, at the store
that decides; whoever hears none looks by itself, less often. A count that is lost lets somebody
try again sooner. So each call returns, soon, whatever has become of what lies behind it.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from limits import RateLimitItem

from services.kernel.worker import Worker

NEWS: Final = "news"
"""Rung when there is more to see in lists and reports."""
REVOKED: Final = "revoked"
"""Rung when a session or token has ended, or allows something else."""
BELLS: Final = (NEWS, REVOKED)


class Fleeting(Protocol):
    """One process's part in what is shared. Safe to share between threads."""

    @property
    def workers(self) -> Sequence[Worker]:
        """What runs for it: started and stopped by whoever serves; its failure harms nobody."""

    @property
    def hears_others(self) -> bool:
        """Whether a bell that another process rings now would be heard here, within a second."""

    def on(self, bell: str, call: Callable[[], None]) -> None:
        """Call when a bell is rung, here or elsewhere; also when some may not have been heard.

        `call` is short and raises nothing; it may come from any thread, and more than once.
        """

    def ring(self, bell: str) -> None:
        """Ring a bell for every process of the deployment that hears."""

    def fits(self, item: RateLimitItem, key: str) -> bool:
        """Say whether one more for `key` is within what `item` allows; it is not counted."""

    def hit(self, item: RateLimitItem, key: str) -> bool:
        """Count one for `key`; False, and not counted, where it is one too many.

        `key` may be an address or a name: it is kept as nothing from which it could be told.
        """

    def wait_seconds(self, item: RateLimitItem, key: str) -> int:
        """Return after how many seconds, one at least, one more is allowed."""
