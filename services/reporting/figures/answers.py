"""What the calls about figures answer, as the OpenAPI document describes it."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.reporting.answers import EventItem
from services.reporting.completeness import Incomplete


class Counts(BaseModel):
    """Figures of some cases; on time is out of what was done or should have been."""

    received: int
    praise: int
    open: int
    overdue: int
    responded_on_time: int
    response_judged: int
    settled_on_time: int
    settlement_judged: int


class FigureValue(BaseModel):
    """What a figure of the registry (`GET /reports/figures`) came to."""

    numerator: int | None = Field(
        description="how many cases, surveys or respondents count; null: no report"
    )
    denominator: int | None = Field(
        description="of how many cases, visits, surveys or respondents; null: of none"
    )
    value: float | None = Field(
        description="a count, a share from 0 to 1 (of respondents it may be more), days, "
        "cases per 1,000 visits, or an index from 25 to 100; null: there is "
        "nothing to say it of"
    )


class PlaceCounts(Counts):
    """The figures of one Puskesmas."""

    part: str
    figures: dict[str, FigureValue]


class Share(BaseModel):
    """How many cases are of some part."""

    part: str | None
    cases: int


class TrendPoint(BaseModel):
    """A part of the days asked for: what came in and was closed in it, what was open at its end,
    and the figures of what came in."""

    starts: date
    ends: date
    received: int
    closed: int
    open: int
    figures: dict[str, FigureValue]


class Trend(BaseModel):
    """How figures moved."""

    grain: str = Field(description="day, week or month")
    points: list[TrendPoint]


class SurveyElement(BaseModel):
    """What a survey came to in one element, as its method writes it."""

    element: str = Field(examples=["time"])
    mean: str = Field(description="NRR, 1 to 4")
    converted: str = Field(description="25 to 100")
    quality: str = Field(description="A to D")


class ClosedSurvey(BaseModel):
    """A satisfaction survey that was closed: its index, and who answered."""

    id: UUID
    puskesmas: str
    period: str = Field(examples=["2026-Q4"])
    state: str = Field(description="closed or published")
    closed_at: datetime
    published_at: datetime | None
    population: int
    sample_size: int = Field(description="respondents that its terms of reference ask for")
    respondents: int
    basis: str = Field(description="answers, or a table of counts or means in their place")
    method: str
    index: float | None = Field(description="25 to 100; null: an element has no answer")
    quality: str | None = Field(description="A to D")
    elements: list[SurveyElement]


class Dashboard(Counts):
    """The dashboard of the days asked for."""

    as_of: datetime
    known_at: datetime
    incomplete: list[Incomplete] = Field(description="whose data is not whole; empty: nobody's")
    heard: bool = Field(description="false: of the one Puskesmas asked for nothing has come")
    figures: dict[str, FigureValue] = Field(description="by the code of the registry")
    trend: Trend
    states: list[Share] = Field(description="open cases by state")
    categories: list[Share] = Field(description="one complaint may be of several")
    channels: list[Share] = Field(description="praise among them")
    received_by_channel: list[Share] = Field(description="without praise")
    units: list[Share]
    barriers: list[Share]
    puskesmas: list[PlaceCounts]
    surveys: list[ClosedSurvey] = Field(
        description="closed within the days, the newest first; a Puskesmas without has no index"
    )
    unheard: list[str] = Field(description="Puskesmas from which nothing has come")


class FigureItem(BaseModel):
    """A figure of the registry: what it is, and how it is made."""

    code: str
    group: str
    unit: str = Field(description="cases, share, days, working_days, per_thousand or index")
    of: str = Field(description="what lies behind it: cases or surveys")
    name: str
    meaning: str
    numerator: str
    denominator: str | None
    source: str
    least: int = Field(description="of fewer cases it is not shown as a share, nor compared")
    target: float | None


class FigureItems(BaseModel):
    """The registry of figures."""

    items: list[FigureItem]


class AuditedCase(BaseModel):
    """A case behind a figure, and the events behind the case."""

    id: UUID
    number: str
    puskesmas: str
    state: str | None
    received_at: datetime
    counted: bool = Field(description="it is of the numerator; false: of the denominator only")
    days: int | None = Field(description="of a figure in days: what this case took")
    rules_version: int | None = Field(description="the version of the rules that its dates obey")
    items: list[EventItem]


class AuditedSurvey(ClosedSurvey):
    """A survey behind a figure, and the events of its steps."""

    counted: bool = Field(description="it is of the numerator; false: of the denominator only")
    items: list[EventItem]


class AuditedFigure(BaseModel):
    """What a figure came to, and a page of the cases, or surveys, that it is made of."""

    figure: FigureItem
    as_of: datetime
    known_at: datetime
    value: FigureValue
    items: list[AuditedCase | AuditedSurvey]
    next: str | None
