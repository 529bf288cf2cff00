"""Paper and pictures as a printer and a camera have them: PDF pages drawn, codes read."""

import io

import pypdfium2
import zxingcpp
from PIL import Image

DOTS: float = 200 / 72
"""How many pixels a point is drawn with: a plain office printer's."""


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
