"""Whether the words of a complaint can be opened here, and if not, why: said on its pages."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.kernel.keyring.keyring import Keyring
from services.kernel.text import Text, _

HOME: Final = "home"
ESCALATED: Final = "escalated"
"""What a key goes to another origin for."""
ERASED_SAID: Final = _("Isi keluhan ini sudah dihapus; tidak ada lagi yang bisa ditambahkan.")


LOCKED_SAID: Final = _(
    "Isi tidak dapat dibuka: berkas kunci di mesin ini hilang, tidak terbaca, atau bukan miliknya. "
    "Beri tahu pengelola sistem."
)


class Standing(StrEnum):
    """How the key of a complaint stands at one origin."""

    HERE = "here"
    COMING = "coming"
    HANDED_OVER = "handed_over"
    AWAY = "away"
    ERASED = "erased"
    LOCKED = "locked"


@dataclass(frozen=True)
class Stand:
    """How it stands; `elsewhere` is the origin that the key comes from, or where it is or went."""

    how: Standing
    elsewhere: str

    @property
    def said(self) -> Text | None:
        """The sentence that tells why the words cannot be opened; None where they can."""
        match self.how:
            case Standing.COMING:
                return _(
                    "Isi keluhan ini belum tiba: kuncinya menyusul dari {origin}. Langkah yang "
                    "tidak memerlukan isi sudah dapat dicatat.",
                    origin=self.elsewhere,
                )
            case Standing.HANDED_OVER:
                return _(
                    "Isi keluhan ini sudah diserahkan ke {origin}, tempat kasusnya ditangani; di "
                    "sini tidak dapat dibuka lagi. Yang ditambahkan di sini sampai di sana.",
                    origin=self.elsewhere,
                )
            case Standing.AWAY:
                return _(
                    "Isi keluhan ini hanya dapat dibuka di {origin}, tempat kasusnya ditangani. "
                    "Yang ditambahkan di sini sampai di sana.",
                    origin=self.elsewhere,
                )
            case Standing.ERASED:
                return ERASED_SAID
            case Standing.LOCKED:
                return LOCKED_SAID
        return None


def standing(
    keyring: Keyring, complaint: str, received_by: str, here: str, home: str = ""
) -> Stand:
    """Return how the key of a complaint stands here; `received_by` is the origin that made it,
    `home` that of its Puskesmas, where somebody asks elsewhere."""
    if keyring.erased.mark(complaint) is not None:
        return Stand(Standing.ERASED, here)
    if keyring.locked:
        return Stand(Standing.LOCKED, here)
    if keyring.key(complaint) is not None:
        return Stand(Standing.HERE, here)
    ways = keyring.ways(complaint)
    for each in ways:
        if each.sender == here and each.purpose == HOME:
            return Stand(Standing.HANDED_OVER, each.receiver)
    if received_by != here and not any(each.receiver == here for each in ways):
        if home not in ("", here):
            return Stand(Standing.AWAY, home)
        return Stand(Standing.COMING, received_by)
    return Stand(Standing.ERASED, here)
