"""What anybody may see: how far one's own complaint is, and what is on the board."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from duckdb import DuckDBPyConnection

from services.reporting.open311.asked import Requests
from services.reporting.queries.question import When, at, records
from services.reporting.store import stored

# The steps that a receipt shows; the others are the Puskesmas' own business.
_ON_RECEIPT = (
    "ComplaintReceived",
    "CaseGraded",
    "ComplainantMet",
    "ImmediateAnswerGiven",
    "ComplaintAnalysed",
    "ResponsePlanned",
    "FollowUpCarriedOut",
    "ResolutionDocumented",
    "ComplainantInformed",
    "PlannedChangePublished",
    "ResolutionPublished",
    "PublicationWithdrawn",
    "EvaluationRecorded",
    "CaseReopened",
    "CaseWithdrawn",
    "CaseJoined",
    "CaseReferred",
)


# Of what is released of a case the newest stands for it; it took the place of what was before.
_CURRENT = f"""(
    SELECT * FROM publications AS x WHERE state = 'released' AND {at("x")}
    QUALIFY row_number() OVER (PARTITION BY complaint ORDER BY since DESC, publication) = 1
)"""
# The case was opened again since: this result was taken back, whatever was written down after it.
_TAKEN_BACK = f"""coalesce((
    SELECT max(seq) FILTER (step = 'CaseReopened')
        > min(seq) FILTER (
            step IN ('PublicationDrafted', 'PlannedChangeDrafted') AND publication = p.publication
        )
    FROM steps AS y WHERE y.complaint = p.complaint AND {at("y")}
), false)"""
# What was published openly hides them as well once its form says that it is confidential.
_SHOWS = "p.shows_unit_and_date AND a.confidentiality <> 'confidential'"


def receipt(connection: DuckDBPyConnection, hashed: str) -> dict[str, Any] | None:
    """Return how far the complaint of a receipt is: never who, where or what was said."""
    now = When().parameters
    found = connection.execute(
        f"""
        SELECT a.complaint, a.number, a.puskesmas, a.kind, a.confidentiality, s.state, s.closed,
            d.grade, d.response_due, d.settlement_due, a.received_at, r.responded_at, t.settled_at,
            NOT s.closed AND coalesce(f.paused, false) AS paused
        FROM attributes AS a
        LEFT JOIN states AS s ON s.complaint = a.complaint AND {at("s")}
        LEFT JOIN deadlines AS d ON d.complaint = a.complaint AND {at("d")}
        LEFT JOIN responses AS r ON r.complaint = a.complaint AND {at("r")}
        LEFT JOIN settlements AS t ON t.complaint = a.complaint AND {at("t")}
        LEFT JOIN flags AS f ON f.complaint = a.complaint AND {at("f")}
        WHERE a.receipt_hash = $hash AND {at("a")}
        """,
        {"hash": hashed, **now},
    )
    case = next(iter(records(found)), None)
    if case is None:
        return None
    complaint = case.pop("complaint")
    if case["kind"] == "praise":  # of a case that its form has made praise, nothing is to come
        case["state"] = case["closed"] = case["paused"] = None
    # A duplicate is answered with its original: what became of that is what its holder is told.
    case["joined"] = case["state"] == "duplicate"
    case["referred_to"] = _last(connection, complaint, "CaseReferred", "referred_to")
    about = {"complaint": _original(connection, case, complaint), **now}
    steps = connection.execute(
        "SELECT step, happened_from AS happened_at, publication FROM steps AS x "
        f"WHERE complaint = $complaint AND {at('x')} "
        "AND list_contains($shown, step) AND (step <> 'FollowUpCarriedOut' OR sets = 'acted') "
        "ORDER BY seq",
        {"shown": list(_ON_RECEIPT), **about},
    )
    case["steps"] = list(records(steps))
    for step in case["steps"]:
        if step["step"] == "ComplaintReceived":  # one's own, also where the way is another's
            step["happened_at"] = case["received_at"]
    answers = connection.execute(
        f"SELECT public_text AS answer, since AS published_at, planned, {_TAKEN_BACK} AS reopened "
        f"FROM {_CURRENT} AS p WHERE complaint = $complaint",
        about,
    )
    case["answers"] = list(records(answers))
    return case


def _original(connection: DuckDBPyConnection, case: dict[str, Any], complaint: UUID) -> UUID:
    """Return the complaint with which a duplicate is answered; of any other it is itself."""
    if not case["joined"]:
        return complaint
    found = connection.execute(
        f"SELECT original FROM duplicates AS d WHERE d.complaint = $id AND {at('d')}",
        {"id": complaint, **When().parameters},
    ).fetchone()
    return found[0] if found and found[0] else complaint


def _last(connection: DuckDBPyConnection, complaint: UUID, name: str, field: str) -> str | None:
    """Return what a complaint's last event of a name says in one field."""
    found = connection.execute(
        f"SELECT json_extract_string(decode(value), '$.{field}') FROM log "
        "WHERE subject = $subject AND name = $name AND trouble IS NULL "
        "ORDER BY time DESC, id DESC LIMIT 1",
        {"subject": str(complaint), "name": name},
    ).fetchone()
    return found[0] if found else None


def board(
    connection: DuckDBPyConnection, puskesmas: str, medium: str | None, limit: int
) -> list[dict[str, Any]]:
    """Return what is released now at a Puskesmas, the newest first; of each case one text, the
    newest: what is `planned`, or what came of it.

    A confidential one shows neither unit nor date, and stands after all others in an order that
    says nothing of when.
    """
    found = connection.execute(
        f"""
        SELECT p.publication AS id, p.public_text AS text, p.media, p.planned,
            CASE WHEN {_SHOWS} THEN a.service_unit END AS service_unit,
            CASE WHEN {_SHOWS} THEN a.received_at END AS received_at,
            CASE WHEN {_SHOWS} THEN p.since END AS published_at, {_TAKEN_BACK} AS reopened
        FROM {_CURRENT} AS p JOIN attributes AS a ON a.complaint = p.complaint AND {at("a")}
        WHERE a.puskesmas = $code AND ($medium IS NULL OR list_contains(p.media, $medium))
        ORDER BY published_at DESC NULLS LAST, p.publication
        LIMIT $limit
        """,
        {"code": puskesmas, "medium": medium, "limit": limit, **When().parameters},
    )
    return list(records(found))


UNCATEGORISED: Final = "none"
"""The service code of what no category was given to."""
_AS_SERVICE: Final = f"coalesce(nullif(a.categories[1], ''), '{UNCATEGORISED}')"


def published(connection: DuckDBPyConnection, asked: Requests) -> list[dict[str, Any]]:
    """Return what is on the boards with its dates, those that came in last first.

    What is confidential shows no date on its board, so it is not among them (as in the feed).
    """
    condition = f"""p.complaint = a.complaint AND {at("a")} AND {_SHOWS}
        AND list_contains(p.media, 'notice_board')
        AND ($place IS NULL OR a.puskesmas = $place)"""
    values: dict[str, Any] = {"place": asked.puskesmas, "skip": asked.offset, "limit": asked.limit}
    if asked.ids is not None:
        condition += " AND list_contains($ids::UUID[], p.publication)"
        values["ids"] = list(asked.ids)
    else:
        assert asked.since is not None and asked.until is not None
        condition += f""" AND a.received_at BETWEEN $since AND $until
            AND (len($codes) = 0 OR list_contains($codes, {_AS_SERVICE}))
            AND (len($statuses) = 0 OR list_contains($statuses,
                CASE WHEN p.planned OR {_TAKEN_BACK} THEN 'open' ELSE 'closed' END))"""
        values |= {"since": stored(asked.since), "until": stored(asked.until)}
        values |= {"codes": list(asked.codes), "statuses": list(asked.statuses)}
    found = connection.execute(
        f"""
        SELECT p.publication AS id, p.public_text AS text, a.puskesmas, {_AS_SERVICE} AS category,
            a.received_at, p.since AS published_at, p.planned, {_TAKEN_BACK} AS reopened
        FROM {_CURRENT} AS p, attributes AS a
        WHERE {condition}
        ORDER BY a.received_at DESC, p.publication LIMIT $limit OFFSET $skip
        """,
        values | When().parameters,
    )
    return list(records(found))


def handled(connection: DuckDBPyConnection, puskesmas: str, since: datetime) -> dict[str, int]:
    """Return how many complaints came in at a Puskesmas from an instant on (`received`), had an
    answer (`answered`), and had it in time (`on_time`); praise is none."""
    found = connection.execute(
        f"""
        SELECT count(*) AS received, count(r.responded_at) AS answered,
            count(*) FILTER (r.responded_at <= d.response_due) AS on_time
        FROM attributes AS a
        LEFT JOIN responses AS r ON r.complaint = a.complaint AND {at("r")}
        LEFT JOIN deadlines AS d ON d.complaint = a.complaint AND {at("d")}
        WHERE a.puskesmas = $code AND a.kind <> 'praise' AND a.received_at >= $since AND {at("a")}
        """,
        {"code": puskesmas, "since": stored(since), **When().parameters},
    )
    (row,) = records(found)
    return row


def places(connection: DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Return the recorded Puskesmas (code → title, short_code, kecamatan, zone) by name."""
    return _places(connection, "puskesmas")


def units(connection: DuckDBPyConnection) -> dict[str, str]:
    """Return the recorded units' names by code."""
    return {code: place["title"] for code, place in _places(connection, "unit").items()}


def _places(connection: DuckDBPyConnection, kind: str) -> dict[str, dict[str, Any]]:
    found = connection.execute(
        "SELECT code, title, short_code, kecamatan, zone FROM places AS p "
        f"WHERE kind = $kind AND {at('p')} ORDER BY title",
        {"kind": kind, **When().parameters},
    )
    return {row["code"]: row for row in records(found)}
