"""What a file is, seen from its bytes alone: a photo (JPEG, PNG, WebP) or a PDF.

Pure. A photo keeps its picture as it is, bit for bit; all else that it carries (where and when it
was taken, by whose telephone, a small copy from before it was cropped, whatever follows its end)
is left out. Nothing is decoded here, so a picture of any size costs nothing to refuse.
"""

from typing import Final, NamedTuple

from services.kernel.errors import TooLarge, invalid
from services.kernel.files.jpeg import cleaned_jpeg
from services.kernel.files.parts import Broken, Picture
from services.kernel.files.png import cleaned_png
from services.kernel.files.webp import cleaned_webp
from services.kernel.text import _

MAX_BYTES: Final = 10 << 20
# What a request that brings a file may hold: the form around it, too, and a file that is a little
# too large, so that the answer can say so.
REQUEST_BYTES: Final = 11 << 20
SENT_MOST: Final = 32 << 20
"""Bytes of one request: a file that is too large is told so beside its field, with all else that
was typed still there, as long as it is no larger than what telephones make."""
MAX_PIXELS: Final = 50_000_000
EXTENSIONS: Final = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
}
_BEFORE_PDF = b"\xef\xbb\xbf \t\r\n"
_PDF_STARTS_WITHIN = 64
_PDF_ENDS_WITHIN = 2048


class Content(NamedTuple):
    """A file as it is kept: what its content is found to be, and its bytes."""

    media_type: str
    data: bytes


def cleaned(data: bytes) -> Content:
    """Return a file's type and the bytes to keep.

    Raises TooLarge beyond MAX_BYTES; InvalidInput for what is no photo or PDF, is cut off, or has
    more than MAX_PIXELS.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(_("Berkas ini lebih dari 10 MB. Kecilkan lalu kirim lagi."))
    if not data:
        raise invalid("file", _("Berkas ini kosong."))
    if data[:_PDF_STARTS_WITHIN].lstrip(_BEFORE_PDF).startswith(b"%PDF-"):
        if b"%%EOF" not in data[-_PDF_ENDS_WITHIN:]:
            raise _cut_off()
        return Content("application/pdf", data)
    try:
        media_type, picture = _picture(data)
    except (Broken, IndexError):
        raise _cut_off() from None
    if picture.width * picture.height > MAX_PIXELS:
        message = _(
            "Gambar ini lebih dari {limit} megapiksel. Kecilkan lalu kirim lagi.",
            limit=MAX_PIXELS // 1_000_000,
        )
        raise invalid("file", message)
    return Content(media_type, picture.data)


def _picture(data: bytes) -> tuple[str, Picture]:
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", cleaned_jpeg(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", cleaned_png(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp", cleaned_webp(data)
    raise invalid("file", _("Kirim foto (JPEG, PNG, WebP) atau PDF. Isi berkas ini bukan itu."))


def _cut_off() -> Exception:
    return invalid("file", _("Berkas ini tidak utuh. Simpan ulang, lalu kirim lagi."))
