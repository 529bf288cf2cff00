"""The keys that an edge made after its backup, fetched back from the district that has copies."""

import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from services.intake.filled import contacts_of
from services.kernel.clock import Clock
from services.kernel.handover.copies import kept_by
from services.kernel.handover.told import told
from services.kernel.keyring import Copy, DoesNotOpen, Keyring
from services.kernel.keyring.sealing import unwrap
from services.main.backup.heard import Forms, Heard
from services.main.backup.layout import KEYRING
from services.main.backup.stores import store_of
from services.main.settings import Settings
from services.main.uplinked import calls_of

PAGE = 500
"""So many keys are stored in one commit."""


def kept(settings: Settings) -> list[Copy]:
    """Return the copies that the district keeps of an edge's keys; raises LineCut, TokenRefused,
    Refused."""
    with closing(calls_of(settings)) as calls:
        return list(kept_by(calls))


def keys_back(
    data: Path, origin: str, master: bytes, copies: Iterable[Copy], heard: Heard, clock: Clock
) -> tuple[int, int]:
    """Store the keys that the backup did not hold, with their persons' contacts, which are hashed
    anew; return how many, and how many do not open under this master key.

    A key that an erasure has destroyed is not stored again.
    """
    with (
        closing(Keyring(data / f"{KEYRING}.sqlite", master, clock, os.urandom)) as keyring,
        closing(store_of(data, "intake", origin, clock)) as register,
    ):
        forms = Forms(heard, register)
        missing = [each for each in copies if keyring.held(each.key) is None]
        unopened = 0
        for first in range(0, len(missing), PAGE):
            found = []
            for each in missing[first : first + PAGE]:
                try:
                    secret = unwrap(each.wrapped, each.key, master)
                except DoesNotOpen:
                    unopened += 1
                else:
                    found.append((each, secret, _contacts(each, secret, forms)))
            keyring.take_back(found)
    return len(missing) - unopened, unopened


def _contacts(copy: Copy, secret: bytes, forms: Forms) -> tuple[str, ...]:
    """Return the contacts of a key's person, as the complaint's form stands."""
    form = told(forms(copy.complaint))
    person = None if form is None else form.person(copy.key, secret)
    return tuple(contacts_of(person)) if person else ()
