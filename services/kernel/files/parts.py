"""What the readers of pictures share."""

from typing import NamedTuple


class Broken(Exception):
    """The bytes do not keep the rules of their format, or end too early."""


class Picture(NamedTuple):
    """A picture without what else it carried; its size in pixels is as declared."""

    width: int
    height: int
    data: bytes


def piece(data: bytes, start: int, length: int) -> bytes:
    """Return exactly `length` bytes from `start`; raises Broken where there are fewer."""
    found = data[start : start + length]
    if len(found) != length:
        raise Broken
    return found
