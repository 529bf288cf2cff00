"""Messages as their pages show them: opened by role, one entry in the access log a page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import phonenumbers

from services.intake.application import Intake
from services.intake.domain.incoming import CONFIRMED, IncomingMessage
from services.intake.incoming.application import Draft, Incoming
from services.intake.incoming.came import Sender, numbers_in
from services.intake.register import Register
from services.kernel.access.principal import Principal
from services.kernel.keyring import Words
from services.kernel.text import Text, _

PAGE: Final = "incoming"
SUMMARY: Final = 160
FILES: Final[Mapping[str, Text]] = {
    "too_large": _("Berkas yang ikut dikirim lebih dari 10 MB, jadi tidak disimpan."),
    "not_allowed": _(
        "Berkas yang ikut dikirim bukan foto atau PDF yang utuh, jadi tidak disimpan."
    ),
    "unreachable": _("Berkas yang ikut dikirim tidak dapat diambil dari WhatsApp selama sehari."),
    "gone": _("Berkas yang ikut dikirim sudah tidak ada di WhatsApp."),
    "unsupported": _(
        "Isinya tidak dapat disimpan di sini, misalnya kartu kontak atau stiker. Minta pengirim "
        "menuliskannya."
    ),
}
"""By the reason for which what came along was not kept, what the page says."""
REASONS: Final[Mapping[str, Text]] = {
    "spam": _("Iklan atau penipuan"),
    "wrong_number": _("Salah alamat"),
    "answered": _("Sudah dijawab"),
    "part_of_other": _("Bagian dari keluhan lain"),
    "erased": _("Data pengirimnya dihapus"),
}
"""By reason, why a message was dismissed."""


@dataclass(frozen=True)
class Shown:
    """One message on a page; `text` and `sender` are None where they stay sealed."""

    message: IncomingMessage
    text: str | None
    sender: Sender | None

    @property
    def sealed(self) -> bool:
        """Whether its words stay closed to this reader, or are gone."""
        return self.message.text is not None and self.text is None

    @property
    def remark(self) -> Text | None:
        """What there is to say of what came along."""
        if self.message.refused:
            return FILES[self.message.refused]
        if self.message.wants_file:
            return _("Foto atau berkas yang ikut dikirim sedang diambil dari WhatsApp.")
        return None

    @property
    def from_whom(self) -> str:
        """Who wrote, as far as is known."""
        who = self.sender or Sender()
        return " · ".join(filter(None, (who.name, spelt(who.phone))))


@dataclass(frozen=True)
class Row:
    """A group on the list, by its first message and its newest."""

    first: Shown
    last: IncomingMessage
    count: int

    @property
    def summary(self) -> str:
        """The beginning of what the first says."""
        said = self.first.text or ""
        return said if len(said) <= SUMMARY else f"{said[:SUMMARY].rstrip()}…"


def spelt(phone: str) -> str:
    """Return a telephone number as people read it, in groups."""
    try:
        number = phonenumbers.parse(phone, "ID")
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


class Reading:
    """Opens messages for pages."""

    def __init__(self, intake: Intake, words: Words) -> None:
        self._incoming = Incoming(intake)
        self._register = Register(intake)
        self._intake, self._words = intake, words

    def rows(self, reader: Principal, groups: Sequence[Sequence[Draft]]) -> list[Row]:
        """Return the rows of a list."""
        firsts = self.opened(reader, [group[0].message for group in groups])
        return [
            Row(first, group[-1].message, len(group))
            for first, group in zip(firsts, groups, strict=True)
        ]

    def opened(self, reader: Principal, messages: Sequence[IncomingMessage]) -> list[Shown]:
        """Return messages with their words, as far as this reader may open them."""
        wanted = [
            (self._incoming.about(each, reader), box)
            for each in messages
            for box in (each.text, each.sender)
        ]
        said = self._words.open(reader, PAGE, wanted)
        return [
            Shown(each, text, Sender.of(sender) if sender else None)
            for each, text, sender in zip(messages, said[::2], said[1::2], strict=True)
        ]

    def named(self, puskesmas: str, shown: Iterable[Shown]) -> list[tuple[str, UUID]]:
        """Return the complaints of a Puskesmas that messages name by number."""
        found = []
        for number in dict.fromkeys(n for each in shown for n in numbers_in(each.text or "")):
            complaint = self._register.by_number(number)
            if complaint and self._intake.get(complaint).puskesmas == puskesmas:
                found.append((number, complaint))
        return found

    def became(self, message: IncomingMessage) -> tuple[str, UUID] | None:
        """Return number and id of the complaint that a message became, or is part of."""
        if message.complaint is None:
            return None
        complaint = self._intake.get(UUID(message.complaint))
        return complaint.number, complaint.id

    @staticmethod
    def is_done(message: IncomingMessage) -> bool:
        """Say whether a message was written down."""
        return message.state == CONFIRMED
