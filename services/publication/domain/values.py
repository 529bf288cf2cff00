"""What a publication is told in: media, ways to tell somebody, and the facts that it keeps."""

from datetime import datetime, timedelta
from typing import NamedTuple

from services.kernel.contracts import SealedBox

AHEAD = timedelta(days=366)
EVIDENCE_MOST = 30
MEDIA = ("notice_board", "clinic_tv", "social_media")
WRITERS = "complaint_team"
"""The role of whoever worded an automatic draft: it is the documentation's text."""
INFORMED_BY = ("in_person", "phone", "sms", "whatsapp", "email", "letter", "meeting", "receipt")
REACHES = {
    "phone": "phone",
    "sms": "phone",
    "whatsapp": "phone",
    "email": "email",
    "letter": "address",
}
"""What must be known of a person for each way of telling that needs something."""


class Public(NamedTuple):
    """What everybody may read: the words in clear, and since when."""

    text: str
    since: datetime
    shows_unit_and_date: bool


class Scheduled(NamedTuple):
    """A release at a set time, and who wants it."""

    at: datetime
    media: list[str]
    by: str
    role: str


class Evidence(NamedTuple):
    """What proves that a medium shows the text; `media_type` is that of a photo, None: none."""

    id: str
    medium: str
    seen_at: datetime
    by: str
    role: str
    link: SealedBox | None
    media_type: str | None
