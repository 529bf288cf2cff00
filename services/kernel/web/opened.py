"""Who opened the sealed words of a complaint, as its pages show it, and the question why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import Form as Typed

from services.kernel.access.principal import Principal
from services.kernel.contracts import SealedBox
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.keyring import About, Opening, Reason, Words
from services.kernel.keyring.openings import IDENTITY_FIELD
from services.kernel.keyring.words import REASONS
from services.kernel.text import Text, _
from services.kernel.web import words
from services.kernel.web.forms import Form
from services.kernel.web.others import Who

SHOWN: Final = 20
WHY: Final[Mapping[str, Text]] = {
    "case": _("membaca kasus"),
    "case_file": _("mencetak berkas kasus"),
    "complaint_form": _("membaca formulir keluhan"),
    "complaint_paper": _("mencetak formulir keluhan"),
    "alike": _("membandingkan dengan keluhan serupa"),
    "attachment": _("membuka lampiran"),
    "import": _("membaca berkas impor"),
    "work": _("daftar kerja saya"),
    "queue": _("daftar kasus"),
    "evaluation": _("daftar evaluasi"),
    "notices": _("daftar pemberitahuan"),
    "meeting": _("membaca rapat"),
    "meeting_paper": _("mencetak berkas rapat"),
    "meetings": _("daftar keputusan rapat"),
    "publication": _("menyiapkan publikasi"),
    "publications": _("daftar publikasi"),
    "evidence": _("membuka bukti terbit"),
    "release": _("menerbitkan"),
    "survey": _("membaca survei dan masukannya"),
    "recap": _("lembar rekap bulanan"),
    "recap_file": _("mencetak rekap bulanan"),
    "bundle": _("menyusun berkas akreditasi"),
    "message": _("mengirim pesan kepada pelapor"),
    "incoming": _("membaca pesan masuk"),
}
"""By the page of the access log: what the words were opened for."""
REASON_WORDS: Final[Mapping[str, Text]] = {
    "complainant_asks": _("Pelapor bertanya lagi atau menghubungi kembali"),
    "similar_case": _("Menangani keluhan baru yang serupa"),
    "report": _("Menyusun laporan atau bahan rapat"),
    "quality_review": _("Penilaian mutu atau akreditasi"),
    "official_request": _("Permintaan resmi: dinas, pemeriksa, atau penegak hukum"),
    "correction": _("Memeriksa atau membetulkan catatan"),
    "other": _("Lainnya"),
}
REASONS_WHY: Final = [(code, REASON_WORDS[code]) for code in REASONS]
WHY_LABELS: Final[Mapping[str, Text]] = {
    "why": _("Untuk apa isinya dibuka"),
    "why_note": _("Rujukan"),
}
Why = Annotated[str, Typed(max_length=2000)]
"""A field of the form in which a reader says why."""


@dataclass(frozen=True)
class Opened:
    """What one account opened on one page within a day, in one role."""

    who: Text | str
    role: Text | str
    why: Text | str
    last: datetime
    times: int
    identity: bool
    """Whether who the complainant is was among it."""
    reason: Text | str | None = None
    """What the reader said of why, where their ordinary work did not ask for it."""


def opened(
    openings: Sequence[Opening] | None,
    key: str,
    zone: ZoneInfo,
    who: Who,
    most: int | None = SHOWN,
) -> list[Opened] | None:
    """Return openings (oldest first) of a complaint's `key` as they are shown, the newest first,
    `most` of them (None: all); None stays None."""
    if openings is None:
        return None
    groups: dict[tuple[object, ...], list[Opening]] = {}
    for each in reversed(openings):
        day = each.at.astimezone(zone).date()
        groups.setdefault((each.account, each.role, each.page, day, each.reason), []).append(each)
    return [_shown(group, key, who) for group in [*groups.values()][:most]]


def _shown(group: list[Opening], key: str, who: Who) -> Opened:
    newest = group[0]
    places = [place for each in group for box, place in each.boxes if box == key]
    return Opened(
        who(newest.account, newest.role),
        words.word("role", newest.role),
        WHY.get(newest.page, newest.page),
        newest.at,
        len(group),
        any(place.endswith(IDENTITY_FIELD) for place in places),
        None if newest.reason is None else reason_said(newest.reason),
    )


def reason_said(reason: Reason) -> Text | str:
    """Return a reason as it is shown, with its note."""
    said = REASON_WORDS.get(reason.code, reason.code)
    if not reason.note:
        return said
    return _("{reason} ({note})", reason=said, note=reason.note)


def say_why(
    opening: Words,
    principal: Principal,
    about: About,
    boxes: Sequence[SealedBox | None],
    why: str,
    note: str,
) -> Form | None:
    """Note why somebody opens the words of a complaint that is long past; return the form with
    what is wrong in it, None where nothing is. Raises Forbidden (`Words.give_reason`)."""
    try:
        opening.give_reason(principal, about, boxes, why, note)
    except InvalidInput as problem:
        named = {"reason": "why", "note": "why_note"}
        errors = tuple(FieldError(named[each.field], each.message) for each in problem.errors)
        return Form({"why": why, "why_note": note}, errors, problem.detail)
    return None
