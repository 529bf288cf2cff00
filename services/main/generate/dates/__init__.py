"""What the SOPs ask for by date, in generated histories: surveys, meetings, recaps and visits.

Planned from a seed of its own for each Puskesmas, so that the complaints are what they are without
it, but for one whose entry is amended after its month was reported. Boxes are opened with the
complaints that are in them (`arrivals.py`).
"""

from collections.abc import Sequence
from datetime import datetime
from random import Random

from services.kernel.district import District
from services.main.generate.arrivals import Place
from services.main.generate.dates.diary import Diary
from services.main.generate.dates.meetings import plan_meetings
from services.main.generate.dates.recaps import plan_recaps
from services.main.generate.dates.surveys import plan_surveys
from services.main.generate.lives import Life, Planned


def dates(
    place: Place,
    district: District,
    lives: Sequence[Life],
    between: tuple[datetime, datetime],
    seed: int,
) -> list[Planned]:
    """Return what a Puskesmas does by date between two moments; `lives` are the complaints."""
    chance = Random(f"{seed}/dates/{place.code}")  # noqa: S311 - histories, not secrets
    own = [each for each in lives if each.puskesmas == place.code]
    diary = Diary(place, district, own, *between, chance)
    plan_recaps(diary)
    plan_meetings(diary)
    plan_surveys(diary)
    return diary.steps
