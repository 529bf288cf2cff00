"""SMS that Gammu SMSD has put into its inbox folder (service `files`, in its own format or as plain
text).

A long SMS lies there in parts, a file each: `IN<date>_<time>_<serial>_<sender>_<part>.txt`, the
part counted from 00, the time that of the part. Parts come in any order; they are put together by
sender and part once nothing more has come of that sender for a moment.
"""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from services.intake.domain.incoming import SMS
from services.intake.incoming.came import Came, Sender, clean

INBOX: Final = "inbox"
"""As `inboxpath` of the daemon's configuration names it."""
QUIET: Final = timedelta(seconds=2)
"""So long nothing may have been written of a sender: the daemon writes part after part."""
APART: Final = timedelta(minutes=10)
"""Parts of one message are no further apart; SMSD itself waits no longer for them."""
FULL: Final = 60
"""So many characters a part has at least that is followed by another one: 67 where they are written
in two bytes each, else 153, of which some count double."""
_NAME: Final = re.compile(r"IN(\d{8}_\d{6})_(\d+)_(.+)_(\d{2,})\.(txt|bin)")
_PHONE: Final = re.compile(r"\+?[0-9]{3,20}")


@dataclass(frozen=True)
class Part:
    """One file of the inbox: when it was sent by the clock where it is, which part of a message it
    is, what it says, and when it was written there (nanoseconds)."""

    name: str
    at: datetime
    sender: str
    place: int
    is_text: bool
    text: str
    written: int


@dataclass(frozen=True)
class Lying:
    """A message of the inbox and the files that it lies in."""

    message: Came
    files: tuple[Path, ...]


def part_of(file: Path, zone: ZoneInfo) -> Part | None:
    """Return what a file is; None for one that is no message's."""
    found = _NAME.fullmatch(file.name)
    if found is None:
        return None
    try:
        at = datetime.strptime(found[1], "%Y%m%d_%H%M%S").replace(tzinfo=zone)
    except ValueError:
        return None
    is_text = found[5] == "txt"
    text = decoded(file.read_bytes()) if is_text else ""
    facts = found[3], int(found[4]), is_text, text, file.stat().st_mtime_ns
    return Part(file.name, at, *facts)


def joined(parts: Iterable[Part]) -> list[list[Part]]:
    """Return the parts of each message in their order, the oldest message first.

    A part goes to the message of its sender that wants it next: whose last one is full, which is
    nearest in time, and was written nearest to it. One that no message wants is one by itself.
    """
    found: list[list[Part]] = []
    for part in sorted(parts, key=lambda each: (each.place, each.at, each.name)):
        wanting = [
            message
            for message in found
            if part.place == message[-1].place + 1
            and part.sender == message[0].sender
            and len(message[-1].text) >= FULL
            and abs(part.at - message[0].at) <= APART
        ]
        if wanting:
            min(wanting, key=partial(_distance, part)).append(part)
        else:
            found.append([part])
    return sorted(found, key=lambda message: (message[0].at, message[0].name))


def _distance(part: Part, message: Sequence[Part]) -> tuple[timedelta, int]:
    return abs(part.at - message[0].at), abs(part.written - message[-1].written)


def read_inbox(folder: Path, zone: ZoneInfo, now: datetime) -> list[Lying]:
    """Return the messages that lie whole in the inbox; what else lies there stays."""
    by_sender: dict[str, list[Part]] = defaultdict(list)
    latest: dict[str, int] = {}
    for file in folder.iterdir():
        part = part_of(file, zone)
        if part is not None:
            by_sender[part.sender].append(part)
            latest[part.sender] = max(latest.get(part.sender, 0), part.written)
    settled = (now - QUIET).timestamp() * 1e9
    quiet = [parts for sender, parts in by_sender.items() if latest[sender] <= settled]
    return [_lying(folder, message, now) for parts in quiet for message in joined(parts)]


def _lying(folder: Path, parts: Sequence[Part], now: datetime) -> Lying:
    files = tuple(folder / each.name for each in parts)
    first, text = parts[0], clean("".join(each.text for each in parts))
    is_phone = _PHONE.fullmatch(first.sender) is not None
    sender = Sender(phone=first.sender) if is_phone else Sender(name=first.sender)
    message = Came(
        # A name is given again once its file is gone: the text tells two of one second apart.
        id=f"{first.name}\n{text}",
        channel=SMS,
        sent_at=min(first.at, now),
        sender=sender,
        text=text,
        unsupported=not all(each.is_text for each in parts),
    )
    return Lying(message, files)


def decoded(content: bytes) -> str:
    """Return a text of the daemon: UTF-16 with its mark, as it writes by itself, else UTF-8."""
    if content.startswith((BOM_UTF16_BE, BOM_UTF16_LE)):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8", "replace")
