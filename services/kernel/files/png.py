"""PNG (W3C) without what it carries beside the picture."""

import struct
import zlib
from typing import Final

from services.kernel.files.parts import Broken, Picture, piece

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEPT: Final = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB"))
_HEADER_BYTES: Final = 13


def cleaned_png(data: bytes) -> Picture:
    """Return the (first) picture with the chunks that draw it; raises Broken."""
    kept = [_SIGNATURE]
    size: tuple[int, int] | None = None
    drawn, at = False, len(_SIGNATURE)
    while True:
        (length,) = struct.unpack(">I", piece(data, at, 4))
        name = piece(data, at + 4, 4)
        chunk = piece(data, at, 12 + length)
        at += 12 + length
        if zlib.crc32(chunk[4:-4]) != struct.unpack(">I", chunk[-4:])[0]:
            raise Broken
        if size is None:
            if name != b"IHDR" or length != _HEADER_BYTES:
                raise Broken
            size = struct.unpack(">II", chunk[8:16])
        if name in _KEPT:
            kept.append(chunk)
        elif name[0] & 0x20 == 0:  # a capital letter: a picture cannot be drawn without it
            raise Broken
        drawn = drawn or name == b"IDAT"
        if name == b"IEND":
            break
    if not drawn or 0 in size:
        raise Broken
    return Picture(*size, b"".join(kept))
