"""What cannot be so of a meeting, said field by field before anything is written."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.kernel.clock import Clock
from services.kernel.district import District
from services.kernel.errors import FieldError, InvalidInput, invalid
from services.kernel.store.unit_of_work import CLOCKS_DIFFER
from services.kernel.text import _
from services.kernel.vocabulary import MEETING_KINDS
from services.resolution.application import PLANNED_AHEAD
from services.resolution.domain.meeting import NOBODY
from services.resolution.meetings.said import Holding, Minutes, Plan

WRITTEN_LATER: Final = timedelta(days=366)
"""So long after a meeting it may still be written down: an older day is a mistyped year."""


class Checks:
    """Checks what was typed; days and months are those of the Puskesmas."""

    def __init__(self, district: District, clock: Clock) -> None:
        self._district = district
        self._clock = clock

    def plan(self, puskesmas: str, plan: Plan) -> None:
        """Raise InvalidInput with every wrong field of a plan."""
        errors = []
        if plan.kind not in MEETING_KINDS:
            known = ", ".join(MEETING_KINDS)
            errors.append(FieldError("kind", _("Pilih salah satu: {known}.", known=known)))
        now = self._clock()
        if not now - WRITTEN_LATER <= plan.starts_at <= now + PLANNED_AHEAD:
            far = _("Lebih dari setahun dari hari ini. Periksa tahunnya.")
            errors.append(FieldError("starts_at", far))
        errors += self._months(puskesmas, plan.months)
        if errors:
            raise InvalidInput(*errors)

    def holding(self, puskesmas: str, holding: Holding, held_at: datetime) -> None:
        """Raise InvalidInput with every wrong field of a meeting as it was held."""
        errors: list[FieldError] = []
        try:
            check_minutes(holding.minutes)
        except InvalidInput as problem:
            errors += problem.errors
        errors += self._months(puskesmas, holding.months or ())
        if held_at > self._clock() + CLOCKS_DIFFER:
            ahead = _("Waktu ini belum tiba. Isi dengan waktu yang sudah lewat.")
            raise InvalidInput(*errors, FieldError("held_at", ahead))
        began = held_at.astimezone(self._zone(puskesmas)).date()
        early = _("Batas ini mendahului rapatnya.")
        late = _("Batas ini lebih dari setahun lagi. Periksa tahunnya.")
        for index, each in enumerate(holding.decisions):
            if not began <= each.due_on <= began + PLANNED_AHEAD:
                message = early if each.due_on < began else late
                errors.append(FieldError(f"decisions[{index}].due_on", message))
        if errors:
            raise InvalidInput(*errors)

    def _months(self, puskesmas: str, months: Sequence[str]) -> list[FieldError]:
        latest = self._clock().astimezone(self._zone(puskesmas)).strftime("%Y-%m")
        message = _("Tulis bulan yang sudah berjalan, seperti 2026-10.")
        return [
            FieldError(f"months[{index}]", message)
            for index, month in enumerate(months)
            if not _is_month(month) or month > latest
        ]

    def _zone(self, puskesmas: str) -> ZoneInfo:
        return ZoneInfo(self._district.puskesmas(puskesmas).zone)


def check_minutes(minutes: Minutes) -> None:
    """Raise InvalidInput for minutes of a meeting at which nobody was."""
    if not minutes.attendance:
        raise invalid("attendance", NOBODY)


def _is_month(text: str) -> bool:
    try:
        return date.fromisoformat(f"{text}-01").strftime("%Y-%m") == text
    except ValueError:
        return False
