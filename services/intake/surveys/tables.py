"""The look-up tables of surveys: which there are, what was answered, and files under way.

`survey_answers` is written with the event that each row tells of, so that a link answers once and
a result is reckoned from rows and not from ten thousand histories. No word stands there.
"""

from typing import Final
from uuid import UUID

import msgspec

from services.kernel.contracts.surveys import SurveyAnsweredV1, SurveyRemarkLinkedV1
from services.kernel.store import Service, UnitOfWork

SURVEY_TABLES: Final = """
CREATE TABLE IF NOT EXISTS surveys (
    survey    TEXT PRIMARY KEY,
    puskesmas TEXT NOT NULL,
    period    TEXT NOT NULL,
    opens_on  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS surveys_at ON surveys (puskesmas, opens_on);
CREATE TABLE IF NOT EXISTS survey_answers (
    answer    TEXT PRIMARY KEY,
    survey    TEXT NOT NULL,
    link      TEXT NOT NULL,
    way       TEXT NOT NULL,
    unit      TEXT,
    scores    TEXT NOT NULL,
    groups    TEXT NOT NULL,
    remarked  INTEGER NOT NULL,
    complaint TEXT,
    UNIQUE (survey, link)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS survey_answers_remarked ON survey_answers (survey, remarked, answer);
CREATE INDEX IF NOT EXISTS survey_answers_complaint ON survey_answers (complaint);
CREATE TABLE IF NOT EXISTS survey_imports (
    id        TEXT PRIMARY KEY,
    survey    TEXT NOT NULL,
    account   TEXT NOT NULL,
    role      TEXT NOT NULL,
    unit      TEXT,
    begun_at  TEXT NOT NULL,
    rows      INTEGER NOT NULL,
    taken     INTEGER NOT NULL DEFAULT 0,
    accepted  INTEGER NOT NULL DEFAULT 0,
    state     TEXT NOT NULL,
    sealed    BLOB
) STRICT, WITHOUT ROWID;
"""


def note_survey(uow: UnitOfWork, survey: str, puskesmas: str, period: str, opens_on: str) -> None:
    """Write down that there is a survey, or what its terms say now."""
    uow.insert(
        "INSERT INTO surveys VALUES",
        (survey, puskesmas, period, opens_on),
        on_conflict="ON CONFLICT (survey) DO UPDATE "
        "SET period = excluded.period, opens_on = excluded.opens_on",
    )


def note_answer(uow: UnitOfWork, answer: str, event: SurveyAnsweredV1) -> None:
    """Write down what was answered; raises IntegrityError for a second answer by one link."""
    uow.insert(
        "INSERT INTO survey_answers VALUES",
        (
            answer,
            event.survey,
            event.link,
            event.way,
            event.unit,
            _json({each.element: each.score for each in event.scores}),
            _json({each.kind: each.group for each in event.groups}),
            int(event.remark is not None),
            None,
        ),
    )


def note_remark(uow: UnitOfWork, answer: str, event: SurveyRemarkLinkedV1) -> None:
    """Write down as which complaint an answer's remark stands."""
    uow.flush()
    uow.connection.execute(
        "UPDATE survey_answers SET complaint = ? WHERE answer = ?", (event.complaint, answer)
    )


def from_survey(service: Service, complaint: UUID) -> UUID | None:
    """Return the survey whose remark was written down as a complaint; None for any other."""
    rows = service.select(
        "SELECT survey FROM survey_answers WHERE complaint = ?", (str(complaint),)
    )
    return UUID(rows[0]["survey"]) if rows else None


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
