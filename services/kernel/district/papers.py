"""An office's papers: how they are numbered, and which decrees and procedures there are."""

from datetime import date
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from services.kernel.district.parts import Name, Part
from services.kernel.text import Text, _

PaperKind = Literal[
    "terms_of_reference", "survey_report", "invitation", "minutes", "complaint_form"
]
"""The papers of an office that are numbered beside the recap (`RecapNumber`)."""
PaperAbout = Literal["decree", "guideline", "capturing", "discussing", "conveying"]
"""Of feedback: who manages it, how it is done as a whole, and the procedures to take it in, to
discuss it, and to tell of what was done."""

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
"""How letters of offices write the month."""
_NUMBERED_BY = {"code", "month", "roman", "year"}
_BY_DAY = _NUMBERED_BY | {"day"}
_BY_COMPLAINT = _NUMBERED_BY | {"number"}


def _places(value: str, mend: Text) -> set[str]:
    """Return the names that a pattern stands for."""
    try:
        # A name with an index, an attribute, a conversion or a width is none of them.
        return {
            f"{name}{how or ''}{spec}"
            for _text, name, spec, how in Formatter().parse(value)
            if name is not None
        }
    except ValueError as error:
        raise ValueError(mend) from error


def _recap_number(value: str) -> str:
    places = _places(value, _NUMBER_MEND)
    if not ({"month", "roman"} & places and "year" in places and places <= _NUMBERED_BY):
        raise ValueError(_NUMBER_MEND)
    return value


def _paper_number(value: str) -> str:
    places = _places(value, _PAPER_MEND)
    if not ({"month", "roman"} & places and "year" in places and places <= _BY_DAY):
        raise ValueError(_PAPER_MEND)
    return value


def _form_number(value: str) -> str:
    places = _places(value, _FORM_MEND)
    if not ("number" in places and places <= _BY_COMPLAINT):
        raise ValueError(_FORM_MEND)
    return value


_NUMBER_MEND = _(
    "Tulis pola nomor dengan {year} dan {month} atau {roman}, misalnya 445/REKAP/{roman}/{year}. "
    "Yang dikenal: {code}, {month}, {roman}, {year}.",
    code="{code}",
    month="{month}",
    roman="{roman}",
    year="{year}",
)
_PAPER_MEND = _(
    "Tulis pola nomor dengan {year} dan {month} atau {roman}, misalnya 445/NOTULEN.{day}/{roman}/"
    "{year}. Yang dikenal: {code}, {day}, {month}, {roman}, {year}.",
    code="{code}",
    day="{day}",
    month="{month}",
    roman="{roman}",
    year="{year}",
)
_FORM_MEND = _(
    "Tulis pola nomor dengan {number}, nomor keluhannya, misalnya 445/FORM/{number}. "
    "Yang dikenal: {code}, {month}, {number}, {roman}, {year}.",
    code="{code}",
    month="{month}",
    number="{number}",
    roman="{roman}",
    year="{year}",
)


def numbered(pattern: str, code: str, day: date, number: str = "") -> str:
    """Return a document's number by a pattern: short code, day and month (two digits, or Roman),
    year, and the `number` of the complaint that it is about."""
    return pattern.format(
        code=code,
        day=f"{day:%d}",
        month=f"{day:%m}",
        roman=_ROMAN[day.month - 1],
        year=f"{day:%Y}",
        number=number,
    )


RecapNumber = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_recap_number)]
PaperNumber = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_paper_number)]
FormNumber = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_form_number)]


class PaperNumbers(Part):
    """By which pattern an office's papers are numbered, beside the recap; None: by none, so that
    the number of its register of letters is written in by hand."""

    terms_of_reference: PaperNumber | None = None
    survey_report: PaperNumber | None = None
    invitation: PaperNumber | None = None
    minutes: PaperNumber | None = None
    complaint_form: FormNumber | None = None


class OfficePaper(Part):
    """A decree, guideline or procedure of a Puskesmas on feedback: what it is `about` (one may be
    about several), its number, its title, and the day it was issued (None: not known here)."""

    about: tuple[PaperAbout, ...] = Field(min_length=1)
    number: Name
    title: str = Field(min_length=1, max_length=240)
    issued_on: date | None = None
