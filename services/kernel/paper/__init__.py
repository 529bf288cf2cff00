"""Documents on paper: data put into a typst template, as PDF.

What a document says comes as data and is shown as text, so that nothing in it can become markup.
The same data gives the same bytes: no clock, no fonts of the machine, no network.
"""

from dataclasses import asdict, dataclass
from typing import Final, Literal

from services.kernel.paper.compiled import compiled
from services.kernel.paper.proven import Proof

MEDIA_TYPE: Final = "application/pdf"


@dataclass(frozen=True)
class Line:
    """One line of a case's thread.

    `times` and `notes` are what stands below it, `said` words that the reader may see; `sealed`
    says that there are words which stay closed; `listed` are the numbered lines of a plan. `mark`:
    done, passed (a day that went by), ahead.
    """

    title: str
    times: str = ""
    notes: tuple[str, ...] = ()
    said: str | None = None
    sealed: str | None = None
    listed: tuple[str, ...] = ()
    mark: Literal["done", "passed", "ahead"] = "done"


@dataclass(frozen=True)
class Stretch:
    """A part of the clock's line: its condition, where it begins and how long it is (percent)."""

    kind: str
    label: str
    times: str
    start: float
    length: float


@dataclass(frozen=True)
class CaseFile:
    """A case file: everything on it is in the reader's language, and written as it shall stand.

    `as_of` says which state of knowledge it shows, `page` is `Halaman {page} dari {pages}`.
    `past`: it shows anything but the newest.
    """

    language: str
    number: str
    place: str
    title: str
    as_of: str
    page: str
    past: bool
    tags: tuple[str, ...]
    pairs_title: str
    pairs: tuple[tuple[str, str], ...]
    thread_title: str
    thread: tuple[Line, ...]
    clock_title: str = ""
    clock: tuple[Stretch, ...] = ()
    people_title: str = ""
    people: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    proof: Proof | None = None


def case_file(data: CaseFile) -> bytes:
    """Return a case file as PDF (PDF/UA-1: tagged, so that a screen reader finds its way)."""
    return compiled("case_file.typ", asdict(data))
