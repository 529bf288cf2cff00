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
_NAME: Final = re.compile(r"IN(\d{8}_\d{6})_(\d+)_(.+)_(\d{2,})\.(txt|bin)")
_PHONE: Final = re.compile(r"\+?[0-9]{3,20}")


@dataclass(frozen=True)
class Part:
    """One file of the inbox, by its name: when it was sent by the clock where it is, and which
    part of a message it is."""

    name: str
    at: datetime
    sender: str
    place: int
    is_text: bool


@dataclass(frozen=True)
class Lying:
    """A message of the inbox and the files that it lies in."""

    message: Came
    files: tuple[Path, ...]


def part_of(name: str, zone: ZoneInfo) -> Part | None:
    """Return what a file's name says; None for one that is no message's."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        at = datetime.strptime(found[1], "%Y%m%d_%H%M%S").replace(tzinfo=zone)
    except ValueError:
        return None
    return Part(name, at, found[3], int(found[4]), found[5] == "txt")


def joined(parts: Iterable[Part]) -> list[list[Part]]:
    """Return the parts of each message in their order, the oldest message first.

    A part goes to the message of its sender that wants it next and is nearest in time; one that no
    message wants is a message by itself.
    """
    found: list[list[Part]] = []
    for part in sorted(parts, key=lambda each: (each.place, each.at, each.name)):
        wanting = [
            message
            for message in found
            if part.place == message[-1].place + 1
            and part.sender == message[0].sender
            and abs(part.at - message[0].at) <= APART
        ]
        if wanting:
            min(wanting, key=lambda message: abs(part.at - message[0].at)).append(part)
        else:
            found.append([part])
    return sorted(found, key=lambda message: (message[0].at, message[0].name))


def read_inbox(folder: Path, zone: ZoneInfo, now: datetime) -> list[Lying]:
    """Return the messages that lie whole in the inbox; what else lies there stays."""
    by_sender: dict[str, list[Part]] = defaultdict(list)
    latest: dict[str, float] = {}
    for file in folder.iterdir():
        part = part_of(file.name, zone)
        if part is not None:
            by_sender[part.sender].append(part)
            latest[part.sender] = max(latest.get(part.sender, 0), file.stat().st_mtime)
    settled = now.timestamp() - QUIET.total_seconds()
    quiet = [parts for sender, parts in by_sender.items() if latest[sender] <= settled]
    return [_lying(folder, message, now) for parts in quiet for message in joined(parts)]


def _lying(folder: Path, parts: Sequence[Part], now: datetime) -> Lying:
    files = tuple(folder / each.name for each in parts)
    texts = [
        decoded(file.read_bytes()) for file, part in zip(files, parts, strict=True) if part.is_text
    ]
    first, text = parts[0], clean("".join(texts))
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
