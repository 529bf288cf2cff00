"""The district file as events: what differs from what is recorded is recorded."""

from collections.abc import Collection

from services.intake.domain import PuskesmasEntry, UnitEntry, entry_id
from services.kernel.aggregate import SYSTEM, Intent
from services.kernel.district import District
from services.kernel.store import UnitOfWork


def record_district(uow: UnitOfWork, district: District, codes: Collection[str], home: str) -> None:
    """Record units and these Puskesmas where they changed; `home` is the origin that loads the
    file."""
    act = uow.act(Intent(SYSTEM, "district_file"))
    for unit in district.units:
        unit_facts = {
            "code": unit.code,
            "name": unit.name,
            "effort": unit.effort,
            "cluster": unit.cluster,
        }
        entry = uow.find(UnitEntry, entry_id("unit", unit.code))
        if entry is None:
            entry = UnitEntry.begin(
                UnitEntry.Registered,
                act,
                id=entry_id("unit", unit.code),
                puskesmas="",
                **unit_facts,
            )
        elif entry.differs(unit_facts):
            entry.record(UnitEntry.Changed, act, **unit_facts)
        uow.save(entry)
    for each in (p for p in district.all_puskesmas if p.code in codes):
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
        puskesmas = uow.find(PuskesmasEntry, at)
        if puskesmas is None:
            puskesmas = PuskesmasEntry.begin(
                PuskesmasEntry.Registered, act, id=at, puskesmas=each.code, **facts
            )
        elif puskesmas.differs(facts):
            puskesmas.record(PuskesmasEntry.Changed, act, **facts)
        where = {"home": each.home or home}
        if puskesmas.differs(where):
            puskesmas.record(PuskesmasEntry.Homed, act, code=each.code, **where)
        uow.save(puskesmas)
