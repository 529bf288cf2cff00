"""What every peer that carries messages is asked, and what it can say.

An answer says what is known, never what is likely: only `Later` and `Refused` promise that nothing
went out, and only after `Later` a message is handed over again.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

Template = Literal["result", "digest", "code"]
"""Of what a message tells: the result of a complaint, what falls due, the code of an address."""


@dataclass(frozen=True)
class Words:
    """What goes out: `subject` for e-mail, `body` as text, `values` for a channel whose peer keeps
    the text itself, in the order of its `template`."""

    subject: str
    body: str
    values: tuple[str, ...] = ()
    template: Template = "result"


@dataclass(frozen=True)
class Letter:
    """One attempt to send one message. `id` is the message's, the same at each attempt; `address`
    is E.164 or an e-mail address. Nobody logs or keeps it."""

    id: str
    attempt: int
    address: str
    language: str
    words: Words


class Why(StrEnum):
    """Why a peer did not take a message."""

    UNREACHABLE = "unreachable"
    BUSY = "busy"
    NOT_ACCEPTED = "not_accepted"
    ADDRESS_REFUSED = "address_refused"
    REFUSED = "refused"
    BOUNCED = "bounced"


@dataclass(frozen=True)
class Sent:
    """The peer took it."""


@dataclass(frozen=True)
class Later:
    """The peer certainly did not take it; another time it may."""

    why: Why


@dataclass(frozen=True)
class Refused:
    """The peer certainly does not carry it, now or later."""

    why: Why


@dataclass(frozen=True)
class Queued:
    """It lies where the peer fetches it, and will be asked about again."""


@dataclass(frozen=True)
class Unknown:
    """It may be out or not."""


Outcome = Sent | Later | Refused | Queued | Unknown


class Sender(Protocol):
    """A peer that carries messages of one channel."""

    @property
    def reports_delivery(self) -> bool:
        """Whether the peer says later that a message arrived; else that it took it is all there
        is."""

    def send(self, letter: Letter) -> Outcome:
        """Hand a message over. Whatever goes wrong is an outcome, within a minute."""

    def ask(self, id: str, attempt: int) -> Outcome:
        """Say what became of a message that was attempted, as far as the peer can be asked."""

    def settled(self, id: str) -> None:
        """Let go of what is kept of a message here: its outcome is recorded."""
