"""What stands below a result, wherever it is shown."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from services.kernel.text import _
from services.kernel.web import formats
from services.kernel.web.language import say
from services.reporting.words import Names

PLANNED = _("Rencana perbaikan: sedang kami kerjakan.")
REOPENED = _("Sedang kami tangani lagi; hasil yang baru menyusul.")


def notes(item: dict[str, Any], names: Names, language: str, zone: ZoneInfo) -> tuple[str, ...]:
    """Return whether it is planned only; unit and day, none of a confidential one; and whether its
    case is open again."""
    facts = [names.unit(item["service_unit"])]
    if item["published_at"]:
        facts.append(formats.stamp(item["published_at"].astimezone(zone).date(), language, zone))
    told = " · ".join(each for each in facts if each)
    said = standing(item, language)
    return tuple(each for each in ((told, said) if item["reopened"] else (said, told)) if each)


def standing(item: Mapping[str, Any], language: str) -> str:
    """Return that a text is planned only, or that its case is open again; nothing of a result that
    stands."""
    if item["reopened"]:
        return say(REOPENED, language)
    return say(PLANNED, language) if item["planned"] else ""
