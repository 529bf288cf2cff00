"""WebP (RFC 9649) without what it carries beside the picture."""

import struct
from typing import Final

from services.kernel.files.parts import Broken, Picture, piece

_KEPT: Final = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH"))
_ALPHA: Final = 0x10
"""The only flag of VP8X that still holds: no colour profile, Exif, XMP or animation is kept."""


def cleaned_webp(data: bytes) -> Picture:
    """Return the picture with the chunks that draw it; raises Broken, also for a moving one."""
    (declared,) = struct.unpack("<I", piece(data, 4, 4))
    riff = piece(data, 8, declared)
    kept: list[bytes] = []
    sizes: list[tuple[int, int]] = []
    drawn, at = 0, 4
    while at < len(riff):
        name = piece(riff, at, 4)
        (length,) = struct.unpack("<I", piece(riff, at + 4, 4))
        body = piece(riff, at + 8, length)
        at += 8 + length + length % 2
        if name in (b"ANIM", b"ANMF"):
            raise Broken
        if name not in _KEPT:
            continue
        if name == b"VP8X":
            body = bytes((piece(body, 0, 1)[0] & _ALPHA, 0, 0, 0)) + piece(body, 4, 6)
            sizes.append((_three(body, 4) + 1, _three(body, 7) + 1))
        elif name == b"VP8L":
            if piece(body, 0, 1) != b"\x2f":
                raise Broken
            (bits,) = struct.unpack("<I", piece(body, 1, 4))
            sizes.append(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
        elif name == b"VP8 ":
            if piece(body, 3, 3) != b"\x9d\x01\x2a":
                raise Broken
            width, height = struct.unpack("<HH", piece(body, 6, 4))
            sizes.append((width & 0x3FFF, height & 0x3FFF))
        drawn += name != b"VP8X" and name != b"ALPH"
        kept.append(name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2))
    if drawn != 1 or any(0 in size for size in sizes):
        raise Broken
    inner = b"WEBP" + b"".join(kept)
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return Picture(width, height, b"RIFF" + struct.pack("<I", len(inner)) + inner)


def _three(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little")
