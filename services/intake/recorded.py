"""The district file as events: what differs from what is recorded is recorded."""

from collections.abc import Collection
from typing import Any

from services.intake.domain import BoxEntry, PuskesmasEntry, UnitEntry, entry_id
from services.kernel.aggregate import SYSTEM, Act, Intent
from services.kernel.contracts.intake import ScheduleV1
from services.kernel.district import Box, District, Puskesmas, Unit
from services.kernel.store import UnitOfWork


def record_district(uow: UnitOfWork, district: District, codes: Collection[str], home: str) -> None:
    """Record units, these Puskesmas and their boxes where they changed; `home` is the origin that
    loads the file."""
    act = uow.act(Intent(SYSTEM, "district_file"))
    for unit in district.units:
        _record_unit(uow, act, unit)
    for each in (p for p in district.all_puskesmas if p.code in codes):
        _record_puskesmas(uow, act, each, home)
        for box in each.boxes:
            _record_box(uow, act, each.code, box)


def _record_unit(uow: UnitOfWork, act: Act, unit: Unit) -> None:
    facts = {
        "code": unit.code,
        "name": unit.name,
        "effort": unit.effort,
        "cluster": unit.cluster,
    }
    at = entry_id("unit", unit.code)
    entry = uow.find(UnitEntry, at)
    if entry is None:
        entry = UnitEntry.begin(UnitEntry.Registered, act, id=at, puskesmas="", **facts)
    elif entry.differs(facts):
        entry.record(UnitEntry.Changed, act, **facts)
    uow.save(entry)


def _record_puskesmas(uow: UnitOfWork, act: Act, each: Puskesmas, home: str) -> None:
    facts = {
        "code": each.code,
        "name": each.name,
        "short_code": each.short_code,
        "letter": each.letter,
        "kecamatan": each.kecamatan,
        "zone": each.zone,
        "work_days": each.work_days,
        "units": list(each.units),
    }
    at = entry_id("puskesmas", each.code)
    entry = uow.find(PuskesmasEntry, at)
    if entry is None:
        entry = PuskesmasEntry.begin(
            PuskesmasEntry.Registered, act, id=at, puskesmas=each.code, **facts
        )
    elif entry.differs(facts):
        entry.record(PuskesmasEntry.Changed, act, **facts)
    where = {"home": each.home or home}
    if entry.differs(where):
        entry.record(PuskesmasEntry.Homed, act, code=each.code, **where)
    uow.save(entry)


def _record_box(uow: UnitOfWork, act: Act, puskesmas: str, box: Box) -> None:
    schedule = box.schedule
    facts: dict[str, Any] = {
        "code": box.code,
        "name": box.name,
        "unit": box.unit,
        "schedule": ScheduleV1(
            weeks=schedule.weeks,
            months=schedule.months,
            weekday=schedule.weekday,
            day=schedule.day,
            if_closed=schedule.if_closed,
        ),
        "since": box.since,
        "in_use": box.in_use,
    }
    at = entry_id("box", f"{puskesmas}:{box.code}")
    entry = uow.find(BoxEntry, at)
    if entry is None:
        entry = BoxEntry.begin(BoxEntry.Registered, act, id=at, puskesmas=puskesmas, **facts)
    elif entry.differs(facts):
        entry.record(BoxEntry.Changed, act, **facts)
    uow.save(entry)
