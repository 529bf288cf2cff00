"""Who opens a backup: whoever knows the passphrase, which is stored nowhere.

A pair of keys is derived from it. The public one lies in the data folder, so that a backup can be
made by the clock while nobody types; the private one exists only while a backup is opened.
"""

from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from services.kernel.handover.wrapping import Pair
from services.kernel.keyring.sealing import (
    KEY_BYTES,
    DoesNotOpen,
    Entropy,
    seal_bytes,
    unseal_bytes,
)

SHORTEST: Final = 12
"""Characters of a passphrase: it is tried by machines, without anybody who counts."""
OWNER: Final = "recovery"
SECRETS: Final = "secrets"
SALT_BYTES: Final = 16
COST: Final = 2**17
"""Scrypt's N: with r = 8 each try takes 128 MB."""


class WrongPassphrase(Exception):
    """The passphrase is not the one that the backup was made with."""


class Recovery(msgspec.Struct, frozen=True):
    """The public half of a passphrase, and what derives the private one from it."""

    salt: bytes
    cost: int
    public: str


class SealedSecrets(msgspec.Struct, frozen=True):
    """Secrets that only the holder of the passphrase opens."""

    recovery: Recovery
    wrapped: bytes
    box: bytes


def recovery_of(passphrase: str, entropy: Entropy, cost: int = COST) -> Recovery:
    """Return what is kept of a new passphrase."""
    salt = entropy(SALT_BYTES)
    return Recovery(salt, cost, _pair(passphrase, salt, cost).public)


def seal_secrets(
    secrets: bytes, origin: str, master: bytes, recovery: Recovery, entropy: Entropy
) -> SealedSecrets:
    """Return an origin's secrets as only the holder of the passphrase opens them."""
    key = entropy(KEY_BYTES)
    wrapped = Pair.of(origin, master).wrap(key, SECRETS, OWNER, recovery.public)
    return SealedSecrets(recovery, wrapped, seal_bytes(secrets, key, SECRETS, origin, entropy))


def open_secrets(sealed: SealedSecrets, origin: str, passphrase: str) -> bytes:
    """Return an origin's secrets; raises WrongPassphrase."""
    recovery = sealed.recovery
    pair = _pair(passphrase, recovery.salt, recovery.cost)
    try:
        key = pair.unwrap(sealed.wrapped, SECRETS, origin)
        return unseal_bytes(sealed.box, key, SECRETS, origin)
    except DoesNotOpen:
        raise WrongPassphrase from None


def _pair(passphrase: str, salt: bytes, cost: int) -> Pair:
    secret = Scrypt(salt, KEY_BYTES, cost, 8, 1).derive(passphrase.encode())
    return Pair(OWNER, X25519PrivateKey.from_private_bytes(secret))
