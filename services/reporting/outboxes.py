"""The outboxes of this deployment's services, which a rebuild from the stores asks for.

Reporting imports no other service: whoever puts a process together hands the outboxes in.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from services.kernel.contracts import Message


class Outboxes(Protocol):
    """What each service of this deployment has written, as it went (or will go) to the stream."""

    def sources(self) -> Sequence[str]:
        """Return the sources whose outboxes can be read here."""

    def after(self, source: str, position: int) -> Sequence[Message]:
        """Return the next page after a position, without `previous`; none at the end.

        Raises Unavailable where the service does not answer.
        """

    def sent(self, source: str) -> Mapping[int, int]:
        """Return the last id that a source is known to have sent to each partition.

        Raises Unavailable where the service does not answer.
        """


class NoOutboxes:
    """Where no service can be asked: every source is read from the log copy."""

    def sources(self) -> Sequence[str]:
        """There are none."""
        return ()

    def after(self, source: str, position: int) -> Sequence[Message]:
        """There is nothing."""
        return ()

    def sent(self, source: str) -> Mapping[int, int]:
        """There is nothing."""
        return {}
