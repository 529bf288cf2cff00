"""Of what somebody was told in the product: that the team was called, that praise came in, that a
case was put before the district and answered there, or opened again, that a draft was handed back.

That a promise was not kept stands in people's digests (resolution's reminders), not here."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from duckdb import DuckDBPyConnection

from services.kernel.access.permissions import COMPLAINT_TEAM, DISTRICT, HEAD, PUBLISHER
from services.kernel.access.reach import Reach
from services.reporting.queries.question import Condition, When, at, reaches, records
from services.reporting.store import stored

WITHIN: Final = timedelta(days=30)
"""What happened longer ago tells nobody anything new."""
MOST: Final = 200

# Who is told of what: the event names them, or they are always the same.
_TOLD: Final = f"""CASE l.name
    WHEN 'TeamNotified' THEN l.roles
    WHEN 'ComplaintReceived' THEN ['{COMPLAINT_TEAM}', '{HEAD}']
    WHEN 'CaseReopened' THEN ['{COMPLAINT_TEAM}']
    WHEN 'CaseEscalated' THEN ['{DISTRICT}']
    WHEN 'EscalationAnswered' THEN ['{COMPLAINT_TEAM}']
    WHEN 'PublicationReturned' THEN ['{PUBLISHER}']
END"""


def notices(
    connection: DuckDBPyConnection,
    held: Sequence[tuple[str, Reach]],
    account: str,
    now: datetime,
) -> list[dict[str, Any]]:
    """Return what those who hold these roles within these reaches were told lately, the newest
    arrival first: name, how, complaint, number, puskesmas, service_unit, occurred_at, arrived_at,
    and the time at which the event was recorded.

    What the account itself did is left out.
    """
    condition = _condition(held, account, now)
    found = connection.execute(
        f"""
        SELECT l.time, l.name, l.how, l.complaint, a.number, a.puskesmas, a.service_unit,
            l.occurred_at, l.arrived_at
        {_FROM} AND {condition}
        ORDER BY l.arrived_at DESC, l.place DESC LIMIT {MOST}
        """,
        condition.parameters | When().parameters,
    )
    return list(records(found))


def unread(
    connection: DuckDBPyConnection,
    held: Sequence[tuple[str, Reach]],
    account: str,
    now: datetime,
    after: datetime | None,
) -> int:
    """Return how many of these arrived after an instant (None: all of them)."""
    condition = _condition(held, account, now)
    if after is not None:
        condition.add("l.arrived_at > $after", after=stored(after))
    found = connection.execute(
        f"SELECT count(*) {_FROM} AND {condition}", condition.parameters | When().parameters
    ).fetchall()
    ((count,),) = found
    return min(int(count), MOST)


_FROM: Final = f"""FROM log AS l JOIN attributes AS a ON a.complaint = l.complaint
    WHERE (l.name IN (
            'TeamNotified', 'CaseReopened', 'CaseEscalated', 'EscalationAnswered',
            'PublicationReturned'
        )
            AND NOT coalesce(starts_with(l.how, 'overdue_'), false)
        OR l.name = 'ComplaintReceived' AND l.kind = 'praise' AND a.kind = 'praise')
        AND l.trouble IS NULL AND {at("a")}"""


def _condition(held: Sequence[tuple[str, Reach]], account: str, now: datetime) -> Condition:
    condition = Condition()
    condition.add("l.actor <> $account", account=account)
    condition.add("l.time > $since", since=stored(now - WITHIN))
    parts = []
    for number, (role, reach) in enumerate(held):
        part = reaches(number, reach)
        part.add(f"list_contains({_TOLD}, $role_{number})", **{f"role_{number}": role})
        condition.parameters |= part.parameters
        parts.append(f"({part})")
    condition.add(" OR ".join(parts) or "false")
    return condition
