"""The slip that whoever complains at the desk takes home, on the paper of a till or on A6."""

from dataclasses import asdict, dataclass
from typing import Final, Literal

from services.kernel.paper.compiled import compiled

Format = Literal["80mm", "a6"]
FORMATS: Final[tuple[Format, ...]] = ("80mm", "a6")


@dataclass(frozen=True)
class Slip:
    """What stands on a slip, in the reader's language, and written as it shall stand.

    `code` is the receipt's, `squares` the QR picture (an SVG document) that leads there; `next` are
    the paragraphs on what happens now.
    """

    language: str
    place: str
    title: str
    number: str
    received: str
    code_title: str
    code: str
    squares: str
    squares_alt: str
    how: str
    address: str
    next_title: str
    next: tuple[str, ...]
    notes: tuple[str, ...] = ()


def slip(data: Slip, format: Format) -> bytes:
    """Return a slip as PDF: one page, on paper of a till as long as what stands on it."""
    return compiled("slip.typ", asdict(data) | {"format": format}, most=25)
