"""Which suggestion box was opened, and the slips that were in it, as they are typed: one a line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.kernel.district import Puskesmas
from services.kernel.errors import FieldError, InvalidInput, invalid
from services.kernel.text import _

MARKS: Final[Mapping[str, str]] = {
    "K": "complaint",
    "S": "suggestion",
    "P": "praise",
    "T": "information_request",
}
"""By which letter a line says of what kind its slip is: keluhan, saran, pujian, tanya."""
_MARKED: Final = re.compile(r"([KSPT])\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class TypedSlip:
    """A slip as it was typed: its words, and of what kind it is."""

    text: str
    kind: str


def box_of(here: Puskesmas, box: str | None) -> str | None:
    """Return the code of the box that is meant; None where the Puskesmas has none on its list.

    Raises InvalidInput for one that it does not have, and where it has several and none is named.
    """
    if box is None:
        in_use = here.boxes_in_use
        if len(in_use) < 2:
            return in_use[0].code if in_use else None
        codes = ", ".join(each.code for each in in_use)
        raise invalid("box", _("Pilih kotak yang dibuka: {codes}.", codes=codes))
    if box not in (each.code for each in here.boxes):
        raise invalid("box", _("Kotak ini tidak ada di Puskesmas ini."))
    return box


def lines_of(typed: str) -> list[TypedSlip]:
    """Return the slips that were typed, one a line; empty lines are none.

    A line may begin with a letter of `MARKS` and a colon; without, it is a complaint.
    """
    return [_slip(line.strip()) for line in typed.splitlines() if line.strip()]


def check_count(counted: int | None, entered: int) -> None:
    """Raise InvalidInput where another number of slips was counted in the box than written down."""
    if counted is not None and counted != entered:
        message = _(
            "Jumlah di kotak {counted}, yang ditulis {entered}. Lengkapi suratnya atau betulkan "
            "jumlahnya.",
            counted=counted,
            entered=entered,
        )
        raise InvalidInput(FieldError("counted", message))


def _slip(line: str) -> TypedSlip:
    marked = _MARKED.fullmatch(line)
    if marked is None:
        return TypedSlip(line, MARKS["K"])
    return TypedSlip(marked[2].strip(), MARKS[marked[1].upper()])
