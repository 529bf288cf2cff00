"""Where an e-mail or a message to a telephone may go. Pure."""

from email.errors import MessageError
from email.headerregistry import Address

import phonenumbers


def mail_address(written: str) -> str | None:
    """Return what was written down if it is the address of one mailbox, which every server takes
    (ASCII); None for what is none."""
    try:
        address = Address(addr_spec=written)
    except (MessageError, ValueError, IndexError):
        return None
    return written if address.domain and address.username and written.isascii() else None


def phone_number(written: str) -> str | None:
    """Return as E.164 the telephone number that was written down, of Indonesia where it names no
    country; None for what is none."""
    try:
        number = phonenumbers.parse(written, "ID")
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
