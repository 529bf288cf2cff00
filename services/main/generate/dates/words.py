"""What people write who keep the SOPs' dates; everything is in one file."""

from functools import cache
from importlib.resources import files

import msgspec
import yaml


class MeetingWords(msgspec.Struct, frozen=True):
    """The words of one kind of meeting: when it begins as a rule, and whether guests come."""

    hour: int
    guests: bool
    agenda: list[str]
    minutes: list[str]
    outcomes: list[str]


class SurveyWords(msgspec.Struct, frozen=True):
    """The words of a survey, from its terms of reference to its report."""

    agenda: str
    target: str
    returned: str
    target_again: str
    coordinated: str
    analysis: str
    why: list[str]
    follow_up: str
    followed_up: str


class Papers(msgspec.Struct, frozen=True):
    """All words of `words.yaml`; people are a name and a position, decisions what and who."""

    venues: list[str]
    staff: list[tuple[str, str]]
    guests: list[tuple[str, str]]
    head: str
    note_taker: str
    persons: list[str]
    meetings: dict[str, MeetingWords]
    standing: list[tuple[str, str]]
    done: list[str]
    amended: str
    cancelled: list[str]
    topics: list[str]
    effectiveness: list[str]
    barriers: list[str]
    survey: SurveyWords


@cache
def papers() -> Papers:
    """Return the words that ship."""
    text = files(__package__).joinpath("words.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Papers)
