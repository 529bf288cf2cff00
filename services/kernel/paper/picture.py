"""A published result as a picture for social media, square or upright."""

from dataclasses import asdict, dataclass
from typing import Final, Literal

from services.kernel.paper.compiled import pictured

Shape = Literal["square", "upright"]
SIZES: Final[dict[Shape, tuple[int, int]]] = {"square": (1080, 1080), "upright": (1080, 1920)}
"""Width and height in pixels: a post's and a story's."""
MEDIA_TYPE: Final = "image/png"
_MOST: Final = 1200


@dataclass(frozen=True)
class Picture:
    """What stands on a picture, in the reader's language.

    `text` is made as large as it fits; what would be too small to read at the least size ends with
    `more` (where the whole is to be found) in its place.
    """

    language: str
    place: str
    title: str
    text: str
    notes: tuple[str, ...]
    more: str
    squares: str
    squares_said: str


def picture(data: Picture, shape: Shape) -> bytes:
    """Return a picture as PNG."""
    width, height = SIZES[shape]
    facts = asdict(data) | {"width": width, "height": height, "whole": len(data.text) <= _MOST}
    # Of more no size shows all, and to measure it would take seconds.
    return pictured("picture.typ", facts | {"text": data.text[:_MOST]}, most=21)
