"""What intake publishes of satisfaction surveys: their steps, each answer, and their figures."""

from datetime import date

import msgspec

from services.kernel.contracts.fields import Internal, Public, Sealed, SealedBox
from services.kernel.contracts.registry import Event, published


class SurveyScoreV1(msgspec.Struct, frozen=True, kw_only=True):
    """What one respondent gave one element, 1 (bad) to 4 (very good); never by its position."""

    element: Internal[str]
    score: Internal[int]


class SurveyGroupV1(msgspec.Struct, frozen=True, kw_only=True):
    """A group that a respondent belongs to: `kind` gender, age, education or occupation."""

    kind: Internal[str]
    group: Internal[str]


class SurveyFigureV1(msgspec.Struct, frozen=True, kw_only=True):
    """An element's mean (NRR), weighted mean, converted value and class, as the method writes
    them."""

    element: Internal[str]
    mean: Internal[str]
    weighted: Internal[str]
    converted: Internal[str]
    quality: Internal[str]


class SurveyPublishedFigureV1(msgspec.Struct, frozen=True, kw_only=True):
    """What the public reads of an element: its mean, converted value and class."""

    element: Public[str]
    mean: Public[str]
    converted: Public[str]
    quality: Public[str]


class SurveyCountV1(msgspec.Struct, frozen=True, kw_only=True):
    """How many gave an element a score of 1 to 4."""

    element: Internal[str]
    score: Internal[int]
    count: Internal[int]


class SurveyMeanV1(msgspec.Struct, frozen=True, kw_only=True):
    """An element's mean as it was stated, a decimal number of 1 to 4, and how many gave it."""

    element: Internal[str]
    mean: Internal[str]
    respondents: Internal[int]


class SurveyTableUnitV1(msgspec.Struct, frozen=True, kw_only=True):
    """What a table says of a unit (None: of the whole Puskesmas): either counts or means.

    Of so many `respondents`, those who are in no count of an element left it blank.
    """

    unit: Internal[str | None]
    respondents: Internal[int]
    counts: Internal[list[SurveyCountV1]]
    means: Internal[list[SurveyMeanV1]]


@published("intake")
class SurveyProposedV1(Event, frozen=True):
    """The terms of reference of a survey were written, or written anew after they came back.

    SOP Puring 5.1a: schedule, agenda, whom to ask. `period` is 2026, 2026-H1 or 2026-Q4; `asked`
    the code of the set of elements and `elements` their keys; `method` how the index is reckoned
    (`weight=…,parts=…`); `ways` of link, desk, paper, file. `sample` respondents are asked of a
    `population`, by Krejcie and Morgan rounded as `sample_rounding` unless more are wanted.
    """

    period: Public[str]
    opens_on: Public[date]
    closes_on: Public[date]
    asked: Public[str]
    elements: Public[list[str]]
    method: Public[str]
    units: Public[list[str]]
    ways: Public[list[str]]
    population: Public[int]
    sample: Public[int]
    sample_rounding: Public[str]
    agenda: Sealed[SealedBox]
    target: Sealed[SealedBox]


@published("intake")
class SurveyReturnedV1(Event, frozen=True):
    """The head gave the terms of reference back (SOP Puring 5.1b); `remarks` say what to mend."""

    remarks: Sealed[SealedBox]


@published("intake")
class SurveyApprovedV1(Event, frozen=True):
    """The head approved the terms of reference (SOP Puring 5.1b)."""


@published("intake")
class SurveyUnitsCoordinatedV1(Event, frozen=True):
    """The units that take part were coordinated with (SOP Puring 5.1c), `who` for them."""

    units: Public[list[str]]
    who: Internal[list[str]]
    note: Sealed[SealedBox | None]


@published("intake")
class SurveyOpenedV1(Event, frozen=True):
    """From now on the survey takes answers (SOP Puring 5.1)."""


@published("intake")
class SurveyAnsweredV1(Event, frozen=True):
    """One respondent answered a `survey`; the subject is the answer's own id.

    SOP Puring 1.6 (the survey), SOP Lamaru 2a. An element that was left blank is not among
    `scores`. `way` is link, desk, paper or file; `link` the keyed hash of what answers once only.
    """

    survey: Public[str]
    way: Public[str]
    unit: Internal[str | None]
    scores: Internal[list[SurveyScoreV1]]
    groups: Internal[list[SurveyGroupV1]]
    link: Internal[str]
    remark: Sealed[SealedBox | None]


@published("intake")
class SurveyRemarkLinkedV1(Event, frozen=True):
    """What this answer remarks was written down as a complaint or suggestion (SOP Lamaru 2b)."""

    survey: Public[str]
    complaint: Public[str]


@published("intake")
class SurveyTabulatedV1(Event, frozen=True):
    """A table was recorded from which the index is reckoned in place of answers (SOP Puring 1.6).

    `shape` is counts or means; `source` who made it, `sha256` the hash of its file, None where it
    did not come as one. A later one of the same survey takes its place.
    """

    shape: Public[str]
    source: Internal[str]
    sha256: Internal[str | None]
    units: Internal[list[SurveyTableUnitV1]]


@published("intake")
class SurveyClosedV1(Event, frozen=True):
    """The survey takes no more answers; its index by the recorded `method` (PermenPANRB 14/2017).

    `converted` is 25 to 100 and `quality` its class; None where an element has no answer.
    """

    respondents: Internal[int]
    method: Public[str]
    converted: Internal[str | None]
    quality: Internal[str | None]
    elements: Internal[list[SurveyFigureV1]]


@published("intake", version=2)
class SurveyClosedV2(Event, frozen=True):
    """The survey takes no more answers; its index by the recorded `method` (PermenPANRB 14/2017).

    As version 1, with what the index was reckoned from: `basis` is answers, or a table of counts or
    means (SurveyTabulated); before, it was always answers.
    """

    respondents: Internal[int]
    basis: Public[str]
    method: Public[str]
    converted: Internal[str | None]
    quality: Internal[str | None]
    elements: Internal[list[SurveyFigureV1]]


@published("intake")
class SurveyPublishedV1(Event, frozen=True):
    """The survey's result was published in `media` (PermenPANRB 14/2017: it must be easy to reach).

    `analysis`, `follow_up` and what became of the survey before (`followed_up`) are for its report.
    """

    period: Public[str]
    respondents: Public[int]
    method: Public[str]
    converted: Public[str]
    quality: Public[str]
    elements: Public[list[SurveyPublishedFigureV1]]
    media: Public[list[str]]
    analysis: Sealed[SealedBox]
    follow_up: Sealed[SealedBox]
    followed_up: Sealed[SealedBox | None]


@published("intake", version=2)
class SurveyPublishedV2(Event, frozen=True):
    """The survey's result was published in `media`.

    As version 1, with what the index was reckoned from, as in SurveyClosed.
    """

    period: Public[str]
    respondents: Public[int]
    basis: Public[str]
    method: Public[str]
    converted: Public[str]
    quality: Public[str]
    elements: Public[list[SurveyPublishedFigureV1]]
    media: Public[list[str]]
    analysis: Sealed[SealedBox]
    follow_up: Sealed[SealedBox]
    followed_up: Sealed[SealedBox | None]
