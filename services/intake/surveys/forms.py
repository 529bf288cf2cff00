"""The bodies of the calls about surveys."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import Field

from services.intake.domain.satisfaction import (
    Counts,
    Means,
    SampleRounding,
    StatedMeans,
    Tally,
)
from services.intake.domain.survey_answer import Filled
from services.intake.domain.survey_table import SurveyTable
from services.intake.surveys.answering import Sheet
from services.intake.surveys.drafting import Proposal
from services.kernel.commands import Body, Line, Moment, Words
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.text import _

ANSWERS_MOST: Final = 500
ELEMENTS_MOST, UNITS_MOST = 100, 100
People = Annotated[int, Field(ge=0, le=10_000_000)]
Mean = Annotated[str, Field(pattern=r"^[1-4](\.[0-9]{1,30})?$", examples=["3.25"])]
Group = Annotated[Line, Field(max_length=120)]


class ProposalBody(Body):
    """Terms of reference (SOP Puring 5.1a): schedule, agenda, whom to ask, and how."""

    period: str = Field(
        pattern=r"^\d{4}(-Q[1-4]|-H[12])?$", examples=["2026-Q4"], description="what it is about"
    )
    opens_on: date
    closes_on: date
    agenda: Words = Field(description="what is done and when; sealed")
    target: Words = Field(description="whom to ask, and why; sealed")
    units: list[str] = Field(min_length=1, max_length=100, examples=[["loket", "farmasi"]])
    ways: list[Literal["link", "desk", "paper", "file"]] = Field(min_length=1, max_length=4)
    population: int = Field(ge=1, le=10_000_000, description="service users of the period")
    sample: int | None = Field(
        None, ge=1, description="respondents wanted; by Krejcie and Morgan where left out"
    )
    sample_rounding: SampleRounding = "nearest"
    asked: str = Field("permenpanrb-14-2017", description="the code of a set of elements")
    method: str = Field(
        "", max_length=200, examples=["weight=0.111,parts=3"], description="exact where left out"
    )

    def taken(self) -> Proposal:
        """Return the body as the application takes it."""
        return Proposal(**self.model_dump())


class StepBody(Body):
    """A step without words."""

    occurred_at: Moment | None = Field(None, description="when it was done; now")


class ReturnBody(StepBody):
    """The head gives terms of reference back."""

    remarks: Words = Field(description="what to mend; sealed")


class CoordinationBody(StepBody):
    """The units that take part were coordinated with."""

    units: list[str] = Field(min_length=1, max_length=100)
    who: list[Line] = Field(min_length=1, max_length=100, description="who spoke for them")
    note: Words | None = Field(None, description="what was agreed; sealed")


class PublicationBody(StepBody):
    """The result is published, and what follows from it recorded for the report."""

    media: list[Literal["notice_board", "clinic_tv", "social_media"]] = Field(min_length=1)
    analysis: Words = Field(description="strong and weak elements, and why; sealed")
    follow_up: Words = Field(description="what will be done; sealed")
    followed_up: Words | None = Field(None, description="what became of the survey before; sealed")


class AnswerBody(Body):
    """What one respondent answered; an element that was left blank is left out."""

    scores: dict[str, int] = Field(
        min_length=1, max_length=100, examples=[{"requirements": 4, "procedure": 3}]
    )
    unit: str | None = None
    groups: dict[str, Group] = Field(
        default_factory=dict, description="gender, age, education, occupation"
    )
    remark: Words | None = Field(None, description="sealed")
    link: Line | None = Field(None, description="answers once only: a sheet's number, say")


class AnswersBody(StepBody):
    """Answers, all of them or none."""

    way: Literal["desk", "paper", "file"] = "paper"
    answers: list[AnswerBody] = Field(min_length=1, max_length=ANSWERS_MOST)

    def taken(self) -> list[Sheet]:
        """Return the answers as the application takes them."""
        return [
            Sheet(Filled(each.scores, each.unit, each.groups, each.remark or ""), each.link)
            for each in self.answers
        ]


class TableUnitBody(Body):
    """What a table says of a unit: either counts or means, of each element by its key."""

    unit: str | None = Field(None, description="null: the whole Puskesmas")
    respondents: People = Field(description="who answered; those in no count left a blank")
    counts: dict[str, Annotated[list[People], Field(min_length=4, max_length=4)]] = Field(
        default_factory=dict,
        max_length=ELEMENTS_MOST,
        examples=[{"requirements": [0, 2, 10, 18]}],
        description="how many gave 1, 2, 3 and 4",
    )
    means: dict[str, Mean] = Field(default_factory=dict, max_length=ELEMENTS_MOST)
    answered: dict[str, People] = Field(
        default_factory=dict,
        max_length=ELEMENTS_MOST,
        description="how many are behind single means, where not all who answered",
    )


class TableBody(StepBody):
    """Counts per score, or only means, that stand for a survey's answers."""

    source: Line = Field(description="who made it", examples=["skm.kebumenkab.go.id"])
    sha256: str | None = Field(
        None, pattern="^[0-9a-f]{64}$", description="the hash of the file that it came from"
    )
    replaces: bool = Field(False, description="it takes the place of the table so far")
    units: list[TableUnitBody] = Field(min_length=1, max_length=UNITS_MOST)

    def taken(self) -> SurveyTable:
        """Return the table as the application takes it; raises InvalidInput where it is neither of
        counts nor of means, or names a unit twice."""
        errors = []
        by_unit = {each.unit: each for each in self.units}
        for place, each in enumerate(self.units):
            if by_unit[each.unit] is not each:
                message = _("Unit ini disebut dua kali. Hapus salah satu.")
                errors.append(FieldError(f"units[{place}].unit", message))
            if bool(each.counts) == bool(each.means) or bool(each.means) != bool(
                self.units[0].means
            ):
                message = _("Isi counts saja atau means saja, sama untuk semua unit.")
                errors.append(FieldError(f"units[{place}]", message))
            errors += [
                FieldError(f"units[{place}].{key}", _("Rata-rata unsur ini belum ada."))
                for key in each.answered
                if key not in each.means
            ]
        if errors:
            raise InvalidInput(*errors)
        if self.units[0].counts:
            tallies = {each.unit: Tally(each.respondents, each.counts) for each in self.units}
            return SurveyTable(Counts(tallies), self.source, self.sha256)
        means = {
            each.unit: Means(
                {key: Fraction(Decimal(mean)) for key, mean in each.means.items()},
                each.respondents,
                answered=each.answered,
            )
            for each in self.units
        }
        return SurveyTable(StatedMeans(means), self.source, self.sha256)
