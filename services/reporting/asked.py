"""What was asked in an address: filters and instants, read the same way for calls and pages."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import Query

from services.kernel.access.principal import Principal
from services.kernel.access.reach import reach_of
from services.kernel.district import CLUSTERS, EFFORTS, District
from services.kernel.errors import InvalidInput, invalid
from services.kernel.text import _
from services.kernel.web.words import WORDS
from services.reporting.queries import Filters, When
from services.reporting.queries.question import DEFAULT_ZONE, LISTS
from services.reporting.queries.totals import FIGURES as TOTALS

Instant = Annotated[
    str | None,
    Query(
        description="RFC 3339 with offset, or a day (then its end)",
        examples=["2026-09-07T16:00:00+07:00", "2026-09-07"],
    ),
]
After = Annotated[
    str | None,
    Query(description="wait (2 s at most) until this position of a command's answer is in"),
]


YEARS: Final = range(1900, 9999)
FIRST_DAY = "first day (2026-09-01), in each Puskesmas' own zone"
LAST_DAY = "last day, included"
STATES: Final = (*WORDS["state"], *LISTS)


class Asked:
    """The filters of a report, as the address gives them."""

    def __init__(
        self,
        puskesmas: Annotated[str | None, Query(description="a Puskesmas' code")] = None,
        unit: Annotated[str | None, Query(description="a service unit's code")] = None,
        channel: str | None = None,
        category: str | None = None,
        state: Annotated[
            str | None,
            Query(description="a state of a case, or what waits: " + ", ".join(LISTS)),
        ] = None,
        barrier: Annotated[str | None, Query(description="a barrier's code")] = None,
        total: Annotated[
            str | None,
            Query(description="of a list, the cases behind a control total: " + ", ".join(TOTALS)),
        ] = None,
        area: Annotated[str | None, Query(description="KMP, UKM or UKPP: its units")] = None,
        cluster: Annotated[str | None, Query(description="a cluster's code: its units")] = None,
        since: Annotated[str | None, Query(alias="from", description=FIRST_DAY)] = None,
        until: Annotated[str | None, Query(alias="to", description=LAST_DAY)] = None,
        as_of: Instant = None,
        known_at: Instant = None,
        after: After = None,
    ) -> None:
        first, last = day(since, "from"), day(until, "to")
        if first and last and first > last:
            raise invalid("to", _("Hari terakhir mendahului hari pertama."))
        if state and state not in STATES:
            raise invalid("state", _("Tulis salah satu: {codes}.", codes=", ".join(STATES)))
        if total and total not in TOTALS:
            raise invalid("total", _("Tulis salah satu: {codes}.", codes=", ".join(TOTALS)))
        self._given = {
            "puskesmas": puskesmas or None,
            "unit": unit or None,
            "channel": channel or None,
            "category": category or None,
            "state": state or None,
            "barrier": barrier or None,
            "total": total or None,
            "since": first,
            "until": last,
        }
        self._area, self._cluster = area or None, cluster or None
        self.when = When(instant(as_of, "as_of"), instant(known_at, "known_at"))
        self.after = after

    def filters(self, principal: Principal, permission: str, district: District) -> Filters:
        """Return what was asked, within what the reader may see; raises Forbidden.

        `district` says which units are of the areas to which a coordinator is bound.
        """
        given: dict[str, Any] = self._given
        if given["puskesmas"] is not None:
            principal.role_for(permission, given["puskesmas"])
        reach = reach_of(principal, permission, district.units_in)
        units = self._units(district)
        return Filters(principal.scope(permission), reach=reach, units=units, **given)

    def _units(self, district: District) -> frozenset[str] | None:
        """Return the units of the area and cluster asked for; None: of all."""
        if self._area is None and self._cluster is None:
            return None
        if self._area not in (None, *EFFORTS):
            raise invalid("area", _("Tulis salah satu: {codes}.", codes=", ".join(EFFORTS)))
        if self._cluster not in (None, *CLUSTERS):
            raise invalid("cluster", _("Tulis salah satu: {codes}.", codes=", ".join(CLUSTERS)))
        return frozenset(
            unit.code
            for unit in district.units
            if self._area in (None, unit.effort) and self._cluster in (None, unit.cluster)
        )


def asked_when(as_of: Instant = None, known_at: Instant = None) -> When:
    """Return the instants that an address asks about; raises InvalidInput."""
    return When(instant(as_of, "as_of"), instant(known_at, "known_at"))


def instant(text: str | None, field: str, zone: str = DEFAULT_ZONE) -> datetime | None:
    """Return the instant that was written, a day's being its end; raises InvalidInput."""
    if not text:
        return None
    try:
        if len(text) == len("2026-01-01"):
            found = datetime.combine(date.fromisoformat(text), time.max, ZoneInfo(zone))
        else:
            # A space stands where an address lost the plus sign of the offset.
            found = datetime.fromisoformat(text.replace(" ", "+"))
        if found.tzinfo is None or found.year not in YEARS:
            raise _no_instant(field)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _no_instant(field) from None


def day(text: str | None, field: str) -> date | None:
    """Return the day that was written; raises InvalidInput."""
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    # A day at the edge of the calendar has no midnight in UTC.
    if found is None or found.year not in YEARS:
        raise invalid(field, _("Tulis tanggal seperti 2026-11-09."))
    return found


def _no_instant(field: str) -> InvalidInput:
    return invalid(
        field, _("Tulis hari (2026-09-07) atau waktu dengan zonanya (2026-09-07T16:00:00+07:00).")
    )
