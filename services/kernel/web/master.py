"""The master data as they stand today, and where each of them is changed (only to read)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.calendar import Override, holidays_of, joint_leave_known
from services.kernel.district import CLUSTERS, SKM_ELEMENTS, District, Schedule
from services.kernel.text import Text, _
from services.kernel.vocabulary import CHANNELS
from services.kernel.web.language import language_of
from services.kernel.web.pages import NavItem, render
from services.kernel.web.words import WORDS

PATH: Final = "/data-induk"
READ: Final = "master.read"
NAV: Final = NavItem("master", _("Data induk"), PATH, "master.change", rare=True)

DAYS: Final[Mapping[str, Text]] = {
    "monday": _("Senin"),
    "tuesday": _("Selasa"),
    "wednesday": _("Rabu"),
    "thursday": _("Kamis"),
    "friday": _("Jumat"),
    "saturday": _("Sabtu"),
    "sunday": _("Minggu"),
}
DUTIES: Final[Mapping[str, Text]] = {
    "recap_acknowledgement": _("Rekap diketahui kepala Puskesmas"),
    "survey": _("Survei kepuasan masyarakat"),
    **WORDS["meeting"],
}

Declared = Callable[[str], tuple[Override, ...]]


def router(district: District, declared: Declared) -> APIRouter:
    """Return the page; `declared` gives the days of a Puskesmas' calendar that differ from the
    national one."""
    pages = APIRouter(include_in_schema=False)

    @pages.get(PATH)
    def master(request: Request, _principal: Annotated[Principal, requires(READ)]) -> Response:
        """Show Puskesmas, units, channels, categories, rules and national holidays."""
        now = datetime.now(ZoneInfo(district.all_puskesmas[0].zone))
        days = [(each.name, day) for each in district.all_puskesmas for day in declared(each.code)]
        return render(
            request,
            "master.html",
            section="master",
            district=district,
            channels=CHANNELS,
            declared=sorted(days, key=lambda each: each[1].day, reverse=True),
            clusters=CLUSTERS,
            elements=SKM_ELEMENTS,
            scheduled=scheduled,
            duties=DUTIES,
            in_force=district.rules_at(now.date()).version,
            named=lambda each: each.name_in(language_of(request)),
            sourced=lambda source: district.source_in(language_of(request), source),
            year=now.year,
            holidays=sorted(holidays_of(now.year).items()),
            joint_leave_known=joint_leave_known(now.year),
        )

    return pages


def scheduled(schedule: Schedule) -> Text:
    """Return in words how often something is due, and by which day."""
    if schedule.weekday is not None:
        return _("tiap {n} minggu, {day}", n=schedule.weeks, day=DAYS[schedule.weekday])
    if schedule.months_later:
        return _(
            "tiap {n} bulan, tanggal {day}, {later} bulan sesudahnya",
            n=schedule.months,
            day=schedule.day,
            later=schedule.months_later,
        )
    return _("tiap {n} bulan, tanggal {day}", n=schedule.months, day=schedule.day)
