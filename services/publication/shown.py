"""What the pages say of a publication: where it stands, what it waits for, and how it is called."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from services.kernel.access.permissions import roles_of
from services.kernel.access.principal import Principal
from services.kernel.access.reach import sees
from services.kernel.contracts import SealedBox
from services.kernel.district import District
from services.kernel.errors import NotFound
from services.kernel.keyring.words import About
from services.kernel.text import Text, _
from services.kernel.web import words as glossary
from services.publication.application import Publishing
from services.publication.domain import Publication
from services.publication.domain.redaction import Complainant, Piece, pieces
from services.publication.steps import FORMS

READ: Final = "publication.read"
NEXT: Final[Mapping[str, Text]] = {
    "draft": _("Rancangan yang disusun ulang"),
    "approval": _("Persetujuan kepala Puskesmas"),
    "release": _("Penerbitan"),
    "informed": _("Kabar kepada pelapor"),
}


def marked(person: Complainant, secret: bool, unit: str | None, text: str | None) -> list[Piece]:
    """Return a text with what may point to somebody marked, nothing of one that stays sealed."""
    return list(pieces(text or "", person, secret=secret, unit=unit))


def boxes_of(it: Publication) -> tuple[SealedBox | None, ...]:
    """Return the text, and what is to be mended in it."""
    return it.text, it.returned


def about(district: District | None, it: Publication, settled_at: datetime | None = None) -> About:
    """Return whose words a publication's are, for the check of the role."""
    area = district.area_of(it.service_unit) if district else None
    facts = it.complaint, it.puskesmas, it.confidentiality, it.entered_by
    return About(*facts, area, settled_at=settled_at)


def settled_at(publishing: Publishing, it: Publication) -> datetime | None:
    """Return since when a result waits for nothing more."""
    waits = not publishing.taken_back(it) and all_waits_for(it)
    return None if waits else publishing.history(it.id)[-1].time


def reaches(principal: Principal, it: Publication, district: District | None) -> bool:
    """Say whether a reader who is bound to areas sees this one in lists."""
    return district is None or sees(
        principal, READ, it.puskesmas, it.service_unit, district.units_in
    )


def next_step(it: Publication) -> str | None:
    """Return the step that a publication is at, None where nothing is left to do."""
    if it.state == "returned":
        return "draft"
    if it.state == "drafted" or (it.state == "approved" and it.needs_confirmation):
        return "approval"
    if it.state == "approved":
        return "release"
    return "informed" if "informed" in it.allowed else None


def waits_for(it: Publication) -> Text | None:
    """Return what people call that step."""
    step = next_step(it)
    if step == "approval" and it.state == "approved":
        return _("Persetujuan kedua kepala Puskesmas")
    return None if step is None else NEXT[step]


def all_waits_for(it: Publication) -> list[Text]:
    """Return what a result waits for; its complainant may be told before it is public."""
    told = NEXT["informed"] if "informed" in it.allowed else None
    return list(dict.fromkeys(each for each in (waits_for(it), told) if each))


def roles_said(step: str | None) -> list[Text | str]:
    """Return who takes a step, as people say it."""
    roles = roles_of(FORMS[step].permission) if step else ()
    return [glossary.word("role", role) for role in roles]


def channel_said(code: str) -> Text | str:
    """Return what people call a way in which somebody was told."""
    return _("Tanda terima") if code == "receipt" else glossary.word("channel", code)


def place_of(district: District | None, code: str) -> str:
    """Return the name of a Puskesmas, its code where no district is known."""
    return code if district is None else district.puskesmas(code).name


def unit_shown(district: District | None, it: Publication, language: str) -> str | None:
    """Return the unit that the board names beside the text: none for a confidential one."""
    return None if it.confidentiality == "confidential" else unit_of(district, it, language)


def unit_of(district: District | None, it: Publication, language: str) -> str | None:
    """Return the name of the unit that a result is about."""
    if district is None or it.service_unit is None:
        return None
    try:
        return district.unit(it.service_unit).name_in(language)
    except NotFound:
        return it.service_unit


def beginnings(
    district: District | None, categories: Iterable[str], language: str
) -> list[tuple[str, str, str]]:
    """Return the words with which a text about these categories may begin: code, name, words."""
    if district is None:
        return []
    found = []
    for code in categories:
        with suppress(NotFound):  # of a form that another district file was used for
            category = district.category(code)
            if category.publication is not None:
                found.append((code, category.name_in(language), category.publication))
    return found


def zone_of(district: District | None, code: str) -> ZoneInfo | None:
    """Return the zone of a Puskesmas, None where no district is known."""
    return None if district is None else ZoneInfo(district.puskesmas(code).zone)
