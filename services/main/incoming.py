"""Where messages of the public come from, as the settings name it, and what is owed to those that
wait."""

from collections.abc import Collection
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.intake.application import Intake
from services.intake.incoming.application import Incoming
from services.intake.incoming.listening import Listening
from services.intake.incoming.media import CloudMedia
from services.intake.incoming.modem import INBOX
from services.intake.incoming.pages import PATH
from services.kernel.text import _
from services.main.settings import PREFIX, BadSetting, Settings

OWED: Final = _("Pesan masuk dicatat pada hari datangnya")


def owed(intake: Intake, puskesmas: Collection[str]) -> list[dict[str, Any]]:
    """Return what these Puskesmas owe to those who wrote to them: at each at which messages wait,
    that they are dealt with, by the day on which the oldest came (as the lists tell of duties)."""
    found = []
    for code, sent_at in Incoming(intake).oldest(puskesmas).items():
        day = sent_at.astimezone(ZoneInfo(intake.district.puskesmas(code).zone)).date()
        about = {"about": f"incoming//{day}", "due_on": day, "name": OWED.msgid, "page": PATH}
        found.append({"puskesmas": code, **about})
    return found


def listening(settings: Settings, intake: Intake, homed: Collection[str]) -> Listening:
    """Return what takes messages in; `homed` are the Puskesmas whose home this origin is.

    Raises BadSetting for a Puskesmas that the district file does not name.
    """
    known = {each.code for each in intake.district.all_puskesmas}
    if settings.inbox_puskesmas not in {None, *known}:
        raise BadSetting(
            f"{PREFIX}INBOX_PUSKESMAS: {settings.inbox_puskesmas} is not in the district file"
        )
    named = settings.inbox_puskesmas or (next(iter(homed)) if len(homed) == 1 else None)
    inbox = settings.gammu_spool / INBOX if settings.gammu_spool else None
    return Listening(
        intake,
        named,
        # A modem that only sends has no such folder.
        inbox if inbox and inbox.is_dir() else None,
        settings.whatsapp_phone_id,
    )


def media(settings: Settings) -> CloudMedia | None:
    """Return where that lies which comes along with messages of WhatsApp."""
    if settings.whatsapp_token_file is None:
        return None
    return CloudMedia(settings.whatsapp_url, settings.whatsapp_token_file.read_text().strip())
