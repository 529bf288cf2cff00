"""The district file: who takes part, what may be chosen on a form, and which deadlines hold."""

from services.kernel.district.choices import (
    CLUSTERS,
    EFFORTS,
    SKM_ELEMENTS,
    Category,
    Choice,
    SurveyElements,
    Unit,
)
from services.kernel.district.load import SHIPPED, DistrictFileError, load_district, read_district
from services.kernel.district.model import (
    Box,
    Contact,
    District,
    Puskesmas,
    Recaps,
)
from services.kernel.district.papers import OfficePaper, PaperAbout, PaperKind
from services.kernel.district.reminders import ReminderRule, ReminderRules
from services.kernel.district.rules import (
    UNGRADED,
    Limit,
    Rules,
    Source,
)
from services.kernel.district.schedules import (
    WEEKDAYS,
    AgendaRules,
    DutyKind,
    DutyRule,
    Period,
    Schedule,
)

__all__ = [
    "CLUSTERS",
    "EFFORTS",
    "SHIPPED",
    "SKM_ELEMENTS",
    "UNGRADED",
    "WEEKDAYS",
    "AgendaRules",
    "Box",
    "Category",
    "Choice",
    "Contact",
    "District",
    "DistrictFileError",
    "DutyKind",
    "DutyRule",
    "Limit",
    "OfficePaper",
    "PaperAbout",
    "PaperKind",
    "Period",
    "Puskesmas",
    "Recaps",
    "ReminderRule",
    "ReminderRules",
    "Rules",
    "Schedule",
    "Source",
    "SurveyElements",
    "Unit",
    "load_district",
    "read_district",
]
