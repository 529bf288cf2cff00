"""A key that is wrapped for another origin opens there, as what it is, and nowhere else."""

import secrets

import pytest

from services.kernel.handover.district import NoToken, parts_of, token_of
from services.kernel.handover.wrapping import NoPublicKey, Pair, read
from services.kernel.keyring import DoesNotOpen

DISTRICT = Pair.of("dinas", secrets.token_bytes(32))
EDGE = Pair.of("edge-puring", secrets.token_bytes(32))
KEY = secrets.token_bytes(32)
ID = "0193f5a0-0000-7000-8000-000000000001"


def test_only_the_receiver_opens_it() -> None:
    wrapped = DISTRICT.wrap(KEY, ID, EDGE.origin, EDGE.public)
    assert KEY not in wrapped
    assert EDGE.unwrap(wrapped, ID, DISTRICT.origin) == KEY
    with pytest.raises(DoesNotOpen):
        DISTRICT.unwrap(wrapped, ID, DISTRICT.origin)
    with pytest.raises(DoesNotOpen):
        Pair.of(EDGE.origin, secrets.token_bytes(32)).unwrap(wrapped, ID, DISTRICT.origin)


def test_it_opens_only_as_the_key_it_is_from_who_sent_it_to_whom_it_was_sent() -> None:
    wrapped = DISTRICT.wrap(KEY, ID, EDGE.origin, EDGE.public)
    with pytest.raises(DoesNotOpen):
        EDGE.unwrap(wrapped, ID.replace("1", "2"), DISTRICT.origin)
    with pytest.raises(DoesNotOpen):
        EDGE.unwrap(wrapped, ID, "dinas-lain")
    with pytest.raises(DoesNotOpen):
        EDGE.unwrap(DISTRICT.wrap(KEY, ID, "edge-lain", EDGE.public), ID, DISTRICT.origin)


@pytest.mark.parametrize("place", [0, 31, 32, -1])
def test_a_changed_byte_is_seen(place: int) -> None:
    wrapped = bytearray(DISTRICT.wrap(KEY, ID, EDGE.origin, EDGE.public))
    wrapped[place] ^= 1
    with pytest.raises(DoesNotOpen):
        EDGE.unwrap(bytes(wrapped), ID, DISTRICT.origin)


@pytest.mark.parametrize("length", [0, 1, 31, 47, 79])
def test_what_is_cut_off_does_not_open(length: int) -> None:
    wrapped = DISTRICT.wrap(KEY, ID, EDGE.origin, EDGE.public)
    with pytest.raises(DoesNotOpen):
        EDGE.unwrap(wrapped[:length], ID, DISTRICT.origin)


def test_a_secret_that_is_no_key_is_not_taken_for_one() -> None:
    with pytest.raises(DoesNotOpen):
        EDGE.unwrap(DISTRICT.wrap(b"short", ID, EDGE.origin, EDGE.public), ID, DISTRICT.origin)


def test_a_pair_is_its_master_keys_and_no_others() -> None:
    master = secrets.token_bytes(32)
    assert Pair.of("dinas", master).public == Pair.of("dinas", master).public
    assert Pair.of("dinas", master).public != Pair.of("dinas", secrets.token_bytes(32)).public


@pytest.mark.parametrize(
    "given",
    ["", "x", "kunci publik", EDGE.public[:-1], EDGE.public + "="],
    ids=["none", "a letter", "words", "too short", "too long"],
)
def test_what_is_no_public_key_is_refused(given: str) -> None:
    with pytest.raises(NoPublicKey):
        read(given)


def test_a_token_brings_the_districts_public_key() -> None:
    assert parts_of(token_of("secret", DISTRICT.public)) == ("secret", DISTRICT.public)
    for wrong in ("", "none-yet", "secret.", "." + DISTRICT.public, DISTRICT.public):
        with pytest.raises(NoToken):
            parts_of(wrong)
