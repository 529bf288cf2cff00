"""The closed lists of codes that several rooms share; people read them by `web/words.py`.

The codes are those of events and calls, and never change.
"""

from typing import Final, Literal, get_args

Channel = Literal[
    "in_person",
    "suggestion_box",
    "survey",
    "phone",
    "sms",
    "whatsapp",
    "email",
    "web",
    "instagram",
    "facebook",
    "google_review",
    "meeting",
    "letter",
    "lapor",
]
CHANNELS: Final = get_args(Channel)

CaseKind = Literal["complaint", "suggestion", "information_request"]
CASE_KINDS: Final = get_args(CaseKind)
"""The kinds that open a case; praise is counted, and has no deadline."""

Grade = Literal["red", "yellow", "green"]
GRADES: Final = get_args(Grade)

MeetingKind = Literal[
    "quality_meeting",
    "monthly_lokmin",
    "quarterly_lokmin",
    "linsek",
    "smd",
    "mmd",
    "management_review",
]
MEETING_KINDS: Final = get_args(MeetingKind)
