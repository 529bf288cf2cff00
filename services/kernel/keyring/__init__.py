"""Keys, sealing, and the log of who opened what."""

from services.kernel.keyring.entropy import Pool
from services.kernel.keyring.keyring import Keyring, NewKey, Opening, WrappedKey
from services.kernel.keyring.sealing import DoesNotOpen, Entropy
from services.kernel.keyring.words import IDENTITY_PLACE, About, Words

__all__ = [
    "IDENTITY_PLACE",
    "About",
    "DoesNotOpen",
    "Entropy",
    "Keyring",
    "NewKey",
    "Opening",
    "Pool",
    "Words",
    "WrappedKey",
]
