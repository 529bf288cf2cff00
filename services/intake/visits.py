"""The visits of a month: written down or put right, one month or a whole file of them."""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from services.intake.application import Intake
from services.intake.domain import MonthOfVisits
from services.kernel.aggregate import Intent
from services.kernel.contracts.intake import UnitVisitsV1
from services.kernel.district import Puskesmas
from services.kernel.errors import FieldError, InvalidInput, NotFound
from services.kernel.months import Month
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import Text, _

_WHOLE: Final = re.compile(r"[0-9]+|[0-9]{1,3}(\.[0-9]{3})+")
_DIGITS: Final = 12
VISITS_MOST: Final = 1_000_000
"""More in one month at one Puskesmas is a slip of the finger."""


@dataclass(frozen=True)
class Counted:
    """The visits of one month: all of them, and of the units that are named."""

    month: Month
    visits: int
    by_unit: Mapping[str, int]


def record_visits(
    intake: Intake, puskesmas: str, counted: Counted, intent: Intent, once: Once | None = None
) -> "Future[Answer]":
    """Write the visits of a month down, or put them right; what stands so already stays.

    Raises NotFound and NotServedHere for the Puskesmas, InvalidInput with every wrong field, and
    for a month that is not over there.
    """
    return record_all(intake, puskesmas, [counted], intent, once)


def record_all(
    intake: Intake,
    puskesmas: str,
    months: Sequence[Counted],
    intent: Intent,
    once: Once | None = None,
) -> "Future[Answer]":
    """Write the visits of several months down, all or none; raises as `record_visits`."""
    here = intake.at(puskesmas)
    for counted in months:
        check(here, counted)

    def decide(uow: UnitOfWork) -> Ids:
        act = uow.act(intent)
        ids: Ids = {}
        for counted in months:
            _starts, ends = counted.month.bounds(here.zone)
            if uow.now < ends:
                message = _(
                    "Bulan {month} belum berakhir. Isi kunjungannya mulai bulan berikutnya.",
                    month=str(counted.month),
                )
                raise InvalidInput(FieldError("month", message))
            by_unit = [
                UnitVisitsV1(unit=unit, visits=visits)
                for unit, visits in sorted(counted.by_unit.items())
            ]
            id = MonthOfVisits.id_of(here.code, str(counted.month))
            found = uow.find(MonthOfVisits, id)
            if found is None:
                found = MonthOfVisits.start(
                    act, here.code, str(counted.month), counted.visits, by_unit
                )
            else:
                found.correct(act, counted.visits, by_unit)
            uow.save(found)
            ids = {"id": str(id), "month": str(counted.month), "version": found.version}
        return ids

    return intake.command(decide, once)


def whole_number(written: str) -> int | None:
    """Return a whole number that is not negative, its thousands parted by dots or not; None for
    anything else, so that no 12.5 becomes 125."""
    if len(written) > _DIGITS or not _WHOLE.fullmatch(written):
        return None
    return int(written.replace(".", ""))


def check(here: Puskesmas, counted: Counted) -> None:
    """Raise InvalidInput with every wrong figure of a month."""
    errors = []
    if not 0 <= counted.visits <= VISITS_MOST:
        errors.append(FieldError("visits", _out_of_range()))
    for unit, visits in counted.by_unit.items():
        if unit not in here.units:
            message = _("Unit ini tidak ada di Puskesmas ini.")
            errors.append(FieldError(f"units.{unit}", message))
        elif not 0 <= visits <= VISITS_MOST:
            errors.append(FieldError(f"units.{unit}", _out_of_range()))
        elif visits > counted.visits:
            message = _("Lebih banyak daripada seluruh kunjungan bulan itu.")
            errors.append(FieldError(f"units.{unit}", message))
    if errors:
        raise InvalidInput(*errors)


def recorded(intake: Intake, puskesmas: str, month: Month) -> MonthOfVisits | None:
    """Return what is written down of a month here; None: nothing."""
    try:
        return intake.read(MonthOfVisits, MonthOfVisits.id_of(puskesmas, str(month)))
    except NotFound:
        return None


def _out_of_range() -> Text:
    return _("Tulis angka dari 0 sampai {limit}.", limit=VISITS_MOST)
