"""Where a page of a list ends and the next begins, as a text that is handed back."""

import base64
from datetime import datetime
from uuid import UUID

import msgspec

from services.kernel.errors import invalid
from services.kernel.text import _
from services.reporting.store import stored


def cursor_of(sort_key: datetime, complaint: UUID) -> str:
    """Return the cursor of what follows a row."""
    text = msgspec.json.encode([sort_key, complaint])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    """Return the row that a cursor follows; raises InvalidInput for one that is none of ours."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        last, complaint = msgspec.json.decode(text, type=tuple[datetime, UUID])
        return stored(last), complaint
    except (ValueError, msgspec.DecodeError):
        raise invalid("cursor", _("Penanda halaman ini tidak sah. Mulailah dari awal.")) from None
