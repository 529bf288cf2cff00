"""Wrapping a key for another origin: HPKE (RFC 9180), which only the receiver's private key opens.

Bound to who sends, who receives, and which key it is: put in another's place it does not open.
An origin's pair is derived from its master key: whoever has that reads everything already, so a
second secret beside it would only be one more to lose.
"""

import base64
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.kernel.keyring.sealing import KEY_BYTES, DoesNotOpen

_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_PAIR: Final = b"tanggap origin pair 1"
_KEY: Final = "tanggap key 1"


class NoPublicKey(ValueError):
    """What was given as an origin's public key is none."""


class Pair:
    """The pair of one origin: others wrap for its public key, it alone opens."""

    def __init__(self, origin: str, private: X25519PrivateKey) -> None:
        self.origin = origin
        self._private = private
        self.public = written(private.public_key())

    @classmethod
    def of(cls, origin: str, master: bytes) -> Self:
        """Return the pair that belongs to a master key: the same one in each process."""
        secret = HKDF(SHA256(), KEY_BYTES, salt=None, info=_PAIR).derive(master)
        return cls(origin, X25519PrivateKey.from_private_bytes(secret))

    def wrap(self, secret: bytes, key: str, receiver: str, public: str) -> bytes:
        """Return a key as only `receiver` opens it; raises NoPublicKey."""
        info = _bound_to(key, self.origin, receiver)
        return _SUITE.encrypt(secret, read(public), info=info)

    def unwrap(self, wrapped: bytes, key: str, sender: str) -> bytes:
        """Return a key that was wrapped for this origin; raises DoesNotOpen."""
        info = _bound_to(key, sender, self.origin)
        try:
            secret = _SUITE.decrypt(wrapped, self._private, info=info)
        except (InvalidTag, ValueError):
            raise DoesNotOpen(key) from None
        if len(secret) != KEY_BYTES:
            raise DoesNotOpen(key)
        return secret


def written(public: X25519PublicKey) -> str:
    """Return a public key as text."""
    return base64.urlsafe_b64encode(public.public_bytes_raw()).decode().rstrip("=")


def read(public: str) -> X25519PublicKey:
    """Return the public key that a text writes; raises NoPublicKey."""
    try:
        raw = base64.urlsafe_b64decode(public + "=" * (-len(public) % 4))
        found = X25519PublicKey.from_public_bytes(raw)
    except ValueError:
        raise NoPublicKey from None
    if written(found) != public:
        raise NoPublicKey
    return found


def _bound_to(key: str, sender: str, receiver: str) -> bytes:
    return f"{_KEY}|{sender}|{receiver}|{key}".encode()
