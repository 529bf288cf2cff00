"""Lifelike case histories for benches, drills and trials: `tanggap generate`, and the demo's.

What happens is planned from a seed alone (`arrivals`, `lives`, `words`), then lived through on a
node's own services by a clock that is set (`writing`).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from services.kernel.access.store import AccessStore
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import system_clock
from services.kernel.district import District
from services.main.folder import is_half_filled, is_new, mark_filled, mark_filling
from services.main.generate.arrivals import arrivals, box_openings, places
from services.main.generate.dates import dates
from services.main.generate.lives import Life, lives
from services.main.generate.writing import Crew, Dated, Opening, SetClock, Writing
from services.main.migrate import opened
from services.main.node import Node
from services.main.settings import Settings

SPAN = timedelta(days=548)
"""How far back the histories reach: 18 months."""
Told = Callable[[str, float], None]


class CannotGenerate(Exception):
    """Histories cannot be written here, or until then; the message says what to do."""


def half_filled(settings: Settings) -> str:
    """Return what to do about a folder whose histories broke off."""
    return (
        f"Riwayat percobaan di {settings.data} terputus sebelum selesai ditulis. "
        "Hapus folder itu, lalu ulangi."
    )


@dataclass(frozen=True)
class Generated:
    """What was written."""

    complaints: int
    events: int


class Histories:
    """The histories of `cases` complaints over 18 months up to the first moment of `until`.

    The same seed, district and `until` give the same histories; ids and keys are new each time.
    `until` None: today. The Puskesmas of `dated` (codes) also do what the SOPs ask for by date; the
    complaints are the same with and without. Raises CannotGenerate for a time that has not come, or
    one for which the district has no rules.
    """

    def __init__(
        self,
        settings: Settings,
        district: District,
        cases: int,
        seed: int,
        until: date | None,
        *,
        dated: Collection[str] = (),
    ) -> None:
        self._settings, self._district = settings, district
        self._cases, self._seed, self._dated = cases, seed, dated
        now = system_clock()
        zone = ZoneInfo(settings.timezone)
        day = until or now.astimezone(zone).date()
        self._until = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
        self._begun = self._until - SPAN
        if self._until > now:
            raise CannotGenerate("--until: hari itu belum tiba. Pilih hari ini atau sebelumnya.")
        first = min(rules.in_force_from for rules in district.rules)
        if self._begun.date() < first:
            raise CannotGenerate(
                f"--until: aturan kabupaten baru berlaku sejak {first}. "
                f"Pilih hari yang paling awal {(first + SPAN)}."
            )

    def write(self, told: Told, accounts: Callable[[AccessStore], object]) -> Generated:
        """Fill an empty data folder; `accounts` adds those whom the histories may name.

        `told` is called with what is done now (`histories`, `reports`) and how much of it is, 0 to
        1. Raises CannotGenerate where the folder has a history of its own or half of one, and
        AlreadyServed.
        """
        clock = SetClock(self._begun - timedelta(days=1))
        if is_new(self._settings):
            mark_filling(self._settings)  # what is broken off before it begins is told, too
        with opened(self._settings, self._district, clock) as node:
            try:
                if node.intake.recorder.max_notification_id():
                    raise CannotGenerate(self._told_full())
                mark_filling(self._settings)
                accounts(node.access)
                written = self._fill(node, clock, told)
                mark_filled(self._settings)
                return written
            finally:
                node.close()

    def planned(self) -> tuple[list[Life], list[Opening], Dated]:
        """Return the histories as they are planned, when boxes are opened, and what is done by
        date."""
        chance = Random(self._seed)  # noqa: S311 - histories, not secrets
        calendars = {
            each.code: WorkCalendar(each.zone, each.work_days)
            for each in self._district.all_puskesmas
        }
        among = places(calendars, chance)
        first = self._begun.date()
        come = arrivals(among, self._cases, first, self._until, chance)
        openings = box_openings(among, first, self._until, chance)
        found = lives(come, self._district.unit, self._seed, self._until)
        between = self._begun, self._until
        dated = {
            place.code: dates(place, self._district, found, between, self._seed)
            for place in among
            if place.code in self._dated
        }
        return found, openings, dated

    def _told_full(self) -> str:
        if is_half_filled(self._settings):
            return half_filled(self._settings)
        return f"{self._settings.data} sudah berisi. Pilih folder lain dengan --data."

    def _fill(self, node: Node, clock: SetClock, told: Told) -> Generated:
        node.record_district()
        found, openings, dated = self.planned()
        writing = Writing(node, clock, Crew(_known(node.access)))
        for now in writing.write(found, openings, dated):
            told("histories", (now - self._begun) / SPAN)
        _fold(node, lambda part: told("reports", part))
        writing.report(dated)
        _fold(node, lambda part: told("reports", part))
        services = (node.intake, node.resolution, node.publication, node.recaps)
        return Generated(
            len(found), sum(each.recorder.max_notification_id() or 0 for each in services)
        )


def _fold(node: Node, told: Callable[[float], None]) -> None:
    """Let reporting take in what lies on the stream."""
    log = node.reporting.log
    behind = log.lag()
    while left := log.lag():
        told(1 - left / behind)
        log.step()


def _known(access: AccessStore) -> dict[tuple[str, str], str]:
    """Return the accounts by Puskesmas and role, so that histories name who works there."""
    return {
        (puskesmas, grant.role): account.id
        for account in access.list_accounts()
        for grant in account.grants
        for puskesmas in grant.puskesmas or ()
    }
