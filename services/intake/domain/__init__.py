"""What intake owns: complaints, box openings, visits, and the district's master data.

Pure: no clock, no randomness, no I/O.
"""

from services.intake.domain.box import BoxOpening
from services.intake.domain.complaint import (
    BY_COMPLAINANT,
    BY_OFFICER,
    CONFIDENTIALITIES,
    CORRECTABLE,
    KINDS,
    RATINGS,
    Complaint,
)
from services.intake.domain.erasure import HOLD_REASONS, REASONS, Erasure, Hold, Stage
from services.intake.domain.master import BoxEntry, PuskesmasEntry, UnitEntry, entry_id
from services.intake.domain.visits import MonthOfVisits

__all__ = [
    "BY_COMPLAINANT",
    "BY_OFFICER",
    "CONFIDENTIALITIES",
    "CORRECTABLE",
    "HOLD_REASONS",
    "KINDS",
    "RATINGS",
    "REASONS",
    "BoxEntry",
    "BoxOpening",
    "Complaint",
    "Erasure",
    "Hold",
    "MonthOfVisits",
    "PuskesmasEntry",
    "Stage",
    "UnitEntry",
    "entry_id",
]
