"""What the log tells of a complaint that its key and files are judged by.

Whoever sends a key is believed for what the log bears out: who received the complaint, whose it
is, and whether the key opens what was sealed with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.kernel.contracts import Message, SealedBox, intake, read
from services.kernel.contracts import resolution as case
from services.kernel.keyring.sealing import DoesNotOpen, unseal

Thread = Callable[[UUID], Sequence[Message]]
"""Gives the log copy's messages of one complaint in order; raises Unavailable."""


@dataclass(frozen=True)
class Told:
    """What is known of one complaint. `complainant` is as the form stands, `files` has the hash of
    each sealed file, `escalated_by` and `shared` who said so: an origin counts where it is the
    complaint's home."""

    number: str
    received_by: str
    entered_by: str
    puskesmas: str
    text: SealedBox
    complainant: SealedBox | None
    files: dict[str, str]
    escalated_by: frozenset[str]
    shared: frozenset[tuple[str, str]]

    def opens(self, secret: bytes) -> bool:
        """Say whether a key is the one that the complaint's words were sealed with."""
        try:
            unseal(self.text, secret)
        except DoesNotOpen:
            return False
        return True

    def person(self, secret: bytes) -> str | None:
        """Return who the complainant is, opened with the complaint's key to know the person
        again; None for nobody. Raises DoesNotOpen."""
        return None if self.complainant is None else unseal(self.complainant, secret)


Contacts = Callable[[str], Sequence[str]]
"""Gives the normalised contacts of an opened complainant."""


def told(thread: Sequence[Message]) -> Told | None:
    """Return what a complaint's messages tell; None before it is known."""
    first: tuple[Message, intake.ComplaintReceivedV1] | None = None
    complainant: SealedBox | None = None
    files: dict[str, str] = {}
    escalated, shared = set[str](), set[tuple[str, str]]()
    for message in thread:
        origin = origin_of(message.source)
        match read(message):
            case intake.ComplaintReceivedV1() as event:
                first = first or (message, event)
                complainant = event.complainant
            case intake.ComplaintCorrectedV1() as event:
                complainant = event.complainant
            case intake.AttachmentAddedV1() as event:
                files[event.attachment] = event.sha256
            case case.CaseEscalatedV1():
                escalated.add(origin)
            case case.KeySharedV1() as event:
                shared.add((origin, event.receiver))
    if first is None:
        return None
    message, received = first
    return Told(
        received.number,
        origin_of(message.source),
        message.actor,
        message.puskesmas,
        received.text,
        complainant,
        files,
        frozenset(escalated),
        frozenset(shared),
    )


def origin_of(source: str) -> str:
    """Return the origin that a source is a store of, whichever its incarnation."""
    return source.split("/")[1].partition(".")[0]
