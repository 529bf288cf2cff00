"""What lies in a bundle: ten items, each with its papers and what is missing. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.kernel.text import Text, _

TITLES: Final[tuple[Text, ...]] = (
    _("SK pengelola umpan balik"),
    _("Pedoman dan kerangka acuan"),
    _("SOP menampung umpan balik"),
    _("Data rekapan"),
    _("SOP membahas umpan balik"),
    _("Notulen pembahasan dan daftar hadir"),
    _("SOP menyampaikan tindak lanjut"),
    _("Bukti penyampaian tindak lanjut"),
    _("Laporan dan rencana tindak lanjut"),
    _("Rencana tindak lanjut yang dilaksanakan"),
)
"""The chain of evidence that a Puskesmas lays out for feedback (criterion 1.1.2)."""
FOLDERS: Final = (
    "01-sk",
    "02-pedoman-kak",
    "03-sop-menampung",
    "04-data-rekapan",
    "05-sop-membahas",
    "06-notulen",
    "07-sop-menyampaikan",
    "08-bukti-penyampaian",
    "09-laporan-rtl",
    "10-rtl-dilaksanakan",
)


@dataclass(frozen=True)
class Paper:
    """A document of the bundle: its file's name in its item's folder, what it is, and what makes
    it (PDF), opening the words in it only then."""

    file: str
    title: Text | str
    make: Callable[[], bytes]


@dataclass
class Item:
    """One of the ten, counted from 1: its papers, what is missing with what would fill it, and what
    was due in the period and not done (`unmet`), which no paper can stand for."""

    number: int
    papers: list[Paper] = field(default_factory=list)
    missing: list[Text] = field(default_factory=list)
    unmet: list[Text] = field(default_factory=list)

    @property
    def title(self) -> Text:
        """What the item is called."""
        return TITLES[self.number - 1]

    @property
    def complete(self) -> bool:
        """Whether nothing of it is missing; what was not done in time is told beside it."""
        return not self.missing

    def path(self, paper: Paper) -> str:
        """Return the place of one of its papers in the bundle."""
        return f"{FOLDERS[self.number - 1]}/{paper.file}"


@dataclass(frozen=True)
class Bundle:
    """The ten items; `past` counts the complaints whose words open for a reason only."""

    items: Sequence[Item]
    past: int

    @property
    def complete(self) -> int:
        """How many of the ten items are whole."""
        return sum(item.complete for item in self.items)

    @property
    def papers(self) -> int:
        """How many documents there are, the index not counted."""
        return sum(len(item.papers) for item in self.items)
