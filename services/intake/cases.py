"""What a complaint's case still lets be said of the complaint: asked before it is written down.

What the case refuses afterwards would stand on the form as though it were so. The lists are asked:
where they do not answer, or lag behind, it is written down, the case decides, and its thread and
the form say what became of it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from services.kernel.errors import StepNotAllowed, Unavailable
from services.kernel.text import Text, _

StandingOf = Callable[[UUID], tuple[str, bool, datetime | None] | None]
"""The state of a complaint's case as the lists know it, whether the last withdrawal came too late
for it, and when it came to its end; None where they know of no case (`services.main` joins in
reporting)."""

_ENDED: Final = {
    "withdrawn": _("Keluhan ini sudah dicabut. Bila masih perlu, sampaikan sebagai keluhan baru."),
    "referred": _(
        "Keluhan ini sudah diteruskan ke pihak lain; tindak lanjutnya ditanyakan di sana. Hal "
        "yang baru disampaikan sebagai keluhan baru."
    ),
    "duplicate": _(
        "Keluhan ini dijawab bersama keluhan lain yang sama. Hal yang baru disampaikan sebagai "
        "keluhan baru."
    ),
}
_HAS_RESULT: Final = _("Hasilnya sudah ditulis, jadi tidak dapat dicabut lagi.")
_NO_DUPLICATE: Final = _(
    "Kasusnya sudah selesai ditangani, jadi tidak dapat lagi dijawab bersama keluhan lain."
)
_NO_PRAISE: Final = _("Kasusnya sudah selesai ditangani, jadi tidak dapat lagi menjadi pujian.")
_REFUSED: Final[Mapping[str, Mapping[str, Text]]] = {
    "withdrawal": {
        "documented": _HAS_RESULT,
        "evaluated": _HAS_RESULT,
        "referred": _ENDED["referred"],
        "duplicate": _ENDED["duplicate"],
    },
    "duplicate": {
        **dict.fromkeys(("documented", "evaluated"), _NO_DUPLICATE),
        "withdrawn": _ENDED["withdrawn"],
        "referred": _ENDED["referred"],
    },
    "praise": dict.fromkeys(("documented", "evaluated", "referred"), _NO_PRAISE),
    "reopening": _ENDED,
    "rating": {"withdrawn": _ENDED["withdrawn"]},
}


def refusal(state: str | None, request: str) -> Text | None:
    """Return why a case in this state does not allow what is asked, if it does not.

    `request`: withdrawal, duplicate, praise (a correction to it), reopening, rating.
    """
    return _REFUSED[request].get(state or "")


class Standing(NamedTuple):
    """How a complaint's case stands: its state (None where it has none, or nobody can say),
    whether the last withdrawal came too late for it, and when it was recorded that it ended."""

    state: str | None = None
    in_vain: bool = False
    closed_at: datetime | None = None


class Cases:
    """Asks how the case of a complaint stands."""

    def __init__(self, standing_of: StandingOf) -> None:
        self._standing_of = standing_of

    def standing(self, complaint: UUID) -> Standing:
        """Return how its case stands."""
        try:
            return Standing(*(self._standing_of(complaint) or ()))
        except Unavailable:
            return Standing()

    def asked(self, complaint: UUID, request: str) -> "Asked":
        """Return what its case says to a request."""
        state, in_vain, _closed_at = self.standing(complaint)
        return Asked(refusal(state, request), in_vain)


class Asked(NamedTuple):
    """What a case says to a request: why not, if so, and whether the last withdrawal came too late
    for it. It is asked before the command, and held against it within: a command that was carried
    out before answers what it answered, whatever became of the case since."""

    refused: Text | None
    in_vain: bool

    def must_allow(self) -> None:
        """Raise StepNotAllowed where the case refuses."""
        if self.refused is not None:
            raise StepNotAllowed(self.refused, ())


UNASKED: Final = Cases(lambda _complaint: None)
"""For whoever has no lists to ask: the case decides alone."""
