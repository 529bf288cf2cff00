"""The versions of the deadline rules, and history judged under two of them."""

from typing import Any

from services.kernel.calendar import WorkCalendar
from services.kernel.district import District, Rules
from services.kernel.errors import invalid
from services.kernel.text import _
from services.reporting.application import Reporting
from services.reporting.judging import Comparison, compare
from services.reporting.queries import Filters, When
from services.reporting.queries.cases import by_version, cases, declared_days


class RuleVersions:
    """Answers about the versions of the district file, over the cases of the log copy."""

    def __init__(self, reporting: Reporting, district: District) -> None:
        self._reporting, self._district = reporting, district

    def versions(self, filters: Filters) -> list[dict[str, Any]]:
        """Return each version with its limits, where each of these comes from, and how many of
        the reader's cases keep promises that it made."""
        counted = by_version(self._reporting.store.reader(), filters)
        return [
            {
                "version": rules.version,
                "in_force_from": rules.in_force_from,
                "digest": rules.digest,
                "cases": counted.get(rules.version, 0),
                "limits": [
                    limit.model_dump()
                    | {"source": rules.source(limit).text, "mark": rules.source(limit).mark}
                    for limit in rules.limits
                ],
            }
            for rules in self._district.rules
        ]

    def diff(self, a: int, b: int, filters: Filters, when: When) -> Comparison:
        """Judge the reader's cases under two versions. Raises InvalidInput for an unknown one."""
        one, other = self._version(a, "a"), self._version(b, "b")
        reader = self._reporting.store.reader()
        declared = declared_days(reader, when)
        calendars: dict[str, WorkCalendar] = {}

        def calendar_of(code: str) -> WorkCalendar:
            if code not in calendars:
                here, days = self._district.puskesmas(code), declared.get(code, ())
                calendars[code] = WorkCalendar(here.zone, here.work_days, days, version=len(days))
            return calendars[code]

        known = {each.code for each in self._district.all_puskesmas}
        found = (each for each in cases(reader, filters, when) if each.puskesmas in known)
        return compare(found, one, other, calendar_of, when.instant(self._reporting.clock()))

    def _version(self, version: int, field: str) -> Rules:
        for rules in self._district.rules:
            if rules.version == version:
                return rules
        known = ", ".join(str(rules.version) for rules in self._district.rules)
        raise invalid(field, _("Versi ini tidak ada; yang ada: {known}.", known=known))
