"""What the log copy keeps of a payload in columns of its own: just what folds and queries need.

DuckDB reads the JSON itself, once, on arrival. A column names the SQL that takes it from `p`, the
payload with the fields of `SHAPE`; a sealed field is never among them.
"""

import json
from typing import Final

SHAPE: Final = json.dumps(
    {
        "occurred_at": "VARCHAR",
        "number": "VARCHAR",
        "receipt_hash": "VARCHAR",
        "channel": "VARCHAR",
        "kind": "VARCHAR",
        "service_unit": "VARCHAR",
        "categories": ["VARCHAR"],
        "confidentiality": "VARCHAR",
        "barrier": "VARCHAR",
        "grade": "VARCHAR",
        "finding": "VARCHAR",
        "outcome": "VARCHAR",
        "effective": "BOOLEAN",
        "plan_complete": "BOOLEAN",
        "state": "VARCHAR",
        "other": "VARCHAR",
        "action_number": "INTEGER",
        "actions": [{"due_on": "DATE"}],
        "done_on": "DATE",
        "deadlines": [{"name": "VARCHAR", "due_at": "VARCHAR", "rules_version": "INTEGER"}],
        "publication": "UUID",
        "text": "VARCHAR",
        "media": ["VARCHAR"],
        "shows_unit_and_date": "BOOLEAN",
        "name": "VARCHAR",
        "short_code": "VARCHAR",
        "kecamatan": "VARCHAR",
        "zone": "VARCHAR",
        "work_days": "INTEGER",
        "home": "VARCHAR",
        "roles": ["VARCHAR"],
        "how": "VARCHAR",
        "month": "VARCHAR",
        "as_of": "VARCHAR",
        "known_at": "VARCHAR",
        "day": "DATE",
        "working": "BOOLEAN",
        "why": "VARCHAR",
        "code": "VARCHAR",
        "box": "VARCHAR",
        "slips": "INTEGER",
        "schedule": {
            "weeks": "INTEGER",
            "months": "INTEGER",
            "weekday": "VARCHAR",
            "day": "INTEGER",
            "if_closed": "VARCHAR",
        },
        "since": "DATE",
        "in_use": "BOOLEAN",
        "visits": "INTEGER",
        "by_unit": [{"unit": "VARCHAR", "visits": "INTEGER"}],
        "starts_at": "VARCHAR",
        "months": ["VARCHAR"],
        "decisions": [{"due_on": "DATE"}],
        "decision_number": "INTEGER",
        "period": "VARCHAR",
        "opens_on": "DATE",
        "closes_on": "DATE",
        "population": "INTEGER",
        "sample": "INTEGER",
        "respondents": "INTEGER",
        "basis": "VARCHAR",
        "method": "VARCHAR",
        "converted": "VARCHAR",
        "quality": "VARCHAR",
        "elements": "JSON",
    }
)


def _instant(text: str) -> str:
    # A cast to TIMESTAMP would drop the offset; over TIMESTAMPTZ it is taken into account.
    return f"make_timestamp(epoch_us({text}::TIMESTAMPTZ))"


def _due(name: str) -> str:
    return _instant(f"list_filter(p.deadlines, lambda d: d.name = '{name}')[1].due_at")


_ELEMENTS: Final = "STRUCT(element VARCHAR, mean VARCHAR, converted VARCHAR, quality VARCHAR)[]"
_FIGURES: Final = json.dumps(
    [{"element": "VARCHAR", "mean": "VARCHAR", "converted": "VARCHAR", "quality": "VARCHAR"}]
)
COLUMNS: Final[dict[str, tuple[str, str]]] = {
    "number": ("VARCHAR", "p.number"),
    "receipt_hash": ("VARCHAR", "p.receipt_hash"),
    "channel": ("VARCHAR", "p.channel"),
    "kind": ("VARCHAR", "p.kind"),
    "service_unit": ("VARCHAR", "p.service_unit"),
    "categories": ("VARCHAR[]", "p.categories"),
    "confidentiality": ("VARCHAR", "p.confidentiality"),
    "barrier": ("VARCHAR", "p.barrier"),
    "grade": ("VARCHAR", "p.grade"),
    "finding": ("VARCHAR", "p.finding"),
    "outcome": ("VARCHAR", "p.outcome"),
    "effective": ("BOOLEAN", "p.effective"),
    "plan_complete": ("BOOLEAN", "p.plan_complete"),
    # Of a case that was taken up again.
    "state": ("VARCHAR", "p.state"),
    # Of a duplicate: the complaint that it is answered with.
    "original": ("UUID", "TRY_CAST(CASE WHEN name = 'CaseJoined' THEN p.other END AS UUID)"),
    "action_number": ("INTEGER", "p.action_number"),
    # The day by which the last action of a follow-up plan is to be done.
    "plan_due": ("DATE", "list_max(list_transform(p.actions, lambda each: each.due_on))"),
    "done_on": ("DATE", "p.done_on"),
    "response_due": ("TIMESTAMP", _due("response")),
    "settlement_due": ("TIMESTAMP", _due("settlement")),
    "rules_version": ("INTEGER", "p.deadlines[1].rules_version"),
    "publication": ("UUID", "p.publication"),
    # The only free text that is ever public; elsewhere `text` is a sealed box.
    "public_text": (
        "VARCHAR",
        "CASE WHEN name IN ('ResolutionPublished', 'PlannedChangePublished') THEN p.text END",
    ),
    "media": ("VARCHAR[]", "p.media"),
    "shows_unit_and_date": ("BOOLEAN", "p.shows_unit_and_date"),
    "title": ("VARCHAR", "p.name"),
    "short_code": ("VARCHAR", "p.short_code"),
    "kecamatan": ("VARCHAR", "p.kecamatan"),
    "zone": ("VARCHAR", "p.zone"),
    "work_days": ("INTEGER", "p.work_days"),
    "home": ("VARCHAR", "p.home"),
    # Of those who were told: which roles, and what for.
    "roles": ("VARCHAR[]", "p.roles"),
    "how": ("VARCHAR", "CASE WHEN name = 'TeamNotified' THEN p.how END"),
    # Of a recap: which month, and when its figures stood so.
    "month": ("VARCHAR", "p.month"),
    "recap_as_of": ("TIMESTAMP", _instant("p.as_of")),
    "recap_known_at": ("TIMESTAMP", _instant("p.known_at")),
    # Of a day that a Puskesmas' calendar declares.
    "day": ("DATE", "p.day"),
    "working": ("BOOLEAN", "p.working"),
    "why": ("VARCHAR", "p.why"),
    # Of a suggestion box (its code, schedule, and from when on it is owed) and its openings.
    "box": ("VARCHAR", "CASE WHEN name = 'SuggestionBoxRegistered' THEN p.code ELSE p.box END"),
    "slips": ("INTEGER", "p.slips"),
    "schedule": (
        "STRUCT(weeks INTEGER, months INTEGER, weekday VARCHAR, day INTEGER, if_closed VARCHAR)",
        "p.schedule",
    ),
    "since": ("DATE", "p.since"),
    "in_use": ("BOOLEAN", "p.in_use"),
    # Of a month's visits: all, and of the units that were named.
    "visits": ("INTEGER", "p.visits"),
    "by_unit": ("STRUCT(unit VARCHAR, visits INTEGER)[]", "p.by_unit"),
    # Of a meeting: when it is to begin, which recaps it discusses, by when its decisions are due.
    "starts_at": ("TIMESTAMP", _instant("p.starts_at")),
    "months": ("VARCHAR[]", "p.months"),
    "decision_dues": ("DATE[]", "list_transform(p.decisions, lambda each: each.due_on)"),
    "decision_number": ("INTEGER", "p.decision_number"),
    # Of a satisfaction survey: what its terms ask for, and its figures as its method writes them.
    "period": ("VARCHAR", "p.period"),
    "opens_on": ("DATE", "p.opens_on"),
    "closes_on": ("DATE", "p.closes_on"),
    "population": ("INTEGER", "p.population"),
    "sample_size": ("INTEGER", "p.sample"),
    "respondents": ("INTEGER", "p.respondents"),
    # Before a table could stand for them, figures came of answers.
    "basis": (
        "VARCHAR",
        "CASE WHEN name IN ('SurveyClosed', 'SurveyPublished') "
        "THEN coalesce(p.basis, 'answers') END",
    ),
    "method": ("VARCHAR", "p.method"),
    "converted": ("VARCHAR", "p.converted"),
    "quality": ("VARCHAR", "p.quality"),
    # The terms name the elements; only the figures say more of them than that.
    "element_figures": (
        _ELEMENTS,
        "CASE WHEN name IN ('SurveyClosed', 'SurveyPublished') "
        f"THEN from_json(p.elements, '{_FIGURES}') END",
    ),
}
OCCURRED_AT: Final = _instant("p.occurred_at")
