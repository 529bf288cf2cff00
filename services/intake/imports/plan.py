"""What the columns of a file mean: suggested, corrected by people, remembered for the next file."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.intake.imports.fields import REQUIRED
from services.intake.imports.headings import FIELDS, field_of, heading
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.text import Text, _
from services.kernel.vocabulary import CHANNELS

LEFT_OUT: Final = ""
DOUBLED: Final = _("Ada dua kolom untuk isian ini. Hapus atau ganti salah satu.")

Remembered = Callable[[str], str | None]
"""What a heading, or a whole file of such headings, was said to mean before; None: never seen."""


def nothing(_known: str) -> str | None:
    """Return that nothing is remembered."""
    return None


@dataclass(frozen=True)
class Plan:
    """A field for each column (LEFT_OUT: none), and the channel of rows that name none."""

    columns: tuple[str, ...]
    channel: str = ""

    def errors(self) -> list[FieldError]:
        """Return what keeps the file from being read: a field that is missing or doubled."""
        found = Counter(filter(None, self.columns))
        errors = [FieldError(field, DOUBLED) for field, count in found.items() if count > 1]
        errors += [
            FieldError(field, _missing(name))
            for field, name in REQUIRED.items()
            if field not in found and not (field == "channel" and self.channel)
        ]
        return errors

    def check(self) -> None:
        """Raise InvalidInput naming every field that is missing or doubled."""
        if errors := self.errors():
            raise InvalidInput(*errors)


def suggest(headings: Sequence[str], export: str | None, remembered: Remembered = nothing) -> Plan:
    """Return what the columns most likely mean: as said before, else by their names.

    `export` is the channel that an export of reviews or comments came from. Such a file has many
    columns that its maker chose, so the first that fits a field is it; of a file that people made
    themselves both are kept, for them to choose.
    """
    columns: list[str] = []
    named = [each for each in headings if field_of(each) == "name"]
    for each in headings:
        said = remembered(each)
        field = said if said in (LEFT_OUT, *FIELDS) else field_of(each)
        # A plain `name` beside an author's is that of the place.
        place = heading(each) == "name" and len(named) > 1
        if export and said is None and (place or field in columns):
            field = LEFT_OUT
        columns.append(field or LEFT_OUT)
    before = remembered(shape(headings))
    channel = before if before in CHANNELS else export
    return Plan(tuple(columns), channel or "")


def chosen(columns: Mapping[int, str], count: int, channel: str) -> Plan:
    """Return what people chose for `count` columns; what is no field or channel counts as none."""
    fields = (columns.get(place, LEFT_OUT) for place in range(count))
    return Plan(
        tuple(field if field in FIELDS else LEFT_OUT for field in fields),
        channel if channel in CHANNELS else "",
    )


def shape(headings: Sequence[str]) -> str:
    """Return what stands for a whole row of headings, when it is remembered."""
    return "\0".join(["", *headings])


def _missing(name: str) -> Text:
    return _("Kolom {name} belum ada. Tambahkan di baris judul.", name=name)
