"""The cases behind a month's recap, in the order of its form, without a word of what was said."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Mapping
from typing import Any

from services.reporting.application import Reporting
from services.reporting.queries import When
from services.reporting.queries.question import at, records
from services.reporting.queries.recap import Bounds, contributed, lines
from services.reporting.queries.statements import Reported, reported
from services.reporting.recap_lines import figures


def recap_cases(
    reporting: Reporting, puskesmas: str, month: str, bounds: Bounds
) -> Mapping[str, Any]:
    """Return the `cases` that were brought forward into a month, came in during it or were brought
    back (praise among them), the oldest first; the figures of all of them (`whole`), and when that
    was reported and acknowledged.

    A closed month's cases stand as they did when it was stated last, an open one's as they do now.
    """
    connection = reporting.store.reader()
    found = reported(connection, [puskesmas], [month], When())
    of = found.get((puskesmas, month)) or Reported(puskesmas, month)
    when = When() if of.latest is None else When(of.latest.as_of, of.latest.known_at)
    (whole,) = (
        each for each in lines(connection, puskesmas, bounds, when) if each["group"] == "all"
    )
    contributed(connection, "recap_cases", puskesmas, bounds, when)
    rows = connection.execute(
        f"""
        SELECT a.complaint AS id, a.number, a.puskesmas, a.kind, a.channel, a.service_unit,
            a.categories, a.confidentiality, a.barrier, a.received_at, s.state,
            coalesce(s.closed, false) AS closed, d.grade, d.settlement_due, t.settled_at,
            i.informed_at, coalesce(f.escalated, false) AS escalated,
            (SELECT min(p.since) FROM publications AS p WHERE p.complaint = a.complaint
                AND p.state = 'released' AND NOT p.planned AND {at("p")}) AS published_at,
            (SELECT flatten(list(p.media)) FROM publications AS p WHERE p.complaint = a.complaint
                AND p.state = 'released' AND NOT p.planned AND {at("p")}) AS media,
            (SELECT last(e.sets = 'evaluated' ORDER BY e.seq) FROM steps AS e
                WHERE e.complaint = a.complaint AND e.step = 'EvaluationRecorded' AND {at("e")})
                AS effective
        FROM recap_cases AS c JOIN attributes AS a ON a.complaint = c.complaint AND {at("a")}
        LEFT JOIN states AS s ON s.complaint = a.complaint AND {at("s")}
        LEFT JOIN deadlines AS d ON d.complaint = a.complaint AND {at("d")}
        LEFT JOIN settlements AS t ON t.complaint = a.complaint AND {at("t")}
        LEFT JOIN informed AS i ON i.complaint = a.complaint AND {at("i")}
        LEFT JOIN flags AS f ON f.complaint = a.complaint AND {at("f")}
        WHERE c.brought_forward > 0 OR c.received > 0 OR c.brought_back > 0 OR c.praise > 0
        ORDER BY a.received_at, a.number
        """,
        when.parameters,
    )
    return {
        "cases": list(records(rows)),
        "whole": figures(whole),
        "closed_at": of.closing and of.closing.stated_at,
        "stated_at": of.latest and of.latest.stated_at,
        "corrections": len(of.statements[1:]),
        "acknowledged_at": of.acknowledged_at if of.known_to_head else None,
    }
