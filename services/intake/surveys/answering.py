"""Answers to a survey, from every way in: each is an event of its own, and each link answers once.

A link is what a respondent has and nobody else: the mark that the public's form leaves in their
browser, the number of a sheet, a row of a file. Only its keyed hash is kept.
"""

import hmac
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec

from services.intake.application import Intake
from services.intake.domain.satisfaction import Questionnaire, Questionnaires
from services.intake.domain.survey import Survey
from services.intake.domain.survey_answer import (
    REMARK_PLACE,
    Filled,
    SurveyAnswer,
    answered_before,
)
from services.intake.domain.survey_steps import SurveyStep
from services.intake.surveys.tables import note_answer
from services.kernel.aggregate import Act, Intent
from services.kernel.contracts import SealedBox
from services.kernel.contracts.surveys import SurveyAnsweredV1
from services.kernel.errors import FieldError, InvalidInput, Problem
from services.kernel.keyring import WrappedKey
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.store.rows import marks

if TYPE_CHECKING:
    from services.intake.surveys.application import Surveys

_ASKED: Final = 500


@dataclass(frozen=True)
class Sheet:
    """A questionnaire, and what it may be sent by once only (None: it has no such mark)."""

    filled: Filled
    link: str | None = None


@dataclass(frozen=True)
class _Sealed:
    id: UUID
    filled: Filled
    link: str
    remark: SealedBox | None
    key: WrappedKey | None


class Answering:
    """Takes answers and gives them back to be reckoned with."""

    def __init__(self, surveys: "Surveys") -> None:
        self._surveys = surveys
        self._intake: Intake = surveys.intake

    def answer(
        self,
        survey: UUID,
        intent: Intent,
        way: str,
        sheets: Sequence[Sheet],
        once: Once | None = None,
    ) -> "Future[Answer]":
        """Take answers, all of them or none.

        Raises NotFound, StepNotAllowed where the survey is not open, AlreadyDone for a link that
        answered before (`answers[3].link` where there are several), InvalidInput with every wrong
        field of every answer (`answers[3].scores.time`).
        """
        standing = self._surveys.get(survey)
        standing.must_allow(SurveyStep.ANSWERS)
        self._check(standing, sheets)
        sealed = [self._seal(survey, each) for each in sheets]

        def decide(uow: UnitOfWork) -> Ids:
            found = uow.get(Survey, survey)
            act = uow.act(intent, "answered_at")
            before = self._known(uow, survey, [each.link for each in sealed])
            if before:
                raise answered_before()
            self._record(uow, found, act, way, sealed)
            ids = [str(each.id) for each in sealed]
            return {"id": str(survey), "version": found.version, "answers": ids}

        needs = [each.key for each in sealed if each.key is not None]
        return self._intake.command(decide, once, needs)

    def take(
        self,
        survey: UUID,
        intent: Intent,
        way: str,
        sheets: Sequence[Sheet],
        noted: Callable[[UnitOfWork, int], None],
    ) -> "Future[int]":
        """Take those of these answers whose link has not answered yet, and return how many.

        For files, whose rows were checked before; `noted` writes in the same transaction how many
        were new. Raises StepNotAllowed where the survey is not
        open any more.
        """
        sealed = [self._seal(survey, each) for each in sheets]

        def work(uow: UnitOfWork) -> int:
            found = uow.get(Survey, survey)
            found.must_allow(SurveyStep.ANSWERS)
            before = self._known(uow, survey, [each.link for each in sealed])
            new = [each for each in sealed if each.link not in before]
            self._record(uow, found, uow.act(intent), way, new)
            noted(uow, len(new))
            return len(new)

        needs = [each.key for each in sealed if each.key is not None]
        return self._intake.transact(work, needs)

    def known(self, survey: UUID, links: Sequence[str]) -> int:
        """Return how many of these links have answered."""
        hashes = [self._hashed(survey, each) for each in links]
        return sum(
            len(
                self._intake.select(
                    "SELECT 1 FROM survey_answers "  # noqa: S608 - marks only
                    f"WHERE survey = ? AND link IN {marks(some)}",
                    (str(survey), *some),
                )
            )
            for some in _portions(hashes)
        )

    def has_answered(self, survey: UUID, link: str) -> bool:
        """Say whether a link has answered."""
        return self.known(survey, [link]) > 0

    def count(self, survey: UUID) -> int:
        """Return how many have answered."""
        (row,) = self._intake.select(
            "SELECT count(*) AS n FROM survey_answers WHERE survey = ?", (str(survey),)
        )
        return int(row["n"])

    def counts(self, survey: UUID) -> list[tuple[str, str, int]]:
        """Return how many have answered, by way and unit ("" for none)."""
        rows = self._intake.select(
            "SELECT way, coalesce(unit, '') AS unit, count(*) AS n FROM survey_answers "
            "WHERE survey = ? GROUP BY way, unit ORDER BY way, unit",
            (str(survey),),
        )
        return [(row["way"], row["unit"], row["n"]) for row in rows]

    def remarks(self, survey: UUID) -> tuple[int, int]:
        """Return how many answers remark something, and of how many that was written down."""
        (row,) = self._intake.select(
            "SELECT count(*) AS n, count(complaint) AS done FROM survey_answers "
            "WHERE survey = ? AND remarked = 1",
            (str(survey),),
        )
        return row["n"], row["done"]

    def remarked(self, survey: UUID, after: str, most: int) -> list[UUID]:
        """Return the answers that remark something, in their order, after the one given ("": from
        the first)."""
        rows = self._intake.select(
            "SELECT answer FROM survey_answers WHERE survey = ? AND remarked = 1 AND answer > ? "
            "ORDER BY answer LIMIT ?",
            (str(survey), after, most),
        )
        return [UUID(row["answer"]) for row in rows]

    def all(self, survey: UUID) -> Questionnaires:
        """Return all that was answered, as an index is reckoned from it."""
        rows = self._intake.select(
            "SELECT unit, scores, groups FROM survey_answers WHERE survey = ?", (str(survey),)
        )
        return Questionnaires(
            [
                Questionnaire(
                    _SCORES.decode(row["scores"]), row["unit"], _GROUPS.decode(row["groups"])
                )
                for row in rows
            ]
        )

    def _check(self, survey: Survey, sheets: Sequence[Sheet]) -> None:
        errors: list[FieldError] = []
        for place, sheet in enumerate(sheets):
            try:
                sheet.filled.check(survey.terms.elements, survey.terms.units)
            except Problem as problem:
                errors += [
                    FieldError(f"answers[{place}].{each.field}", each.message)
                    for each in problem.errors
                ]
        links = [sheet.link for sheet in sheets if sheet.link is not None]
        for place, sheet in enumerate(sheets):
            if sheet.link is not None and links.count(sheet.link) > 1:
                errors.append(FieldError(f"answers[{place}].link", answered_before().detail))
        if errors:
            raise InvalidInput(*errors)

    def _seal(self, survey: UUID, sheet: Sheet) -> _Sealed:
        id = self._intake.new_id()
        link = self._hashed(survey, str(id) if sheet.link is None else sheet.link)
        if not sheet.filled.remark:
            return _Sealed(id, sheet.filled, link, None, None)
        keyring = self._intake.keyring
        key = keyring.new_key(str(id))
        box = key.seal(sheet.filled.remark, REMARK_PLACE, keyring.entropy)
        return _Sealed(id, sheet.filled, link, box, keyring.wrapped(key))

    def _record(
        self, uow: UnitOfWork, survey: Survey, act: Act, way: str, sealed: Iterable[_Sealed]
    ) -> None:
        for each in sealed:
            answer = SurveyAnswer.answer(
                act,
                survey,
                id=each.id,
                way=way,
                filled=each.filled,
                link=each.link,
                remark=each.remark,
            )
            (event,) = answer.pending_events
            note_answer(uow, str(each.id), msgspec.convert(vars(event), SurveyAnsweredV1))
            uow.save(answer)

    def _known(self, uow: UnitOfWork, survey: UUID, hashes: Sequence[str]) -> frozenset[str]:
        uow.flush()
        return frozenset(
            row["link"]
            for some in _portions(hashes)
            for row in uow.connection.execute(
                "SELECT link FROM survey_answers "  # noqa: S608 - marks only
                f"WHERE survey = ? AND link IN {marks(some)}",
                (str(survey), *some),
            )
        )

    def _hashed(self, survey: UUID, link: str) -> str:
        return hmac.digest(
            self._intake.row_secret, f"survey:{survey}:{link}".encode(), "sha256"
        ).hex()


def _portions(values: Sequence[str]) -> Iterable[Sequence[str]]:
    for first in range(0, len(values), _ASKED):
        yield values[first : first + _ASKED]


_SCORES: Final = msgspec.json.Decoder(dict[str, int])
_GROUPS: Final = msgspec.json.Decoder(dict[str, str])
