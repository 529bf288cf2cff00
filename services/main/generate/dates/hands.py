"""Takes what is planned by date, through the use cases of the services."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from services.intake.amending import Amending
from services.intake.domain.survey_answer import Filled
from services.intake.surveys.answering import Sheet
from services.intake.surveys.application import Surveys
from services.intake.surveys.drafting import Proposal
from services.intake.visits import Counted, record_visits
from services.kernel.aggregate import Intent
from services.kernel.months import Month
from services.main.generate.dates.words import papers
from services.main.generate.lives import Planned
from services.main.node import Node
from services.reporting.monthly import Monthly
from services.resolution.meetings.recording import Meetings
from services.resolution.meetings.said import Attendee, Decided, Holding, Minutes, Plan
from services.resolution.recap_forms import RecapForms, Written

By = Callable[[str, str, datetime], Intent]
"""Gives the intent of whoever has a role at a Puskesmas at a time."""
_MEDIA: Final = ("notice_board", "clinic_tv")
_ANYBODY: Final = Intent("public", "public")


class Secretary:
    """Takes the planned steps; each method is one of their names.

    `case_of` gives the case of a complaint by its number in the histories.
    """

    def __init__(self, node: Node, by: By, case_of: Callable[[int], UUID]) -> None:
        self._intake, self._by, self._case_of = node.intake, by, case_of
        self._surveys, self._amending = Surveys(node.intake), Amending(node.intake)
        self._meetings, self._forms = Meetings(node.resolution), RecapForms(node.resolution)
        self._monthly = Monthly(node.reporting, node.recaps, node.district)
        self._ids: dict[tuple[str, str], UUID] = {}

    def take(self, puskesmas: str, step: Planned) -> None:
        """Take one step of what a Puskesmas does by date."""
        getattr(self, step.name)(puskesmas, step.at, **step.facts)

    def record_visits(
        self, here: str, at: datetime, month: Month, visits: int, by_unit: dict[str, int]
    ) -> None:
        """Write a month's visits down."""
        who = self._by("officer", here, at)
        record_visits(self._intake, here, Counted(month, visits, by_unit), who).result()

    def complete_recap(
        self,
        here: str,
        at: datetime,
        month: Month,
        effectiveness: str,
        note: str | None,
        barriers: str | None,
    ) -> None:
        """Write the words of a month's recap."""
        written = Written(effectiveness, note, barriers)
        self._forms.complete(here, month, self._by("complaint_team", here, at), written).result()

    def close_recap(self, here: str, at: datetime, month: Month) -> None:
        """Close a month."""
        self._monthly.close(here, month, self._by("complaint_team", here, at)).result()

    def acknowledge_recap(self, here: str, at: datetime, month: Month) -> None:
        """Let the head know what a month reports."""
        self._monthly.acknowledge(here, month, self._by("head", here, at)).result()

    def amend_entry(
        self, here: str, at: datetime, complaint: int, categories: Sequence[str]
    ) -> None:
        """Add what a complaint is also about."""
        id, who = self._case_of(complaint), self._by("officer", here, at)
        changes = {"categories": list(categories)}
        self._amending.correct(id, who, changes, papers().amended).result()

    def correct_recap(self, here: str, at: datetime, month: Month) -> None:
        """Put a month right that had an entry amended since."""
        who = self._by("complaint_team", here, at)
        self._monthly.correct(here, month, who, "wrong_entry").result()

    def call_meeting(
        self, here: str, at: datetime, key: str, cases: Sequence[int], **plan: Any
    ) -> None:
        """Call a meeting."""
        id = self._meetings.new_id()
        self._ids[here, key] = id
        about = [self._case_of(number) for number in cases]
        who = self._by("quality_lead", here, at)
        self._meetings.call(here, who, Plan(cases=about, **plan), id=id).result()

    def cancel_meeting(self, here: str, at: datetime, key: str, reason: str) -> None:
        """Call a meeting off."""
        who = self._by("quality_lead", here, at)
        self._meetings.cancel(self._ids[here, key], who, reason).result()

    def hold_meeting(
        self,
        here: str,
        at: datetime,
        key: str,
        held_at: datetime,
        attendance: Sequence[tuple[str, str]],
        decisions: Sequence[dict[str, Any]],
        **said: str,
    ) -> None:
        """Write down how a meeting was held."""
        words = papers()
        holding = Holding(
            chair=words.head,
            note_taker=words.note_taker,
            minutes=Minutes([Attendee(*each) for each in attendance], **said),
            decisions=[self._decided(**each) for each in decisions],
        )
        who = self._by("quality_lead", here, held_at)
        self._meetings.hold(self._ids[here, key], who, holding).result()

    def do_decision(
        self, here: str, at: datetime, key: str, number: int, done_on: date, note: str
    ) -> None:
        """Do what a meeting decided."""
        who = self._by("complaint_team", here, at)
        self._meetings.complete(self._ids[here, key], who, number, done_on, note).result()

    def propose_survey(self, here: str, at: datetime, key: str, **terms: Any) -> None:
        """Write terms of reference."""
        who = self._by("quality_lead", here, at)
        answer = self._surveys.propose(here, Proposal(**terms), who).result()
        self._ids[here, key] = UUID(answer.ids["id"])

    def return_survey(self, here: str, at: datetime, key: str, remarks: str) -> None:
        """Give terms of reference back."""
        self._surveys.give_back(*self._survey("head", here, at, key), remarks).result()

    def propose_survey_again(self, here: str, at: datetime, key: str, **terms: Any) -> None:
        """Write them anew."""
        id, who = self._survey("quality_lead", here, at, key)
        self._surveys.propose_again(id, who, Proposal(**terms)).result()

    def approve_survey(self, here: str, at: datetime, key: str) -> None:
        """Approve terms of reference."""
        self._surveys.approve(*self._survey("head", here, at, key)).result()

    def coordinate_survey(
        self, here: str, at: datetime, key: str, units: Sequence[str], who: Sequence[str], note: str
    ) -> None:
        """Coordinate with the units."""
        id, by = self._survey("complaint_team", here, at, key)
        self._surveys.coordinate(id, by, units, who, note).result()

    def open_survey(self, here: str, at: datetime, key: str) -> None:
        """Let a survey take answers."""
        self._surveys.open(*self._survey("complaint_team", here, at, key)).result()

    def answer_survey(
        self, here: str, at: datetime, key: str, way: str, filled: Sequence[Filled]
    ) -> None:
        """Take answers: of the public's form, or from paper."""
        id, by = self._survey("officer", here, at, key)
        sheets = [Sheet(each) for each in filled]
        self._surveys.answering.answer(id, _ANYBODY if way == "link" else by, way, sheets).result()

    def close_survey(self, here: str, at: datetime, key: str) -> None:
        """Take no more answers."""
        self._surveys.close(*self._survey("complaint_team", here, at, key)).result()

    def publish_survey(self, here: str, at: datetime, key: str, why: str, first: bool) -> None:
        """Publish a result, with what it says of its elements."""
        id, by = self._survey("complaint_team", here, at, key)
        survey, said = self._surveys.get(id), papers().survey
        assert survey.figures is not None
        ranked = sorted(survey.figures.elements, key=lambda each: Decimal(each.converted))
        names = self._surveys.asked(survey).names
        lowest, highest = ranked[0], ranked[-1]
        named = {
            "lowest": str(names[lowest.element]).lower(),
            "highest": str(names[highest.element]).lower(),
        }
        words = {
            "analysis": said.analysis.format(
                **named,
                low=lowest.converted.replace(".", ","),
                high=highest.converted.replace(".", ","),
                why=why,
            ),
            "follow_up": said.follow_up.format(**named),
            "followed_up": None if first else said.followed_up,
        }
        self._surveys.publish(id, by, _MEDIA, words).result()

    def _survey(self, role: str, here: str, at: datetime, key: str) -> tuple[UUID, Intent]:
        return self._ids[here, key], self._by(role, here, at)

    def _decided(self, case: int | None, **said: Any) -> Decided:
        return Decided(case=None if case is None else self._case_of(case), **said)


_RESOLUTION: Final = frozenset(
    {"complete_recap", "call_meeting", "cancel_meeting", "hold_meeting", "do_decision"}
)
_REPORTING: Final = frozenset({"close_recap", "acknowledge_recap", "correct_recap"})


def service_of(step: Planned) -> str:
    """Return the service that a step is taken at."""
    if step.name in _REPORTING:
        return "reporting"
    return "resolution" if step.name in _RESOLUTION else "intake"
