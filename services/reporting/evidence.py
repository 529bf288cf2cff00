"""What a period of one Puskesmas left behind that an accreditation asks for, without a word of what
was said: its complaints, openings of boxes, surveys, recaps, and what was told to the public."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from duckdb import DuckDBPyConnection

from services.kernel.contracts import read
from services.kernel.contracts.intake import SuggestionBoxOpenedV1, SuggestionBoxOpenedV2
from services.reporting.application import Reporting
from services.reporting.messages import as_message
from services.reporting.queries import When
from services.reporting.queries.question import at, records
from services.reporting.queries.recap import Bounds
from services.reporting.queries.statements import reported
from services.reporting.recap_cases import recap_cases
from services.reporting.store import stored

NO_MONTH: Final = ""
"""What recaps are made of is asked for a period that nobody closes."""


def evidence(
    reporting: Reporting, puskesmas: str, bounds: Bounds, months: Sequence[str]
) -> Mapping[str, Any]:
    """Return, as it stands now, what happened at a Puskesmas within these bounds: its `cases` as a
    recap has them, each also `planned`, `acted` (some of the plan was carried out) and
    since when its end is known; `openings`, `surveys`, `published` texts, and
    of these months when the recap was closed and acknowledged (`recaps`)."""
    connection = reporting.store.reader()
    cases = recap_cases(reporting, puskesmas, NO_MONTH, bounds)["cases"]
    stands = _stands(connection, puskesmas)
    found = reported(connection, [puskesmas], months, When())
    return {
        "cases": [each | stands[each["id"]] for each in cases],
        "openings": _openings(connection, puskesmas, bounds),
        "surveys": _surveys(connection, puskesmas, bounds),
        "published": _published(connection, puskesmas, bounds),
        "recaps": [
            {
                "month": month,
                "closed_at": of.closing and of.closing.stated_at,
                "acknowledged_at": of.acknowledged_at if of.known_to_head else None,
            }
            for month in months
            if (of := found.get((puskesmas, month)))
        ],
    }


def _within(puskesmas: str, bounds: Bounds) -> dict[str, str | datetime | None]:
    return {
        **When().parameters,
        "puskesmas": puskesmas,
        "starts": stored(bounds[0]),
        "ends": stored(bounds[1]),
    }


def _stands(connection: DuckDBPyConnection, puskesmas: str) -> dict[Any, dict[str, Any]]:
    rows = connection.execute(
        f"""
        SELECT a.complaint, p.plan_due IS NOT NULL AS planned,
            CASE WHEN s.closed THEN s.known_from END AS end_known_at,
            EXISTS (SELECT 1 FROM steps AS e WHERE e.complaint = a.complaint
                AND e.step = 'FollowUpCarriedOut' AND {at("e")}) AS acted
        FROM attributes AS a
        LEFT JOIN plans AS p ON p.complaint = a.complaint AND {at("p")}
        LEFT JOIN states AS s ON s.complaint = a.complaint AND {at("s")}
        WHERE a.puskesmas = $puskesmas AND {at("a")}
        """,
        {**When().parameters, "puskesmas": puskesmas},
    )
    return {row.pop("complaint"): row for row in records(rows)}


def _openings(
    connection: DuckDBPyConnection, puskesmas: str, bounds: Bounds
) -> list[dict[str, Any]]:
    rows = connection.execute(
        f"""
        SELECT o.opened_at AS done_at, l.*
        FROM openings AS o JOIN log AS l ON l.source = o.source AND l.id = o.id
        WHERE o.puskesmas = $puskesmas AND o.opened_at >= $starts AND o.opened_at < $ends
            AND {at("o")}
        ORDER BY o.opened_at, o.source, o.id
        """,
        _within(puskesmas, bounds),
    )
    return [_opening(row) for row in records(rows)]


def _opening(row: dict[str, Any]) -> dict[str, Any]:
    event = read(as_message(row))
    assert isinstance(event, SuggestionBoxOpenedV1 | SuggestionBoxOpenedV2)
    box, witnesses = (
        (event.box, event.witnesses) if isinstance(event, SuggestionBoxOpenedV2) else (None, [])
    )
    return {
        "opened_at": row["done_at"],
        "box": box,
        "slips": event.slips,
        "officers": list(event.officers),
        "witnesses": list(witnesses),
    }


def _surveys(
    connection: DuckDBPyConnection, puskesmas: str, bounds: Bounds
) -> list[dict[str, Any]]:
    """Return the surveys of which a day lies within the bounds, or that were closed there."""
    rows = connection.execute(
        f"""
        SELECT complaint AS id, state, period, closed_at FROM surveys AS s
        WHERE puskesmas = $puskesmas AND {at("s")}
            AND ((opens_on < $ends AND closes_on >= $starts)
                OR (closed_at >= $starts AND closed_at < $ends))
        ORDER BY opens_on, id
        """,
        _within(puskesmas, bounds),
    )
    return list(records(rows))


def _published(
    connection: DuckDBPyConnection, puskesmas: str, bounds: Bounds
) -> list[dict[str, Any]]:
    rows = connection.execute(
        f"""
        SELECT a.number, p.public_text AS text, p.media, p.since FROM publications AS p
        JOIN attributes AS a ON a.complaint = p.complaint AND {at("a")}
        WHERE a.puskesmas = $puskesmas AND p.state = 'released' AND NOT p.planned
            AND p.since >= $starts
            AND p.since < $ends AND {at("p")}
        ORDER BY p.since, a.number
        """,
        _within(puskesmas, bounds),
    )
    return list(records(rows))
