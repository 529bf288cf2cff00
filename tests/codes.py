"""Paper and pictures as a printer and a camera have them: PDF pages drawn, codes read."""

import io
import itertools
from collections.abc import Iterator
from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image

DOTS: float = 200 / 72
"""How many pixels a point is drawn with: a plain office printer's."""


Box = tuple[float, float, float, float]
"""Left, bottom, right and top of something on a page, in points."""


def sheets(pdf: bytes) -> list[Image.Image]:
    """Return the pages of a PDF as they are printed."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=DOTS).to_pil() for page in document]
    finally:
        document.close()


def words(pdf: bytes) -> str:
    """Return what can be read on a PDF, its lines joined."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        said = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return " ".join(" ".join(said).split())


def picture(png: bytes) -> Image.Image:
    """Return a picture."""
    return Image.open(io.BytesIO(png)).convert("RGB")


def read(*images: Image.Image) -> list[str]:
    """Return what the QR codes on pictures say."""
    found = [code for image in images for code in zxingcpp.read_barcodes(image)]
    return [code.text for code in found if code.format == zxingcpp.BarcodeFormat.QRCode]


def edge_is_bare(image: Image.Image, margin: int = 10) -> bool:
    """Say whether nothing stands on the outermost pixels: text that ran over would."""
    width, height = image.size
    plain = image.convert("L")
    strips = (
        (0, 0, width, margin),
        (0, height - margin, width, height),
        (0, 0, margin, height),
        (width - margin, 0, width, height),
    )
    return all(low == high for low, high in (plain.crop(each).getextrema() for each in strips))


def crowded(pdf: bytes, margin: float = 44.0) -> list[str]:
    """Return what of a PDF stands beyond the margins (points, at either side) or over something
    else, each with its page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            f"page {number}: {wrong}"
            for number, page in enumerate(document, start=1)
            for wrong in _crowded(page.get_textpage(), page.get_size(), margin)
        ]
    finally:
        document.close()


def _crowded(page: Any, size: tuple[float, float], margin: float) -> Iterator[str]:
    """Yield what stands wrongly on a page; lines are looked at from below."""
    width, height = size
    lines: list[Box] = [page.get_rect(number) for number in range(page.count_rects())]
    lines.sort(key=lambda box: box[1])
    for place, (left, bottom, right, top) in enumerate(lines):
        if left < margin or right > width - margin or bottom < 20 or top > height - 20:
            yield f"over the edge: {page.get_text_bounded(left, bottom, right, top)}"
        for box in itertools.islice(lines, place + 1, None):
            if box[1] > top - 2.0:
                break
            if min(right, box[2]) - max(left, box[0]) > 1.0:
                both = ((left, bottom, right, top), box)
                yield " over ".join(page.get_text_bounded(*each) for each in both)
