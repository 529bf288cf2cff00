"""What resolution owns: cases, the deadline rules in force, and the working calendars."""

from services.resolution.domain.case import Case
from services.resolution.domain.governance import CalendarBook, RuleBook
from services.resolution.domain.steps import FINDINGS, OUTCOMES, State

__all__ = ["FINDINGS", "OUTCOMES", "CalendarBook", "Case", "RuleBook", "State"]
