"""The peers that carry messages, real ones on loopback, each with the ways in which it can fail."""

from typing import Protocol

from services.kernel.carriers.port import Sender


class Peer(Protocol):
    """A peer under test: what arrived there, and how it is made to fail."""

    @property
    def sender(self) -> Sender:
        """The product's own, which hands over to this peer."""

    @property
    def address(self) -> str:
        """An address that it reaches."""

    def came(self) -> list[str]:
        """The text of each message that arrived, the oldest first."""

    def refuses_addresses(self) -> None:
        """Know no recipient from now on."""

    def is_busy(self) -> None:
        """Take nothing for now, and say so."""

    def is_away(self) -> None:
        """Be out of reach."""

    def loses_its_answer(self) -> None:
        """Take the next message and die before it says so."""
