"""What resolution owns: cases, meetings, the deadline rules in force, the working calendars, and
the forms of monthly recaps."""

from services.resolution.domain.case import Case
from services.resolution.domain.governance import CalendarBook, RuleBook
from services.resolution.domain.meeting import Meeting
from services.resolution.domain.recap import EFFECTIVENESS, RecapForm
from services.resolution.domain.steps import FINDINGS, OUTCOMES, State

__all__ = [
    "EFFECTIVENESS",
    "FINDINGS",
    "OUTCOMES",
    "CalendarBook",
    "Case",
    "Meeting",
    "RecapForm",
    "RuleBook",
    "State",
]
