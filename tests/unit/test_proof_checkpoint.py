"""A message's leaf, and signed checkpoints as text."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from services.kernel.contracts import Message
from services.kernel.proof import NoCheckpoint, Signer, Top, leaf_data, leaf_hash, read_notes
from services.kernel.web.pictures import squares
from tests.contract.test_contracts import messages
from tests.messages import message

NOW = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
TOPS = (
    Top("/node-a/intake", 12, leaf_hash(b"a")),
    Top("/node-a/resolution", 3, leaf_hash(b"b")),
)
SIGNED = Signer.of("node-a", bytes(32)).sign(TOPS, NOW)


def test_a_leaf_says_all_but_what_differs_by_transport() -> None:
    assert leaf_data(message(7, value=b"{}")).decode() == (
        "ce_specversion:3:1.0\nce_id:1:7\nce_source:14:/node-a/intake\n"
        "ce_subject:36:00000000-0000-0000-0000-000000000001\n"
        "ce_type:23:tanggap.CaseReopened.v1\nce_time:25:2026-11-02T02:30:00+00:00\n"
        "ce_puskesmas:6:puring\nce_actor:20:acc-1;complaint_team\nce_correlationid:0:\n"
        "ce_causationid:0:\ncontent-type:16:application/json\nvalue:2:{}"
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(messages, messages)
def test_two_messages_have_one_leaf_only_if_nothing_but_the_chain_differs(
    one: Message, other: Message
) -> None:
    assert leaf_data(one) == leaf_data(msgspec.structs.replace(one, previous=9))
    unchained = [msgspec.structs.replace(each, previous=0) for each in (one, other)]
    assert (leaf_data(one) == leaf_data(other)) == (unchained[0] == unchained[1])


def test_a_note_is_read_as_it_was_written() -> None:
    assert read_notes(SIGNED.text) == [SIGNED]
    later = Signer.of("dinas", bytes(32)).sign(TOPS[:1], NOW)
    assert read_notes(f"\n{SIGNED.text}\n\n{later.text}") == [SIGNED, later]
    assert SIGNED.is_genuine


def test_the_same_secrets_give_the_same_key_and_others_give_another() -> None:
    assert Signer.of("node-a", bytes(32)).key == SIGNED.key
    assert Signer.of("node-a", b"1" * 32).key != SIGNED.key


def test_the_code_is_short_and_of_the_whole_note() -> None:
    assert [len(part) for part in SIGNED.code.split("-")] == [4, 4, 4]
    grown = (*TOPS[:1], TOPS[1]._replace(size=4))
    assert Signer.of("node-a", bytes(32)).sign(grown, NOW).code != SIGNED.code


def test_a_picture_holds_the_note_or_of_very_many_sources_its_code() -> None:
    assert SIGNED.pictured == SIGNED.text
    many = tuple(Top(f"/dinas.{n}/publication", 10**17, leaf_hash(b"a")) for n in range(1, 60))
    sizes = {len(many[:n]): Signer.of("dinas", bytes(32)).sign(many[:n], NOW) for n in range(1, 60)}
    held = [n for n, each in sizes.items() if each.pictured == each.text]
    assert held == list(range(1, len(held) + 1)) and 12 < len(held) < 59
    for each in (sizes[held[-1]], sizes[59]):
        assert squares(each.pictured).startswith("<svg")
    assert sizes[59].pictured == sizes[59].code


def test_a_note_that_was_changed_anywhere_is_refused() -> None:
    text = SIGNED.text
    for at, character in enumerate(text.rstrip("\n")):
        changed = text[:at] + ("1" if character != "1" else "2") + text[at + 1 :]
        with pytest.raises(NoCheckpoint):
            read_notes(changed)


def test_a_note_that_was_cut_anywhere_is_refused_and_says_at_which_line() -> None:
    text = SIGNED.text
    for at in range(len(text) - 1):
        with pytest.raises(NoCheckpoint) as refused:
            read_notes(text[:at])
        assert refused.value.line <= len(text.splitlines())


@pytest.mark.parametrize("text", ["", "\n", "just words\n", "tanggap checkpoint 1\n"])
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(NoCheckpoint):
        read_notes(text)
