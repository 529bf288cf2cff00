"""Sealing words with AES-GCM, bound to the field where they were first sealed."""

import base64
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.kernel.contracts import SealedBox

Entropy = Callable[[int], bytes]
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


class DoesNotOpen(Exception):
    """The box was not sealed with this key, or was moved or changed."""


def seal(text: str, key: bytes, key_id: str, place: str, entropy: Entropy) -> SealedBox:
    """Return `text` as a box that opens only with `key` and under this `place`."""
    sealed = seal_bytes(text.encode(), key, key_id, place, entropy)
    return SealedBox(key_id, place, base64.b64encode(sealed).decode())


def unseal(box: SealedBox, key: bytes) -> str:
    """Return the words of a box; raises DoesNotOpen."""
    return unseal_bytes(base64.b64decode(box.box), key, box.key, box.place).decode()


def seal_bytes(data: bytes, key: bytes, key_id: str, place: str, entropy: Entropy) -> bytes:
    """Return a file sealed as words are, for a store of ours (never for the stream)."""
    nonce = entropy(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, _bound_to(key_id, place))


def unseal_bytes(sealed: bytes, key: bytes, key_id: str, place: str) -> bytes:
    """Return what `seal_bytes` sealed; raises DoesNotOpen."""
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, rest, _bound_to(key_id, place))
    except InvalidTag:
        raise DoesNotOpen(place) from None


def wrap(key: bytes, key_id: str, master: bytes, entropy: Entropy) -> bytes:
    """Return a key as it is stored: sealed with the keyring's master key."""
    nonce = entropy(NONCE_BYTES)
    return nonce + AESGCM(master).encrypt(nonce, key, key_id.encode())


def unwrap(wrapped: bytes, key_id: str, master: bytes) -> bytes:
    """Return a stored key; raises DoesNotOpen when the master key is another one."""
    try:
        return AESGCM(master).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], key_id.encode())
    except InvalidTag:
        raise DoesNotOpen(key_id) from None


def _bound_to(key_id: str, place: str) -> bytes:
    return f"{key_id}|{place}".encode()
