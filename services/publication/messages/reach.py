"""Where a person can be reached, and in which way they want to be."""

from collections.abc import Mapping
from typing import Any, Final

from services.kernel.carriers.addresses import mail_address, phone_number

NEEDS: Final = {"sms": "phone", "whatsapp": "phone", "email": "email"}
"""By channel, what a form must know."""


def address_of(channel: str, person: Mapping[str, Any]) -> str | None:
    """Return the address of a person for a channel, however it was written down: a telephone number
    as E.164, an e-mail address as it is; None where there is none that can be one."""
    written = str(person.get(NEEDS[channel]) or "").strip()
    if not written:
        return None
    return mail_address(written) if channel == "email" else phone_number(written)


def needs_agreement(channel: str, wanted: str | None, came_by: str) -> bool:
    """Say whether the person is to be asked before they are told in this way.

    Who said how they want their answer wants it so; who said nothing may be told in the way that
    they came. Any other way is theirs to agree to (UU 27/2022 Ps 20: consent).
    """
    return channel != (wanted or came_by)
