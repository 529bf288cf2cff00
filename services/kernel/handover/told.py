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
    each sealed file, `later` by each other key who sealed with it, and a box; `escalated_by` and
    `shared` who said so: an origin counts where it is the complaint's home."""

    number: str
    received_by: str
    entered_by: str
    puskesmas: str
    text: SealedBox
    complainant: SealedBox | None
    files: dict[str, str]
    later: dict[str, tuple[str, SealedBox]]
    escalated_by: frozenset[str]
    shared: frozenset[tuple[str, str]]

    def sealed_by(self, key: str) -> str | None:
        """Return the origin that words were sealed with a key at; None where none were."""
        if key == self.text.key:
            return self.received_by
        return self.later[key][0] if key in self.later else None

    def opens(self, key: str, secret: bytes) -> bool:
        """Say whether a secret is the one that words were sealed with under this key."""
        box = self.text if key == self.text.key else self.later[key][1]
        try:
            unseal(box, secret)
        except DoesNotOpen:
            return False
        return True

    def person(self, key: str, secret: bytes) -> str | None:
        """Return who the complainant is, opened with this key to know the person again; None for
        nobody, and where another key opens it. Raises DoesNotOpen."""
        if self.complainant is None or self.complainant.key != key:
            return None
        return unseal(self.complainant, secret)


Contacts = Callable[[str], Sequence[str]]
"""Gives the normalised contacts of an opened complainant."""


def told(thread: Sequence[Message]) -> Told | None:
    """Return what a complaint's messages tell; None before it is known."""
    first: tuple[Message, intake.ComplaintReceivedV1] | None = None
    complainant: SealedBox | None = None
    files: dict[str, str] = {}
    later: dict[str, tuple[str, SealedBox]] = {}
    escalated, shared = set[str](), set[tuple[str, str]]()
    for message in thread:
        origin = origin_of(message.source)
        event = read(message)
        for box in boxes_of(event):
            later.setdefault(box.key, (origin, box))
        match event:
            case intake.ComplaintReceivedV1():
                first = first or (message, event)
                complainant = event.complainant
            case intake.ComplaintCorrectedV1():
                complainant = event.complainant
            case intake.AttachmentAddedV1():
                files[event.attachment] = event.sha256
            case case.CaseEscalatedV1():
                escalated.add(origin)
            case case.KeySharedV1():
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
        later,
        frozenset(escalated),
        frozenset(shared),
    )


def boxes_of(event: object) -> list[SealedBox]:
    """Return the sealed words that an event carries itself."""
    found = (getattr(event, name) for name in getattr(event, "__struct_fields__", ()))
    return [each for each in found if isinstance(each, SealedBox)]


def origin_of(source: str) -> str:
    """Return the origin that a source is a store of, whichever its incarnation."""
    return source.split("/")[1].partition(".")[0]
