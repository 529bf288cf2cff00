"""Where an e-mail may go. Pure."""

from email.errors import MessageError
from email.headerregistry import Address


def mail_address(written: str) -> str | None:
    """Return what was written down if it is the address of one mailbox, which every server takes
    (ASCII); None for what is none."""
    try:
        address = Address(addr_spec=written)
    except (MessageError, ValueError, IndexError):
        return None
    return written if address.domain and address.username and written.isascii() else None
