"""Opening sealed words for a page: who may, which of them, and the entry that says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.kernel.access.principal import Principal, identity_role, words_role
from services.kernel.contracts import SealedBox
from services.kernel.keyring.keyring import Keyring, Opening

Page = Literal[
    "case",
    "case_file",
    "complaint_form",
    "alike",
    "attachment",
    "import",
    "work",
    "queue",
    "evaluation",
    "notices",
    "publication",
    "publications",
    "release",
]
"""What words are opened for, as the access log names it."""
LATEST = 200
"""So many openings are looked at for a page; a page of each person and day is shown once."""
IDENTITY_FIELD = ".complainant"
IDENTITY_PLACE = "ComplaintReceived" + IDENTITY_FIELD


@dataclass(frozen=True)
class About:
    """What decides who may open words about one complaint.

    `area` is that of the unit concerned (`District.area_of`; None: not known).
    """

    puskesmas: str
    confidentiality: str
    entered_by: str | None
    area: str | None
    escalated: bool = False


class Words:
    """Opens boxes in memory, by role, with one access-log entry a page and role."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def open(
        self,
        principal: Principal,
        page: Page,
        wanted: Sequence[tuple[About, SealedBox | None]],
    ) -> list[str | None]:
        """Return the words of each box in order; None where the role may not or no key is left.

        Who holds several roles opens each box in one that may; nearly always that is the same role
        for all of a page.
        """
        by_role: dict[str, dict[int, SealedBox]] = {}
        for place, (about, box) in enumerate(wanted):
            if box and (role := _role(principal, about, box)):
                by_role.setdefault(role, {})[place] = box
        found: list[str | None] = [None] * len(wanted)
        for role, boxes in by_role.items():
            words = self._keyring.open([*boxes.values()], principal.account_id, role, page)
            for place, said in zip(boxes, words, strict=True):
                found[place] = said
        return found

    def openings(self, principal: Principal, puskesmas: str, key: str) -> list[Opening] | None:
        """Return the latest openings of the words of one of a place's complaints, oldest first;
        None for who may not see them."""
        if not principal.may("openings.read", puskesmas):
            return None
        return self._keyring.openings(key, newest=LATEST)


def _role(principal: Principal, about: About, box: SealedBox) -> str | None:
    if box.place.endswith(IDENTITY_FIELD):  # as first written down, or as corrected
        return identity_role(principal, about.puskesmas, about.entered_by, about.confidentiality)
    return words_role(principal, about.puskesmas, about.entered_by, about.escalated, about.area)
