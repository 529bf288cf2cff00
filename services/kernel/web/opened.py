"""Who opened the sealed words of a complaint, as its pages show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from services.kernel.keyring import Opening
from services.kernel.keyring.words import IDENTITY_FIELD
from services.kernel.text import Text, _
from services.kernel.web import words
from services.kernel.web.others import Who

SHOWN: Final = 20
WHY: Final[Mapping[str, Text]] = {
    "case": _("membaca kasus"),
    "case_file": _("mencetak berkas kasus"),
    "complaint_form": _("membaca formulir keluhan"),
    "alike": _("membandingkan dengan keluhan serupa"),
    "attachment": _("membuka lampiran"),
    "import": _("membaca berkas impor"),
    "work": _("daftar kerja saya"),
    "queue": _("daftar kasus"),
    "evaluation": _("daftar evaluasi"),
    "notices": _("daftar pemberitahuan"),
    "publication": _("menyiapkan publikasi"),
    "publications": _("daftar publikasi"),
    "release": _("menerbitkan"),
}
"""By the page of the access log: what the words were opened for."""


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
        groups.setdefault((each.account, each.role, each.page, day), []).append(each)
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
    )
