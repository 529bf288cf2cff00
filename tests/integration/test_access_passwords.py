"""Passwords at the access store: what a hash costs, and how often one may be tried."""

import sqlite3
import threading
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher

from services.kernel.access import passwords
from services.kernel.access.passwords import Passwords
from services.kernel.access.store import AccessStore
from services.kernel.errors import TooMany
from tests.accessing import HERE, PASSWORD, MovedClock, add, clock, store
from tests.cheap import REAL_KIB

__all__ = ["clock", "store"]


@pytest.fixture
def real_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes at their real cost, as nowhere else in the tests."""
    monkeypatch.setattr(passwords, "_MEMORY_KIB", REAL_KIB)


def test_a_name_that_is_nobodys_costs_a_hash_too(tmp_path: Path, clock: MovedClock) -> None:
    checked: list[str] = []

    class Counted(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            checked.append(str(hash).rpartition("$")[0].rpartition("$")[0])
            return super().verify(hash, password)

    opened = AccessStore(tmp_path / "access.db", clock, passwords=Passwords(Counted()))
    add(opened)
    opened.verify_password("sari", "salah-satu", HERE)
    opened.verify_password("tidak-ada", "salah-satu", HERE)
    known, unknown = checked
    assert known.startswith("$argon2id$")
    assert unknown == known  # the same kind and cost
    # Nobody's password must not open nobody's account.
    assert opened.verify_password("tidak-ada", "nobody has this password", HERE) is None
    opened.close()


@pytest.mark.usefixtures("real_hashes")
def test_a_hash_of_former_parameters_is_renewed_at_sign_in(
    tmp_path: Path, clock: MovedClock
) -> None:
    path = tmp_path / "access.db"
    weak = AccessStore(path, clock, passwords=Passwords(PasswordHasher(1, 8, 1)))
    add(weak)
    weak.close()
    opened = AccessStore(path, clock)
    assert opened.verify_password("sari", PASSWORD, HERE) is not None
    assert opened.verify_password("sari", PASSWORD, HERE) is not None
    opened.close()
    with sqlite3.connect(path) as raw:
        (stored,) = raw.execute("SELECT password FROM account").fetchone()
    raw.close()
    assert "m=19456" in stored


def test_a_password_cannot_be_tried_at_speed(store: AccessStore) -> None:
    add(store)
    for number in range(5):
        assert store.verify_password("Sari", f"salah-{number}", f"192.0.2.{number}") is None
    with pytest.raises(TooMany) as refused:
        store.verify_password("sari", PASSWORD, "198.51.100.1")
    wait = refused.value.extra["retry_after"]
    assert isinstance(wait, int)
    assert 1 <= wait <= 60
    add(store, "budi")
    assert store.verify_password("budi", PASSWORD, "192.0.2.1") is not None


def test_one_address_cannot_try_many_names_and_right_passwords_never_count(
    store: AccessStore,
) -> None:
    add(store)
    for _round in range(22):
        assert store.verify_password("sari", PASSWORD, HERE) is not None
    for number in range(20):
        assert store.verify_password(f"orang-{number}", "salah", HERE) is None
    with pytest.raises(TooMany):
        store.verify_password("sari", PASSWORD, HERE)
    assert store.verify_password("sari", PASSWORD, "198.51.100.1") is not None


@pytest.mark.usefixtures("real_hashes")
def test_a_burst_at_once_gets_hardly_more_guesses(store: AccessStore) -> None:
    add(store)
    outcomes: list[str] = []

    def guess(number: int) -> None:
        try:
            store.verify_password("sari", f"salah-{number}", HERE)
            outcomes.append("checked")
        except TooMany:
            outcomes.append("refused")

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 5 <= outcomes.count("checked") <= 6
    assert len(outcomes) == 16
