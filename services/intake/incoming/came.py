"""A message as a peer brings it, and those of one person that were sent within an hour. Pure."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar
from uuid import UUID

from services.intake.filled import Person, contacts

WITHIN: Final = timedelta(hours=1)
"""So long after the first of several messages, the next is offered together with it."""
_INVISIBLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202d\u202e\ud800-\udfff]")
_NUMBER: Final = re.compile(r"\b[A-Z]{2,6}[0-9]{0,4}-20[0-9]{2}-[A-Z][0-9]*-[0-9]{6}\b")


@dataclass(frozen=True)
class Sender:
    """Who wrote: what is known. `id` is that of a WhatsApp user, who may hide the number."""

    name: str = ""
    phone: str = ""
    id: str = ""

    def contacts(self) -> list[str]:
        """Return what identifies the sender, however the number is spelt."""
        found = contacts(Person(phone=self.phone or None))
        return found + ([f"wa:{self.id}"] if self.id else [])

    def words(self) -> str:
        """Return it as the words that are sealed."""
        return json.dumps({n: v for n, v in vars(self).items() if v}, ensure_ascii=False)

    @staticmethod
    def of(words: str) -> "Sender":
        """Return the sender of words that `words` made."""
        return Sender(**json.loads(words))


@dataclass(frozen=True)
class Came:
    """A message as it came; `id` is the peer's, the same when it comes again.

    `file` is where the peer holds what came along; `unsupported`: something did that nobody can
    keep.
    """

    id: str
    channel: str
    sent_at: datetime
    sender: Sender
    text: str = ""
    file: str = ""
    unsupported: bool = False


def clean(text: str) -> str:
    """Return a text without what nobody sees and no form takes."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def numbers_in(text: str) -> list[str]:
    """Return the numbers of complaints that a text names, in its order."""
    return list(dict.fromkeys(_NUMBER.findall(text.upper())))


class Sent(Protocol):
    """What decides which messages belong together."""

    @property
    def id(self) -> UUID:
        """The message's."""

    @property
    def puskesmas(self) -> str:
        """To which it was sent."""

    @property
    def channel(self) -> str:
        """Through which."""

    @property
    def sent_at(self) -> datetime:
        """When."""

    @property
    def contacts(self) -> frozenset[str]:
        """What identifies its sender; empty for nobody known."""


S = TypeVar("S", bound=Sent)


def grouped(messages: Iterable[S]) -> list[list[S]]:
    """Return the messages of one person that came within an hour of the first, each group and all
    groups the oldest first."""
    groups: list[list[S]] = []
    for each in sorted(messages, key=lambda each: (each.sent_at, str(each.id))):
        for group in reversed(groups):
            if _belongs(each, group):
                group.append(each)
                break
        else:
            groups.append([each])
    return groups


def _belongs(message: Sent, group: Sequence[Sent]) -> bool:
    first = group[0]
    return (
        (message.puskesmas, message.channel) == (first.puskesmas, first.channel)
        and message.sent_at - first.sent_at <= WITHIN
        and any(message.contacts & each.contacts for each in group)
    )
