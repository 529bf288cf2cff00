"""The text of a document that the product wrote: enough of PDF to find a word in it."""

import re
import zlib
from collections.abc import Iterator

STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
PAIRS = re.compile(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>")
HEXADECIMAL = re.compile(rb"<([0-9A-Fa-f]+)>")
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


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
    return [
        int.from_bytes(shown[at : at + 2], "big")
        for shown in _strings(content)
        for at in range(0, len(shown) - 1, 2)
    ]


def _strings(content: bytes) -> Iterator[bytes]:
    """Yield what is shown: strings of hexadecimal digits, or in parentheses that may be nested."""
    at = 0
    while at < len(content):
        if found := HEXADECIMAL.match(content, at):
            yield bytes.fromhex(found[1].decode())
            at = found.end()
        elif content[at : at + 1] == b"(":
            shown, at = _literal(content, at + 1)
            yield shown
        else:
            at += 1


def _literal(content: bytes, at: int) -> tuple[bytes, int]:
    """Return the string that begins at a place, and the place after it."""
    shown, depth = bytearray(), 1
    while at < len(content):
        here = content[at : at + 1]
        if here == b"\\":
            octal = re.match(rb"[0-7]{1,3}", content[at + 1 : at + 4])
            after = octal[0] if octal else content[at + 1 : at + 2]
            shown += bytes([int(after, 8)]) if octal else ESCAPES.get(after, after)
            at += 1 + len(after)
            continue
        depth += (here == b"(") - (here == b")")
        at += 1
        if depth == 0:
            break
        shown += here
    return bytes(shown), at
