"""Reporting's list of complaints, as the queue of resolution asks for it."""

from collections.abc import Mapping

from services.reporting.application import Reporting
from services.reporting.queries.complaints import Listing
from services.reporting.queries.question import Filters, When


class CasesOf:
    """Answers which cases there are, out of reporting's facts as of now."""

    def __init__(self, reporting: Reporting) -> None:
        self._reporting = reporting

    def cases(
        self,
        scope: frozenset[str] | None,
        asked: Mapping[str, str],
        *,
        limit: int,
        cursor: str | None,
    ) -> Listing:
        """Return a page of the cases within `scope` (None: all), the most urgent first."""
        filters = Filters(
            scope,
            puskesmas=asked.get("puskesmas"),
            unit=asked.get("unit"),
            channel=asked.get("channel"),
            category=asked.get("category"),
            state=asked.get("state"),
        )
        return self._reporting.complaints(
            filters, When(), order="deadline", limit=limit, cursor=cursor
        )
