"""What a published result is posted with on social media: two pictures, their description for
whoever does not see them, and a caption to copy."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from services.kernel.paper.picture import Picture, Shape, picture
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web.language import say
from services.kernel.web.pictures import squares

MEDIUM: Final = "social_media"
TITLE: Final = _("Keluhan Anda, tindakan kami")
PLANNED: Final = _("Keluhan Anda, rencana kami")
NAMES: Final[dict[Shape, Text]] = {
    "square": _("Persegi, 1080 × 1080"),
    "upright": _("Tegak, 1080 × 1920"),
}


@dataclass(frozen=True)
class Post:
    """A result, or what is `planned`, that is public on social media; `address` is that of the
    Puskesmas' board. Without `unit` and `day` it is a confidential one."""

    text: str
    place: str
    unit: str | None
    published_at: datetime | None
    zone: ZoneInfo
    address: str
    language: str
    planned: bool

    def drawn(self, shape: Shape) -> bytes:
        """Return a picture as PNG, the same one again while nothing changes."""
        shown = self._say
        data = Picture(
            language=self.language,
            place=self.place,
            title=shown(self._title),
            text=self.text,
            notes=tuple(each for each in (self.unit, self._day) if each),
            more=shown(_("Selengkapnya di papan informasi.")),
            squares=squares(self.address),
            squares_said=self.address.split("://")[-1],
        )
        return _made(data, shape)

    @property
    def described(self) -> str:
        """What the pictures show, for whoever does not see them: all that stands on them."""
        facts = " · ".join(each for each in (self.unit, self._day) if each)
        told = _(
            "Gambar bertulisan dari {place}, {title}: {text}",
            place=self.place,
            title=self._say(self._title),
            text=self.text,
        )
        return "\n".join(each for each in (self._say(told), facts) if each)

    @property
    def caption(self) -> str:
        """The words to post beside the picture."""
        board = _("Semua hasil: {address}", address=self.address)
        return "\n\n".join(
            (f"{self._say(self._title)} · {self.place}", self.text, self._say(board))
        )

    @property
    def _title(self) -> Text:
        return PLANNED if self.planned else TITLE

    @property
    def _day(self) -> str | None:
        if self.published_at is None:
            return None
        day = self.published_at.astimezone(self.zone).date()
        return formats.stamp(day, self.language, self.zone)

    def _say(self, text: Text) -> str:
        return say(text, self.language)


@lru_cache(maxsize=16)
def _made(data: Picture, shape: Shape) -> bytes:
    return picture(data, shape)
