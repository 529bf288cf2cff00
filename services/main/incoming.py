"""Where messages of the public come from, as the settings name it."""

from collections.abc import Collection

from services.intake.application import Intake
from services.intake.incoming.listening import Listening
from services.intake.incoming.media import CloudMedia
from services.intake.incoming.modem import INBOX
from services.main.settings import PREFIX, BadSetting, Settings


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
