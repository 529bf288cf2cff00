"""Opening sealed words for a page: who may, which of them, and the entry that says so."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.kernel.access.principal import Principal, may_open_identity, may_open_words
from services.kernel.contracts import SealedBox
from services.kernel.keyring.keyring import Keyring

IDENTITY_PLACE = "ComplaintReceived.complainant"


@dataclass(frozen=True)
class About:
    """What decides who may open words about one complaint."""

    puskesmas: str
    confidentiality: str
    entered_by: str | None
    escalated: bool = False


class Words:
    """Opens boxes in memory, by role, with one access-log entry a page."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def open(
        self,
        principal: Principal,
        page: str,
        wanted: Sequence[tuple[About, SealedBox | None]],
    ) -> list[str | None]:
        """Return the words of each box in order; None where the role may not or no key is left.

        `page` is the page's name (never an address with an id in it).
        """
        allowed = [
            box if box and self._may(principal, about, box) else None for about, box in wanted
        ]
        boxes = [box for box in allowed if box]
        role = self._role(principal, wanted)
        opened = iter(self._keyring.open(boxes, principal.account_id, role, page))
        return [next(opened) if box else None for box in allowed]

    def _may(self, principal: Principal, about: About, box: SealedBox) -> bool:
        may = may_open_identity if box.place == IDENTITY_PLACE else may_open_words
        return may(
            principal, about.puskesmas, about.confidentiality, about.entered_by, about.escalated
        )

    def _role(self, principal: Principal, wanted: Sequence[tuple[About, SealedBox | None]]) -> str:
        for about, _box in wanted:
            if principal.may("words.open", about.puskesmas):
                return principal.role_for("words.open", about.puskesmas)
        return ""
