"""What stands below a result, wherever it is shown."""

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
    again = say(REOPENED, language) if item["reopened"] else ""
    planned = say(PLANNED, language) if item["planned"] and not item["reopened"] else ""
    return tuple(each for each in (planned, told, again) if each)
