"""A signed checkpoint: how long the logs of an origin were at a moment, and their roots.

As text it is a signed note (C2SP signed-note), which people can read, print and keep, and any tool
can check that knows Ed25519:

    tanggap checkpoint 1
    <origin>
    <when it was signed>
    <the public key, base64>
    <source> <size> <root, base64>       (a line for each source)

    — <origin> <base64 of the key's id, 4 bytes, and the signature>

The key in it shows only that the note is whole. What makes it evidence is that it was kept where
those who hold the origin's stores and key cannot reach it.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

HEADING: Final = "tanggap checkpoint 1"
_SIGNER: Final = b"tanggap checkpoint signer 1"
_SECRET_BYTES: Final = 32
_KEY_ID_BYTES: Final = 4
_ED25519: Final = b"\x01"
_DASH: Final = "\u2014 "
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH: Final = 12
_PICTURE_BYTES: Final = 2_300
"""A QR picture holds 2,331 bytes (ISO/IEC 18004, version 40, level M)."""
_TOP: Final = re.compile(r"(/[^ /]+/[^ /]+) ([1-9][0-9]{0,17}) ([A-Za-z0-9+/]{43}=)")


class NoCheckpoint(ValueError):
    """What was given as a checkpoint is none, or not whole; `line` is where (from 1)."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is not that of a signed checkpoint")
        self.line = line


class Top(NamedTuple):
    """How long the log of a source was, and the root over it."""

    source: str
    size: int
    root: bytes


@dataclass(frozen=True)
class Checkpoint:
    """A signed checkpoint; `key` is the public key that it says it was signed with."""

    origin: str
    signed_at: datetime
    tops: tuple[Top, ...]
    key: bytes
    signature: bytes

    @property
    def body(self) -> str:
        """What is signed."""
        lines = [HEADING, self.origin, self.signed_at.isoformat(), _written(self.key)]
        lines += [f"{source} {size} {_written(root)}" for source, size, root in self.tops]
        return "".join(f"{line}\n" for line in lines)

    @property
    def text(self) -> str:
        """The signed note."""
        signed = _written(_key_id(self.origin, self.key) + self.signature)
        return f"{self.body}\n{_DASH}{self.origin} {signed}\n"

    @property
    def code(self) -> str:
        """The short code (60 bits) that people compare or photograph: `K7Q2-9MFX-TR4W`."""
        number = int.from_bytes(sha256(self.body.encode()).digest()[:8]) >> 4
        digits = [_ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(_CODE_LENGTH))]
        return "-".join("".join(digits[at : at + 4]) for at in range(0, _CODE_LENGTH, 4))

    @property
    def pictured(self) -> str:
        """What a QR picture of it says: the note itself, which whoever keeps the picture can have
        compared, or the code of one that no picture holds (of very many sources)."""
        return self.text if len(self.text.encode()) <= _PICTURE_BYTES else self.code

    @property
    def is_genuine(self) -> bool:
        """Whether it was signed, as it stands, with the key that it names."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(self.signature, self.body.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """Signs for one origin. Its key is derived from the origin's master key, as is the pair that
    others wrap keys for: a secret beside that one would only be one more to lose."""

    def __init__(self, origin: str, private: Ed25519PrivateKey) -> None:
        self.origin = origin
        self._private = private
        self.key = private.public_key().public_bytes_raw()

    @classmethod
    def of(cls, origin: str, master: bytes) -> Self:
        """Return the signer that belongs to a master key: the same one in each process."""
        secret = HKDF(SHA256(), _SECRET_BYTES, salt=None, info=_SIGNER).derive(master)
        return cls(origin, Ed25519PrivateKey.from_private_bytes(secret))

    def sign(self, tops: tuple[Top, ...], signed_at: datetime) -> Checkpoint:
        """Return a signed checkpoint of these logs."""
        unsigned = Checkpoint(self.origin, signed_at, tops, self.key, b"")
        signature = self._private.sign(unsigned.body.encode())
        return Checkpoint(self.origin, signed_at, tops, self.key, signature)


def read_notes(text: str) -> list[Checkpoint]:
    """Read signed notes, one or several after another; raises NoCheckpoint for what is none, is
    cut off, or was changed after it was signed."""
    lines = iter(enumerate(text.splitlines(), start=1))
    found: list[Checkpoint] = []
    for number, line in lines:
        if not line.strip():
            continue
        if line != HEADING:
            raise NoCheckpoint(number)
        found.append(_read_note(number, lines))
    if not found:
        raise NoCheckpoint(1)
    return found


def _read_note(number: int, lines: Iterator[tuple[int, str]]) -> Checkpoint:
    """Read what follows a heading."""
    given = [HEADING]

    def following() -> str:
        nonlocal number
        number, line = next(lines, (number + 1, ""))
        given.append(line)
        return line

    try:
        origin, signed_at, key = following(), following(), following()
        tops = []
        while line := following():
            source, size, root = _parts(line)
            tops.append(Top(source, int(size), _bytes(root)))
        signature = _bytes(following().rpartition(" ")[2])[_KEY_ID_BYTES:]
        moment = datetime.fromisoformat(signed_at)
        found = Checkpoint(origin, moment, tuple(tops), _bytes(key), signature)
    except ValueError:
        raise NoCheckpoint(number) from None
    # As it was given, and not only as it is understood: a note has one way to be written.
    if found.text.splitlines() != given or not (tops and found.is_genuine):
        raise NoCheckpoint(number)
    return found


def _parts(line: str) -> tuple[str, str, str]:
    match = _TOP.fullmatch(line)
    if match is None:
        raise ValueError(line)
    source, size, root = match.groups()
    return source, size, root


def _key_id(origin: str, key: bytes) -> bytes:
    return sha256(origin.encode() + b"\n" + _ED25519 + key).digest()[:_KEY_ID_BYTES]


def _written(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError(text) from None
