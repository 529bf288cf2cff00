"""The text of a document that the product wrote: enough of PDF to find a word in it."""

import re
import zlib
from collections.abc import Iterator

STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
PAIRS = re.compile(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>")
SHOWN = re.compile(rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f]+>", re.DOTALL)


def text_of(pdf: bytes) -> str:
    """Return what stands on all pages, read with each of the document's fonts in turn."""
    streams = list(_streams(pdf))
    fonts = [dict(_mapped(each)) for each in streams if b"begincmap" in each]
    pages = [each for each in streams if b" Tf" in each and b"begincmap" not in each]
    glyphs = [_glyphs(each) for each in pages]
    return "\n".join(
        "".join(font.get(each, " ") for each in page) for font in fonts for page in glyphs
    )


def _streams(pdf: bytes) -> Iterator[bytes]:
    for found in STREAM.finditer(pdf):
        try:
            yield zlib.decompress(found[1])
        except zlib.error:
            yield found[1]


def _mapped(cmap: bytes) -> Iterator[tuple[int, str]]:
    for glyph, text in PAIRS.findall(cmap):
        yield int(glyph, 16), bytes.fromhex(text.decode()).decode("utf-16-be", "replace")


def _glyphs(content: bytes) -> list[int]:
    shown = b"".join(_bytes(each) for each in SHOWN.findall(content))
    return [int.from_bytes(shown[at : at + 2], "big") for at in range(0, len(shown) - 1, 2)]


def _bytes(shown: bytes) -> bytes:
    if shown.startswith(b"<"):
        return bytes.fromhex(shown[1:-1].decode())
    return re.sub(rb"\\([0-7]{1,3}|.)", _escaped, shown[1:-1], flags=re.DOTALL)


def _escaped(found: "re.Match[bytes]") -> bytes:
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    if found[1].isdigit():
        return bytes([int(found[1], 8)])
    return named.get(found[1], found[1])
