"""Deadline rules as the district file states them: versions, limits, and where each comes from.

No deadline is a constant of the program: a version of the rules says what holds, from when, and
on whose word. What the limits mean for one case is worked out by `services.kernel.deadlines`.
"""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from itertools import product
from typing import Final, Literal, Self, get_args

from pydantic import Field, model_validator

from services.kernel.district.parts import Name, Part, Slug, digest
from services.kernel.errors import FieldError
from services.kernel.text import Text, _
from services.kernel.vocabulary import CASE_KINDS, GRADES, CaseKind, Grade

LimitName = Literal["response", "settlement"]

LIMIT_NAMES: Final = get_args(LimitName)
UNGRADED: Final = "ungraded"
_GRADED_OR_NOT: Final = (*GRADES, UNGRADED)


class Source(Part):
    """Where a limit comes from, and how far that word can be trusted."""

    code: Slug
    text: Name
    mark: Literal["verified", "second_hand", "own_choice"]


class Limit(Part):
    """One limit: how long until the first response, or until settlement, and for which cases.

    `kinds`, `grades` and `misconduct_related` narrow it; left out, it holds for all. Exactly one
    of `hours` (by the clock) and `working_days` (by the Puskesmas' calendar) is given. Both run
    from when the complaint was received.
    """

    name: LimitName
    source: Slug
    hours: int | None = Field(default=None, ge=1, le=8784)
    working_days: int | None = Field(default=None, ge=0, le=366)
    kinds: tuple[CaseKind, ...] = CASE_KINDS
    grades: tuple[Grade | Literal["ungraded"], ...] = _GRADED_OR_NOT
    misconduct_related: bool | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.hours is None) == (self.working_days is None):
            raise ValueError(_("Isi salah satu saja: hours (jam) atau working_days (hari kerja)."))
        return self

    def holds_for(self, name: str, kind: str, grade: str, misconduct: bool) -> bool:
        """Say whether this is the limit of that name for such a case."""
        return (
            self.name == name
            and kind in self.kinds
            and grade in self.grades
            and self.misconduct_related in (None, misconduct)
        )


class Rules(Part):
    """A version of the deadline rules, in force from a day on, until the next version is.

    A case that ended `keep_years` ago is proposed for erasure (None: never).
    """

    version: int = Field(ge=1)
    in_force_from: date
    sources: tuple[Source, ...]
    limits: tuple[Limit, ...]
    keep_years: int | None = Field(default=None, ge=1, le=100)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of this version's content: a version once in force never changes."""
        return digest(self)

    def limit(self, name: str, *, kind: str, grade: str | None, misconduct: bool) -> Limit:
        """Return the limit for such a case (grade None: not graded yet).

        Raises ValueError for praise, which has none, and for a word that the rules do not know.
        """
        for each in self.limits:
            if each.holds_for(name, kind, grade or UNGRADED, misconduct):
                return each
        raise ValueError(f"no limit is called {name} for a {kind} graded {grade}")

    def source(self, limit: Limit) -> Source:
        """Return where a limit of this version comes from."""
        return next(source for source in self.sources if source.code == limit.source)

    def problems(self) -> Iterator[FieldError]:
        """Yield what is wrong with this version: cases with no limit or with two, lost sources."""
        known = {source.code for source in self.sources}
        for index, limit in enumerate(self.limits):
            if limit.source not in known:
                yield FieldError(
                    f"limits[{index}].source",
                    _("Sumber {code} tidak ada di daftar sources.", code=limit.source),
                )
        for name, kind, grade, misconduct in product(
            LIMIT_NAMES, CASE_KINDS, _GRADED_OR_NOT, (False, True)
        ):
            holding = [
                index
                for index, limit in enumerate(self.limits)
                if limit.holds_for(name, kind, grade, misconduct)
            ]
            if len(holding) != 1:
                case = f"{name}, {kind}, {grade}, misconduct_related {str(misconduct).lower()}"
                yield FieldError("limits", _coverage(case, holding))
                return  # one example is enough to mend the list by


def _coverage(case: str, holding: list[int]) -> Text:
    if not holding:
        return _("Belum ada batas waktu untuk: {case}. Tambahkan satu.", case=case)
    return _(
        "Ada lebih dari satu batas waktu untuk: {case} (nomor {found}). Sisakan satu.",
        case=case,
        found=", ".join(map(str, holding)),
    )
