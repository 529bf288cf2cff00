"""A satisfaction survey, from its terms of reference to its published index.

SOP Puring 1.7 and 5.1a-5.1c, PermenPANRB 14/2017. Its answers are aggregates of their own
(`survey_answer.py`): ten thousand of them make no history of ten thousand steps.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from services.intake.domain.survey_steps import ALLOWED, MEDIA, SurveyState, SurveyStep
from services.intake.domain.survey_table import SurveyTable
from services.intake.domain.survey_terms import Terms
from services.kernel.aggregate import Act, Aggregate, Created
from services.kernel.contracts import SealedBox
from services.kernel.contracts.surveys import (
    SurveyFigureV1,
    SurveyPublishedFigureV1,
    SurveyTableUnitV1,
)
from services.kernel.errors import AlreadyDone, Conflict, InvalidInput, StepNotAllowed, invalid
from services.kernel.text import _

ANSWERS: Final = "answers"
"""What an index is reckoned from as a rule; the other bases are the shapes of a table."""


@dataclass(frozen=True)
class Figures:
    """The figures with which a survey closes; `converted` None: an element has no answer.

    `basis` is what they were reckoned from: `answers`, or a table of `counts` or `means`.
    """

    respondents: int
    method: str
    converted: str | None
    quality: str | None
    elements: list[SurveyFigureV1]
    basis: str = ANSWERS


class _Terms(Aggregate.Event):
    period: str
    opens_on: date
    closes_on: date
    asked: str
    elements: list[str]
    method: str
    units: list[str]
    ways: list[str]
    population: int
    sample: int
    sample_rounding: str
    agenda: SealedBox
    target: SealedBox

    def apply(self, aggregate: "Survey") -> None:
        """Let the terms stand as they are written."""
        aggregate.puskesmas = self.puskesmas
        aggregate.state = SurveyState.PROPOSED
        aggregate.terms = Terms(**{name: getattr(self, name) for name in _TERMS})
        aggregate.agenda, aggregate.target = self.agenda, self.target
        aggregate.proposed_at, aggregate.proposed_by = self.occurred_at, self.actor


_TERMS: Final = tuple(Terms.__dataclass_fields__)


class Survey(Aggregate):
    """One survey of one Puskesmas."""

    TOPIC = "intake.Survey"

    class Proposed(_Terms, Created):
        """Its terms of reference were written (SOP Puring 5.1a)."""

        TOPIC = "intake.SurveyProposed"

        def apply(self, aggregate: "Survey") -> None:
            """Begin with the terms."""
            super().apply(aggregate)
            aggregate.remarks = aggregate.opened_at = aggregate.closed_at = None
            aggregate.approved_at = aggregate.approved_by = None
            aggregate.coordinated = aggregate.figures = aggregate.published = None
            aggregate.table = None

    class ProposedAgain(_Terms):
        """They were written anew, after they had come back."""

        TOPIC = "intake.SurveyProposedAgain"

    class Returned(Aggregate.Event):
        """The head gave them back (SOP Puring 5.1b)."""

        TOPIC = "intake.SurveyReturned"

        remarks: SealedBox

        def apply(self, aggregate: "Survey") -> None:
            """Keep what is to be mended."""
            aggregate.state, aggregate.remarks = SurveyState.RETURNED, self.remarks

    class Approved(Aggregate.Event):
        """The head approved them (SOP Puring 5.1b)."""

        TOPIC = "intake.SurveyApproved"

        def apply(self, aggregate: "Survey") -> None:
            """Keep when and by whom."""
            aggregate.state, aggregate.remarks = SurveyState.APPROVED, None
            aggregate.approved_at, aggregate.approved_by = self.occurred_at, self.actor

    class UnitsCoordinated(Aggregate.Event):
        """The units were coordinated with (SOP Puring 5.1c)."""

        TOPIC = "intake.SurveyUnitsCoordinated"

        units: list[str]
        who: list[str]
        note: SealedBox | None

        def apply(self, aggregate: "Survey") -> None:
            """Keep with whom."""
            aggregate.state, aggregate.coordinated = SurveyState.COORDINATED, self

    class Opened(Aggregate.Event):
        """It takes answers."""

        TOPIC = "intake.SurveyOpened"

        def apply(self, aggregate: "Survey") -> None:
            """Keep since when."""
            aggregate.state, aggregate.opened_at = SurveyState.OPEN, self.occurred_at

    class Tabulated(Aggregate.Event):
        """A table of counts or means was recorded in place of answers."""

        TOPIC = "intake.SurveyTabulated"

        shape: str
        source: str
        sha256: str | None
        units: list[SurveyTableUnitV1]

        def apply(self, aggregate: "Survey") -> None:
            """Keep the table; an earlier one stays in the history."""
            aggregate.table = self

    class ClosedV1(Aggregate.Event):
        """It was closed when an index came of answers only."""

        TOPIC = "intake.SurveyClosed"

        respondents: int
        method: str
        converted: str | None
        quality: str | None
        elements: list[SurveyFigureV1]

        def apply(self, aggregate: "Survey") -> None:
            """Keep the figures."""
            aggregate.state, aggregate.closed_at = SurveyState.CLOSED, self.occurred_at
            aggregate.figures = self

    class Closed(ClosedV1):
        """It takes no more answers, and its index stands."""

        TOPIC = "intake.SurveyClosed.2"

        basis: str

    class PublishedV1(Aggregate.Event):
        """Its result was published when an index came of answers only."""

        TOPIC = "intake.SurveyPublished"

        period: str
        respondents: int
        method: str
        converted: str
        quality: str
        elements: list[SurveyPublishedFigureV1]
        media: list[str]
        analysis: SealedBox
        follow_up: SealedBox
        followed_up: SealedBox | None

        def apply(self, aggregate: "Survey") -> None:
            """Keep what was published."""
            aggregate.state, aggregate.published = SurveyState.PUBLISHED, self

    class Published(PublishedV1):
        """Its result was published."""

        TOPIC = "intake.SurveyPublished.2"

        basis: str

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        state: SurveyState
        terms: Terms
        agenda: SealedBox
        target: SealedBox
        proposed_at: datetime
        proposed_by: str
        remarks: SealedBox | None
        approved_at: datetime | None
        approved_by: str | None
        coordinated: "Survey.UnitsCoordinated | None"
        opened_at: datetime | None
        closed_at: datetime | None
        table: "Survey.Tabulated | None"
        figures: "Survey.ClosedV1 | None"
        published: "Survey.PublishedV1 | None"

    @classmethod
    def propose(
        cls,
        act: Act,
        *,
        id: UUID,
        puskesmas: str,
        terms: Terms,
        agenda: SealedBox,
        target: SealedBox,
    ) -> "Survey":
        """Write the terms of reference; raises InvalidInput with every wrong field."""
        facts = _checked(terms)
        return cls.begin(
            cls.Proposed, act, id=id, puskesmas=puskesmas, **facts, agenda=agenda, target=target
        )

    def propose_again(self, act: Act, terms: Terms, agenda: SealedBox, target: SealedBox) -> None:
        """Write them anew after they came back; raises StepNotAllowed, InvalidInput."""
        self.must_allow(SurveyStep.PROPOSAL)
        self.record(self.ProposedAgain, act, **_checked(terms), agenda=agenda, target=target)

    def give_back(self, act: Act, remarks: SealedBox) -> None:
        """Give the terms back with what is to be mended; raises StepNotAllowed."""
        self._step(SurveyStep.RETURN, act, self.proposed_at)
        self.record(self.Returned, act, remarks=remarks)

    def approve(self, act: Act) -> None:
        """Approve the terms; raises StepNotAllowed."""
        self._step(SurveyStep.APPROVAL, act, self.proposed_at)
        self.record(self.Approved, act)

    def coordinate(
        self, act: Act, units: Sequence[str], who: Sequence[str], note: SealedBox | None
    ) -> None:
        """Record with which units it was coordinated; raises StepNotAllowed, InvalidInput for a
        unit that takes no part."""
        self._step(SurveyStep.COORDINATION, act, self.approved_at)
        if not units or not set(units) <= set(self.terms.units):
            raise invalid("units", _("Pilih unit yang ikut survei ini."))
        self.record(self.UnitsCoordinated, act, units=list(units), who=list(who), note=note)

    def open(self, act: Act) -> None:
        """Let it take answers; raises StepNotAllowed."""
        self._step(SurveyStep.OPENING, act, _at(self.coordinated))
        self.record(self.Opened, act)

    def tabulate(self, act: Act, table: SurveyTable, *, answered: int, replaces: bool) -> None:
        """Record a table in place of answers; `answered` is how many there are, `replaces` that the
        table so far is to be taken no more.

        Raises StepNotAllowed, Conflict where somebody has answered, AlreadyDone for a second table
        that is not said to replace the first, InvalidInput with every wrong field.
        """
        self._step(SurveyStep.TABLE, act, self.opened_at)
        self.must_take_table(answered)
        if self.table is not None and not replaces:
            raise AlreadyDone(
                _("Survei ini sudah punya tabel. Nyatakan bahwa yang baru menggantikannya.")
            )
        table.check(self.terms)
        self.record(self.Tabulated, act, **table.stated())

    def close(self, act: Act, figures: Figures) -> None:
        """Take no more answers; raises StepNotAllowed."""
        self._step(SurveyStep.CLOSING, act, self.opened_at)
        facts = asdict(figures) | {"elements": figures.elements}
        self.record(self.Closed, act, **facts)

    def publish(
        self,
        act: Act,
        media: Sequence[str],
        analysis: SealedBox,
        follow_up: SealedBox,
        followed_up: SealedBox | None,
    ) -> None:
        """Publish the result; raises StepNotAllowed, InvalidInput for an unknown medium, and
        Conflict where there is no index to be published."""
        self._step(SurveyStep.PUBLICATION, act, self.closed_at)
        if not media or not set(media) <= set(MEDIA):
            raise invalid("media", _("Pilih salah satu: {choices}.", choices=", ".join(MEDIA)))
        closed = self.figures
        if closed is None or closed.converted is None or closed.quality is None:
            raise Conflict(
                _("Survei ini tidak punya indeks: ada unsur yang tidak dijawab seorang pun.")
            )
        self.record(
            self.Published,
            act,
            period=self.terms.period,
            respondents=closed.respondents,
            basis=self.basis,
            method=closed.method,
            converted=closed.converted,
            quality=closed.quality,
            elements=[
                SurveyPublishedFigureV1(
                    element=each.element,
                    mean=each.mean,
                    converted=each.converted,
                    quality=each.quality,
                )
                for each in closed.elements
            ],
            media=list(media),
            analysis=analysis,
            follow_up=follow_up,
            followed_up=followed_up,
        )

    def must_take_table(self, answered: int) -> None:
        """Raise StepNotAllowed where no table is taken, Conflict where so many have answered."""
        self.must_allow(SurveyStep.TABLE)
        if answered:
            raise Conflict(_ANSWERED)

    @property
    def basis(self) -> str:
        """What its index is reckoned from: `answers`, `counts` or `means`."""
        return ANSWERS if self.table is None else self.table.shape

    @property
    def allowed(self) -> tuple[SurveyStep, ...]:
        """The steps that may be taken now; where there is a table, nobody answers any more."""
        steps = ALLOWED[self.state]
        return steps if self.table is None else tuple(s for s in steps if s != SurveyStep.ANSWERS)

    def must_allow(self, step: SurveyStep) -> None:
        """Raise StepNotAllowed, with what is allowed, where that does not hold a step."""
        if step not in self.allowed:
            why = _TABULATED if step in ALLOWED[self.state] else _REFUSALS[self.state]
            raise StepNotAllowed(why, [str(each) for each in self.allowed])

    def _step(self, step: SurveyStep, act: Act, after: datetime | None) -> None:
        self.must_allow(step)
        if after is not None and act.occurred_at < after:
            raise invalid(
                "occurred_at", _("Waktu ini sebelum langkah sebelumnya. Periksa tanggal dan jam.")
            )


def _at(event: Aggregate.Event | None) -> datetime | None:
    return None if event is None else event.occurred_at


def _checked(terms: Terms) -> dict[str, Any]:
    if problems := terms.problems():
        raise InvalidInput(*problems)
    return asdict(terms)


_ANSWERED: Final = _(
    "Survei ini sudah punya jawaban, dan tabel bisa memuat responden yang sama. Kirim jawaban "
    "satu baris per responden, atau susun survei tersendiri untuk tabel ini."
)
_TABULATED: Final = _(
    "Survei ini dihitung dari tabel yang sudah dicatat, jadi tidak menerima jawaban satu per satu. "
    "Tabelnya dapat diganti; jawaban ditampung di survei tersendiri."
)
_REFUSALS: Final = {
    SurveyState.PROPOSED: _("Kerangka acuan survei ini menunggu persetujuan Kepala Puskesmas."),
    SurveyState.RETURNED: _("Kerangka acuan survei ini dikembalikan. Perbaiki dahulu."),
    SurveyState.APPROVED: _("Survei ini perlu dikoordinasikan dahulu dengan unit yang ikut."),
    SurveyState.COORDINATED: _("Survei ini belum dibuka."),
    SurveyState.OPEN: _("Survei ini sedang dibuka. Tutup dahulu."),
    SurveyState.CLOSED: _("Survei ini sudah ditutup dan tidak menerima jawaban lagi."),
    SurveyState.PUBLISHED: _("Hasil survei ini sudah diterbitkan; tidak ada lagi yang diubah."),
}
