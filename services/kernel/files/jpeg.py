"""JPEG (ITU T.81) without what it carries beside the picture."""

import re
import struct
from typing import Final

from services.kernel.files.parts import Broken, Picture, piece

_SOI: Final = b"\xff\xd8"
_EOI: Final = 0xD9
_SOS: Final = 0xDA
_APP0, _APP1, _APP14 = 0xE0, 0xE1, 0xEE
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TABLES: Final = frozenset({0xC4, 0xCC, 0xDB, 0xDD})  # Huffman, arithmetic, quantisation, restart
_ORIENTATION: Final = 0x0112
# Within a scan every 0xFF is followed by 0x00 or a restart mark; anything else ends the scan.
_AFTER_SCAN: Final = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")


def cleaned_jpeg(data: bytes) -> Picture:
    """Return the picture with its tables, scans and the way it is turned; raises Broken."""
    kept = [_SOI]
    size: tuple[int, int] | None = None
    scans, turned, at = 0, 0, 2
    while True:
        at, marker = _marker(data, at)
        if marker == _EOI:
            break
        (length,) = struct.unpack(">H", piece(data, at, 2))
        if length < 2:
            raise Broken
        segment = piece(data, at, length)
        at += length
        if marker in _FRAMES:
            if size is not None:
                raise Broken  # one picture in layers of different sizes: no camera writes that
            height, width = struct.unpack(">HH", piece(segment, 3, 4))
            size = (width, height)
        elif marker == _APP0 and segment[2:7] == b"JFIF\0":
            # Without the small copy that may follow.
            segment = b"\x00\x10" + piece(segment, 2, 12) + b"\0\0"
        elif marker == _APP1 and segment[2:8] == b"Exif\0\0":
            turned = turned or _turned(segment[8:])
            continue
        elif not (marker in _TABLES or marker == _SOS or (marker == _APP14 and length == 14)):
            if 0xE0 <= marker <= 0xEF or marker == 0xFE:
                continue
            raise Broken
        kept += (bytes((0xFF, marker)), segment)
        if marker == _SOS:
            if size is None or not (end := _AFTER_SCAN.search(data, at)):
                raise Broken
            kept.append(data[at : end.start()])
            at = end.start()
            scans += 1
    if size is None or not scans or 0 in size:
        raise Broken
    if turned > 1:
        kept.insert(1, _exif(turned))
    return Picture(*size, b"".join((*kept, b"\xff\xd9")))


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """Return where a segment begins and its marker; any number of 0xFF may stand before it."""
    if piece(data, at, 1) != b"\xff":
        raise Broken
    while piece(data, at, 1) == b"\xff":
        at += 1
    return at + 1, data[at]


def _turned(tiff: bytes) -> int:
    """Return how the picture is turned (1 to 8), 0 where nothing readable says so."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(count):
            tag, kind, number, value = struct.unpack_from(
                f"{order}HHIH", tiff, start + 2 + 12 * entry
            )
            if (tag, kind, number) == (_ORIENTATION, 3, 1) and 1 <= value <= 8:
                return int(value)
    except struct.error:
        return 0
    return 0


def _exif(turned: int) -> bytes:
    """Return a segment that says how the picture is turned and nothing else."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
