"""What a letter says: numbers, what is due, when, and where to go on; by WhatsApp, how much is due
and where to go on. Never a word of a complaint nor a name: telephones lie about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from services.kernel.carriers.port import Template, Words
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web.language import say, translator
from services.resolution.reminders.digests import Standing

PAGE: Final = "/pemberitahuan/kirim"


@dataclass(frozen=True)
class Addressee:
    """Whom a letter is for: the language and the clock that it is written by, the address that its
    links begin with, and what it is written at."""

    language: str
    zone: ZoneInfo
    public_url: str
    now: datetime


def digest(found: Sequence[Standing], more: bool, page: str, to: Addressee) -> Words:
    """Return a digest as a letter: what of it is still owed, the most urgent first; `more` says
    that there is more on its `page`."""
    n, link = _many(found, more), to.public_url + page
    late = sum(each.owed.due_at < to.now for each in found)
    subject = (
        _("Tanggap: {n} hal jatuh tempo, {late} lewat batas", n=n, late=late)
        if late
        else _("Tanggap: {n} hal jatuh tempo", n=n)
    )
    lines = [
        _("Yang menunggu Anda, yang paling mendesak di atas:"),
        "\n".join(f"- {_line(each, to)}" for each in found),
        *([_("Selebihnya ada di Tanggap.")] if more else []),
        _("Buka ringkasannya: {link}", link=link),
        *_closing(to),
    ]
    return _letter(subject, lines, to, "digest", (n, str(late), link))


def code(code: str, to: Addressee) -> Words:
    """Return the letter that proves an address."""
    lines = [
        _("Kode untuk alamat surel ini: {code}", code=code),
        _("Kode ini berlaku 24 jam. Isikan di: {link}", link=to.public_url + PAGE),
        _("Bila bukan Anda yang memintanya, abaikan: tanpa kode ini tidak ada surel lagi."),
    ]
    return _letter(_("Tanggap: kode untuk alamat surel Anda"), lines, to, "code", (code,))


def _closing(to: Addressee) -> list[Text | str]:
    return [
        _("Surel ini dikirim otomatis karena Anda memintanya, dan tidak dibaca balasannya."),
        _("Ubah atau hentikan di: {link}", link=to.public_url + PAGE),
    ]


def _line(each: Standing, to: Addressee) -> str:
    owed = each.owed
    name = translator(to.language)(owed.name) if owed.page else owed.name
    said = f"{name}: {say(each.what, to.language)}" if each.what else name
    at = formats.moment(owed.due_at, to.language, to.zone, to.now)
    late = owed.due_at < to.now
    line = _("{said}, lewat batas {at}", said=said, at=at) if late else None
    return say(line or _("{said}, batas {at}", said=said, at=at), to.language)


def _many(found: Sequence[Standing], more: bool) -> str:
    return f"{len(found)}+" if more else str(len(found))


def _letter(
    subject: Text,
    lines: Sequence[Text | str],
    to: Addressee,
    template: Template,
    values: tuple[str, ...],
) -> Words:
    body = "\n\n".join(say(each, to.language) for each in lines)
    return Words(say(subject, to.language), body + "\n", values, template)
