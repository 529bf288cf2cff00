"""What WhatsApp's signed calls bring of messages (Cloud API, field `messages`).

A user may hide their number since 2026: then `from` and `wa_id` are absent, and a business-scoped
id (`ID.1502…`) says who it is.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from services.intake.domain.incoming import WHATSAPP
from services.intake.incoming.came import Came, Sender, clean
from services.kernel.errors import Forbidden
from services.kernel.text import _

_MEDIA: Final = ("image", "document", "audio", "video", "sticker", "voice")
_UNHEARD: Final = ("reaction", "system", "ephemeral")
"""What is no message to anybody: a heart under another one, a changed number."""
_FILE: Final = re.compile(r"[0-9A-Za-z_-]{1,100}")
_DIGITS: Final = re.compile(r"[0-9]{5,20}")


class _Profile(msgspec.Struct):
    name: str = ""


class _Contact(msgspec.Struct):
    profile: _Profile = msgspec.field(default_factory=_Profile)
    wa_id: str = ""
    user_id: str = ""


class _Text(msgspec.Struct):
    body: str = ""


class _Media(msgspec.Struct):
    id: str = ""
    caption: str = ""


class _Location(msgspec.Struct):
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class _Button(msgspec.Struct):
    text: str = ""


class _Message(msgspec.Struct):
    id: str
    timestamp: str
    type: str = ""
    number: str = msgspec.field(name="from", default="")
    from_user_id: str = ""
    text: _Text | None = None
    location: _Location | None = None
    button: _Button | None = None
    image: _Media | None = None
    document: _Media | None = None
    audio: _Media | None = None
    video: _Media | None = None
    sticker: _Media | None = None
    voice: _Media | None = None


class _Metadata(msgspec.Struct):
    phone_number_id: str = ""


class _Value(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)
    contacts: list[_Contact] = []
    messages: list[_Message] = []


class _Change(msgspec.Struct):
    value: _Value


class _Entry(msgspec.Struct):
    changes: list[_Change] = []


class _Call(msgspec.Struct):
    entry: list[_Entry] = []


def messages(body: bytes, phone_id: str, now: datetime) -> list[Came]:
    """Return the messages of a call whose signature was checked.

    Raises msgspec.MsgspecError for a call of another shape, Forbidden for a message that was sent
    to another number than ours.
    """
    call = msgspec.json.decode(body, type=_Call)
    found: list[Came] = []
    for value in (change.value for entry in call.entry for change in entry.changes):
        if value.messages and value.metadata.phone_number_id != phone_id:
            raise Forbidden(_("Pesan ini bukan untuk nomor WhatsApp Puskesmas ini."))
        found += _came(value, now)
    return found


def _came(value: _Value, now: datetime) -> Iterator[Came]:
    for each in value.messages:
        if each.type in _UNHEARD:
            continue
        media: _Media | None = next(
            (found for name in _MEDIA if (found := getattr(each, name)) is not None), None
        )
        file = media.id if media and _FILE.fullmatch(media.id) else ""
        text = clean(_text(each, media))
        yield Came(
            id=each.id,
            channel=WHATSAPP,
            sent_at=_sent(each.timestamp, now),
            sender=_sender(each, value.contacts),
            text=text,
            file=file,
            unsupported=not file and not text,
        )


def _text(message: _Message, media: _Media | None) -> str:
    if message.text:
        return message.text.body
    if message.button:
        return message.button.text
    if place := message.location:
        at = f"{place.latitude}, {place.longitude}"
        return "\n".join(filter(None, (place.name, place.address, at)))
    return media.caption if media else ""


def _sent(timestamp: str, now: datetime) -> datetime:
    """Return when it was sent; now where that is no time, or has not come yet."""
    try:
        return min(datetime.fromtimestamp(int(timestamp), UTC), now)
    except (ValueError, OverflowError, OSError):
        return now


def _sender(message: _Message, contacts: Sequence[_Contact]) -> Sender:
    def fits(contact: _Contact) -> bool:
        by_number = bool(message.number) and contact.wa_id == message.number
        return by_number or (bool(message.from_user_id) and contact.user_id == message.from_user_id)

    who = next(filter(fits, contacts), contacts[0] if len(contacts) == 1 else _Contact())
    number = message.number or who.wa_id
    phone = f"+{number}" if _DIGITS.fullmatch(number) else ""
    return Sender(name=clean(who.profile.name), phone=phone, id=message.from_user_id or who.user_id)
