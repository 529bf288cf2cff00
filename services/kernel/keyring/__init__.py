"""Keys, sealing, and the log of who opened what."""

from services.kernel.keyring.entropy import Pool
from services.kernel.keyring.erased import Mark
from services.kernel.keyring.kept import Copy
from services.kernel.keyring.keyring import (
    KeyDiffers,
    Keyring,
    NewKey,
    StillWritten,
    Way,
    WrappedKey,
)
from services.kernel.keyring.openings import Opening, Reason, Subject
from services.kernel.keyring.sealing import DoesNotOpen, Entropy
from services.kernel.keyring.standing import ERASED_SAID, Stand, Standing, standing
from services.kernel.keyring.words import IDENTITY_PLACE, About, Page, Words

__all__ = [
    "ERASED_SAID",
    "IDENTITY_PLACE",
    "About",
    "Copy",
    "DoesNotOpen",
    "Entropy",
    "KeyDiffers",
    "Keyring",
    "Mark",
    "NewKey",
    "Opening",
    "Page",
    "Pool",
    "Reason",
    "Stand",
    "Standing",
    "StillWritten",
    "Subject",
    "Way",
    "Words",
    "WrappedKey",
    "standing",
]
