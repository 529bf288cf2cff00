"""A survey's steps, each one transaction: terms of reference to publication (SOP Puring 5.1)."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.intake.application import Intake
from services.intake.domain.satisfaction import (
    Answers,
    ElementSet,
    Index,
    Method,
    Result,
    result_of,
)
from services.intake.domain.survey import Figures, Survey
from services.intake.domain.survey_steps import SurveyStep
from services.intake.domain.survey_table import SurveyTable
from services.intake.surveys.answering import Answering
from services.intake.surveys.drafting import Proposal, asked_of, terms_of
from services.intake.surveys.tables import note_survey
from services.kernel.aggregate import Intent
from services.kernel.contracts import SealedBox
from services.kernel.contracts.surveys import SurveyFigureV1
from services.kernel.errors import Conflict, InvalidInput, NotServedHere
from services.kernel.keyring import NewKey
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import _

LIST_MOST: Final = 20
TREND: Final = 8
_PLACES: Final = ("agenda", "target")


class Surveys:
    """The surveys of an origin: those of the Puskesmas that are at home here."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.answering = Answering(self)

    def get(self, id: UUID) -> Survey:
        """Return one survey; raises NotFound, and NotServedHere."""
        survey = self.intake.read(Survey, id)
        self.intake.at(survey.puskesmas)
        return survey

    def asked(self, survey: Survey) -> ElementSet:
        """Return what a survey asks, with the names and bands of today's district file; of a set
        that is not in it any more, the keys stand for the names."""
        return asked_of(self.intake.district, survey)

    def method(self, survey: Survey) -> Method:
        """Return the method that is recorded for a survey."""
        return Method.parse(survey.terms.method)

    def of(self, puskesmas: str, before: str | None = None) -> list[Survey]:
        """Return surveys of a Puskesmas, the latest first, `LIST_MOST` and one more if there is;
        `before` is the id of the last one of the page before."""
        edge = (date.max.isoformat(), "~")
        if before is not None:
            rows = self.intake.select("SELECT opens_on FROM surveys WHERE survey = ?", (before,))
            edge = (rows[0]["opens_on"], before) if rows else edge
        rows = self.intake.select(
            "SELECT survey FROM surveys WHERE puskesmas = ? "
            "AND (opens_on < ? OR (opens_on = ? AND survey < ?)) "
            "ORDER BY opens_on DESC, survey DESC LIMIT ?",
            (puskesmas, edge[0], *edge, LIST_MOST + 1),
        )
        return [self.get(UUID(row["survey"])) for row in rows]

    def before(self, survey: Survey) -> Survey | None:
        """Return the survey of the same Puskesmas and elements that closed last before this one
        began, None for none."""
        rows = self.intake.select(
            "SELECT survey FROM surveys WHERE puskesmas = ? AND opens_on < ? "
            "ORDER BY opens_on DESC, survey DESC",
            (survey.puskesmas, survey.terms.opens_on.isoformat()),
        )
        for row in rows:
            found = self.intake.read(Survey, UUID(row["survey"]))
            if found.figures is not None and found.terms.asked == survey.terms.asked:
                return found
        return None

    def trend(self, survey: Survey) -> list[Survey]:
        """Return the surveys of the same Puskesmas and elements up to this one that have closed,
        the latest `TREND` of them, oldest first."""
        rows = self.intake.select(
            "SELECT survey FROM surveys WHERE puskesmas = ? AND opens_on <= ? "
            "ORDER BY opens_on DESC, survey DESC LIMIT ?",
            (survey.puskesmas, survey.terms.opens_on.isoformat(), LIST_MOST),
        )
        found = [self.intake.read(Survey, UUID(row["survey"])) for row in rows]
        same = [each for each in found if each.figures and each.terms.asked == survey.terms.asked]
        return same[:TREND][::-1]

    def propose(
        self, puskesmas: str, proposal: Proposal, intent: Intent, once: Once | None = None
    ) -> "Future[Answer]":
        """Write terms of reference (SOP Puring 5.1a).

        Raises NotFound for an unknown Puskesmas, NotServedHere where it is at home elsewhere,
        InvalidInput with every wrong field.
        """
        here = self.intake.at(puskesmas)
        if not self.intake.is_home(puskesmas):
            raise NotServedHere(_("Survei Puskesmas ini dikerjakan di sistemnya sendiri."))
        terms = terms_of(self.intake.district, here, proposal)
        id = self.intake.new_id()
        key = self.intake.keyring.new_key(str(id))
        agenda, target = self._words(key, proposal)

        def decide(uow: UnitOfWork) -> Ids:
            survey = Survey.propose(
                uow.act(intent),
                id=id,
                puskesmas=puskesmas,
                terms=terms,
                agenda=agenda,
                target=target,
            )
            return _saved(uow, survey)

        return self.intake.command(decide, once, [self.intake.keyring.wrapped(key)])

    def propose_again(
        self,
        id: UUID,
        intent: Intent,
        proposal: Proposal,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Write them anew after they came back; raises StepNotAllowed, StaleVersion and as
        `propose`."""
        survey = self.get(id)
        terms = terms_of(self.intake.district, self.intake.at(survey.puskesmas), proposal)
        agenda, target = self._words(self._key(id), proposal)
        return self._step(
            id,
            lambda uow, found: found.propose_again(uow.act(intent), terms, agenda, target),
            once,
            expected,
        )

    def give_back(
        self,
        id: UUID,
        intent: Intent,
        remarks: str,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Give the terms back with remarks (SOP Puring 5.1b); raises StepNotAllowed."""
        box = self._sealed(id, "SurveyReturned.remarks", remarks)
        return self._step(
            id, lambda uow, found: found.give_back(uow.act(intent), box), once, expected
        )

    def approve(
        self, id: UUID, intent: Intent, *, once: Once | None = None, expected: int | None = None
    ) -> "Future[Answer]":
        """Approve the terms (SOP Puring 5.1b); raises StepNotAllowed, Conflict for who wrote them
        themselves."""

        def work(uow: UnitOfWork, found: Survey) -> None:
            alone = self.intake.district.allow_same_approver
            if found.proposed_by == intent.actor and not alone:
                raise Conflict(_("Yang menyusun kerangka acuan tidak menyetujuinya sendiri."))
            found.approve(uow.act(intent))

        return self._step(id, work, once, expected)

    def coordinate(
        self,
        id: UUID,
        intent: Intent,
        units: Sequence[str],
        who: Sequence[str],
        note: str | None,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Record with which units it was coordinated (SOP Puring 5.1c); raises StepNotAllowed."""
        box = self._sealed(id, "SurveyUnitsCoordinated.note", note) if note else None

        def work(uow: UnitOfWork, found: Survey) -> None:
            found.coordinate(uow.act(intent), units, who, box)

        return self._step(id, work, once, expected)

    def open(
        self, id: UUID, intent: Intent, *, once: Once | None = None, expected: int | None = None
    ) -> "Future[Answer]":
        """Let it take answers; raises StepNotAllowed before it is approved and coordinated."""
        return self._step(id, lambda uow, found: found.open(uow.act(intent)), once, expected)

    def tabulate(
        self,
        id: UUID,
        intent: Intent,
        table: SurveyTable,
        replaces: bool,
        noted: Callable[[UnitOfWork], None] | None = None,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Record a table in place of answers; `noted` writes more in the same transaction.

        Raises StepNotAllowed, Conflict where somebody has answered, AlreadyDone for a second table
        without `replaces`, InvalidInput with every wrong field.
        """

        def work(uow: UnitOfWork, found: Survey) -> None:
            uow.flush()
            answered = self.answering.count(id)
            found.tabulate(uow.act(intent), table, answered=answered, replaces=replaces)
            if noted is not None:
                noted(uow)

        return self._step(id, work, once, expected)

    def close(
        self, id: UUID, intent: Intent, *, once: Once | None = None, expected: int | None = None
    ) -> "Future[Answer]":
        """Take no more answers and reckon the index by the recorded method.

        Raises StepNotAllowed.
        """

        before = self.get(id)
        seen, figures = self.answering.count(id), self._figures(before)

        def work(uow: UnitOfWork, found: Survey) -> None:
            found.must_allow(SurveyStep.CLOSING)
            uow.flush()
            # Reckoned before, so that others' writing does not wait for it; a late answer counts.
            late = self.answering.count(id) != seen or found.table != before.table
            found.close(uow.act(intent), self._figures(found) if late else figures)

        return self._step(id, work, once, expected)

    def publish(
        self,
        id: UUID,
        intent: Intent,
        media: Sequence[str],
        words: Mapping[str, str | None],
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Publish the result; `words` are `analysis`, `follow_up` and `followed_up`.

        Raises StepNotAllowed, Conflict where there is no index.
        """
        boxes: dict[str, Any] = {
            name: self._sealed(id, f"SurveyPublished.{name}", said) if said else None
            for name, said in words.items()
        }
        return self._step(
            id, lambda uow, found: found.publish(uow.act(intent), media, **boxes), once, expected
        )

    def result(self, survey: Survey, method: Method) -> Result:
        """Return the result of what was answered so far, or of the table in its place; raises
        InvalidInput where the method does not fit, or where there is none yet."""
        return result_of(self._answers(survey), self.asked(survey), method)

    def result_if_any(self, survey: Survey, method: Method | None = None) -> Result | None:
        """Return the result by the recorded method or another; None where an element has no answer.

        Raises InvalidInput for a method that does not fit the elements.
        """
        used = self.method(survey) if method is None else method
        used.weight_of(len(survey.terms.elements))
        try:
            return self.result(survey, used)
        except InvalidInput:
            return None

    def heard(self, survey: Survey) -> int:
        """Return how many answered: their answers so far, or as the table says."""
        if survey.table is None:
            return self.answering.count(survey.id)
        return sum(each.respondents for each in survey.table.units)

    def _answers(self, survey: Survey) -> Answers:
        if survey.table is None:
            return self.answering.all(survey.id)
        return table_of(survey.table).answers

    def _figures(self, survey: Survey) -> Figures:
        result = self.result_if_any(survey)
        if result is None:
            heard = self.heard(survey)
            return Figures(heard, survey.terms.method, None, None, [], survey.basis)
        return Figures(
            respondents=result.means.respondents or 0,
            method=survey.terms.method,
            converted=str(result.index.converted),
            quality=result.index.quality.quality_class,
            elements=figures_of(result.index, result.method),
            basis=survey.basis,
        )

    def _words(self, key: NewKey, proposal: Proposal) -> tuple[SealedBox, SealedBox]:
        entropy = self.intake.keyring.entropy
        agenda, target = (
            key.seal(getattr(proposal, name), f"SurveyProposed.{name}", entropy) for name in _PLACES
        )
        return agenda, target

    def _key(self, id: UUID) -> NewKey:
        key = self.intake.keyring.key(str(id))
        if key is None:
            raise Conflict(_("Kunci survei ini tidak ada di sini, sehingga tak ada yang ditulis."))
        return key

    def _sealed(self, id: UUID, place: str, words: str) -> SealedBox:
        self.get(id)
        return self._key(id).seal(words, place, self.intake.keyring.entropy)

    def _step(
        self,
        id: UUID,
        work: Callable[[UnitOfWork, Survey], None],
        once: Once | None,
        expected: int | None,
    ) -> "Future[Answer]":
        self.get(id)

        def decide(uow: UnitOfWork) -> Ids:
            survey = uow.get(Survey, id, expected)
            work(uow, survey)
            return _saved(uow, survey)

        return self.intake.command(decide, once)


def table_of(recorded: Survey.Tabulated) -> SurveyTable:
    """Return a table that was recorded."""
    return SurveyTable.of(recorded.units, recorded.source, recorded.sha256)


def figures_of(index: Index, method: Method) -> list[SurveyFigureV1]:
    """Return the figures of each element, as the method writes them."""
    return [
        SurveyFigureV1(
            element=each.key,
            mean=method.shown(each.mean),
            weighted=method.shown(each.weighted),
            converted=str(each.converted),
            quality=each.quality.quality_class,
        )
        for each in index.elements
    ]


def _saved(uow: UnitOfWork, survey: Survey) -> Ids:
    uow.save(survey)
    terms = survey.terms
    note_survey(uow, str(survey.id), survey.puskesmas, terms.period, terms.opens_on.isoformat())
    return {"id": str(survey.id), "version": survey.version}
