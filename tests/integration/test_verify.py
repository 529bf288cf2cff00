"""`verify` finds what was done to a history, names the first event of it and the place; and says
nothing of one that nobody touched."""

import json
import os
import re
import subprocess
import sys
import zlib
from base64 import b64decode
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from services.kernel.clock import system_clock
from services.kernel.errors import InvalidInput, NotFound, Unavailable
from services.kernel.handover.district import token_of
from services.kernel.handover.wrapping import Pair
from services.kernel.proof import (
    Checkpoint,
    Signer,
    Top,
    is_consistent,
    leaf_of,
    read_notes,
    root_of,
)
from services.kernel.text import _
from services.main.node import Node
from services.main.settings import Settings
from services.main.uplinked import checkpoints_kept
from services.reporting.proof.proofs import consistency_of, inclusion_of
from services.reporting.queries.question import Filters, When
from services.reporting.replay.paper import printed
from services.reporting.replay.sentences import Sentences
from tests import tampering
from tests.codes import read, sheets
from tests.forked import tanggap
from tests.running import free_port
from tests.tampering import Change, copied, opened, source

SCRIPT = Path(__file__).parents[2] / "docs/verify.py"
CASES = 12
EVERY = 20
"""After so many events of a source a checkpoint is kept elsewhere."""


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("untouched") / "data"
    asked = ("generate", "--cases", str(CASES), "--seed", "7", "--data", str(folder))
    tanggap(asked, os.environ).check_returncode()
    with opened(folder) as node:
        while node.signing.grow():
            pass
        assert node.signing.sign() is not None
        while node.relays["reporting"].lag():
            node.relays["reporting"].step()
        while node.reporting.log.lag():
            node.reporting.log.step()
    return folder


@pytest.fixture(scope="module")
def elsewhere(untouched: Path) -> list[Checkpoint]:
    """Checkpoints of the resolution's log, as somebody kept them who is out of reach."""
    with opened(untouched) as node:
        sent = [leaf_of(each) for each in node.resolution.published(1, 100_000)]
    signer = Signer.of(tampering.origin(untouched), bytes(32))
    name = source(untouched, "resolution")
    return [
        signer.sign((Top(name, size, root_of(sent[:size])),), system_clock())
        for size in range(EVERY, len(sent), EVERY)
    ]


@pytest.fixture
def folder(untouched: Path, tmp_path: Path) -> Path:
    return copied(untouched, tmp_path / "data")


def verify(folder: Path, given: list[Checkpoint] | None = None) -> dict[str, Any]:
    with opened(folder) as node:
        return node.reporting.verify(given or [])


def test_an_untouched_history_is_whole_and_says_for_what_nobody_vouches(
    folder: Path, elsewhere: list[Checkpoint]
) -> None:
    found = verify(folder)
    assert found["whole"], found
    events = sum(each["events"] for each in found["sources"])
    assert (found["checkpoints"], found["given"], found["unvouched"]) == (1, 0, events)
    found = verify(folder, elsewhere)
    assert found["whole"], found
    vouched = elsewhere[-1].tops[0].size
    assert found["unvouched"] == events - vouched
    assert {each["source"]: each["vouched"] for each in found["vouched"]} == {
        each["source"]: vouched if each["source"].endswith("resolution") else 0
        for each in found["sources"]
    }


ID = 31
SINGLE: dict[Change, tuple[str, int, str]] = {
    tampering.store_changed: ("changed", ID, "store"),
    tampering.store_garbled: ("unreadable", ID, "store"),
    tampering.store_removed: ("removed", ID, "store"),
    tampering.store_closed_up: ("removed", ID, "store"),
    tampering.store_swapped: ("reordered", ID, "store"),
    tampering.store_inserted: ("inserted", ID, "store"),
    tampering.store_cut: ("cut_off", ID, "store"),
    tampering.stream_changed: ("changed", ID, "stream"),
    tampering.stream_garbled: ("unreadable", ID, "stream"),
    tampering.stream_removed: ("removed", ID, "stream"),
    tampering.stream_swapped: ("reordered", ID, "stream"),
    tampering.stream_cut: ("cut_off", ID, "stream"),
    tampering.log_changed: ("changed", ID, "log"),
    tampering.log_removed: ("removed", ID, "log"),
    tampering.log_swapped: ("reordered", ID, "log"),
    tampering.log_inserted: ("inserted", ID, "log"),
    tampering.log_cut: ("cut_off", ID, "log"),
}


@pytest.mark.parametrize("change", SINGLE, ids=lambda change: change.__name__)
def test_what_was_done_in_one_place_is_named(folder: Path, change: Change) -> None:
    kind, id, place = SINGLE[change]
    change(folder, "resolution", id)
    found = verify(folder)
    assert not found["whole"]
    first = found["findings"][0]
    assert (first.source, first.id) == (source(folder, "resolution"), id), found["findings"]
    assert (first.kind, first.where) == (kind, (place,)), found["findings"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("grade", "coalesce(grade, '') || 'x'"),
        ("arrived_at", "arrived_at + INTERVAL 1 SECOND"),
        ("previous", "previous - 1"),
        ("trouble", "'unknown_type'"),
        ("stream_offset", "stream_offset + 1"),
    ],
)
def test_what_the_log_copy_notes_beside_an_event_is_looked_at_too(
    folder: Path, column: str, value: str
) -> None:
    with tampering.log(folder) as connection:
        connection.execute(
            f"UPDATE log SET {column} = {value} WHERE source = ? AND id = ?",
            [source(folder, "resolution"), ID],
        )
    found = verify(folder)
    assert not found["whole"]
    named = [(each.source, each.id) for each in found["findings"]]
    named += [(each["source"], each["id"]) for each in found["unreadable"]]
    assert (source(folder, "resolution"), ID) in named, found


@pytest.mark.parametrize(
    ("change", "kind"),
    [(tampering.everywhere_changed, "rewritten"), (tampering.everywhere_cut, "removed")],
)
def test_what_was_rewritten_everywhere_only_a_checkpoint_tells(
    folder: Path, elsewhere: list[Checkpoint], change: Change, kind: str
) -> None:
    with tampering.log(folder) as connection:
        connection.execute("DELETE FROM log WHERE name = 'CheckpointSigned'")
    change(folder, "resolution", ID)
    found = verify(folder, elsewhere)
    assert not found["whole"]
    (first,) = [each for each in found["findings"] if each.source.endswith("resolution")]
    assert first.kind == kind
    assert first.by == "given"
    assert first.id <= ID <= (first.upto or 0)
    assert (first.upto or 0) - first.id <= EVERY


def test_what_the_district_keeps_of_an_edge_counts_as_kept_elsewhere(
    folder: Path, elsewhere: list[Checkpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Node, "at_district", staticmethod(lambda: elsewhere))
    found = verify(folder)
    assert found["whole"] and not found["unreached"], found
    assert (found["given"], found["at_district"]) == (0, len(elsewhere))
    vouched = {each["source"]: each["vouched"] for each in found["vouched"]}
    assert vouched[source(folder, "resolution")] == elsewhere[-1].tops[0].size
    with tampering.log(folder) as connection:
        connection.execute("DELETE FROM log WHERE name = 'CheckpointSigned'")
    tampering.everywhere_changed(folder, "resolution", ID)
    (first,) = [each for each in verify(folder)["findings"] if each.source.endswith("resolution")]
    assert (first.kind, first.by) == ("rewritten", "district")
    assert first.id <= ID <= (first.upto or 0) <= first.id + EVERY


def test_a_district_that_does_not_answer_is_told_and_alarms_nobody(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(
        mode="edge",
        origin="edge-puring",
        uplink_kafka="127.0.0.1:9",
        uplink_url=f"http://127.0.0.1:{free_port()}",
        uplink_token=SecretStr(token_of("secret", Pair.of("dinas", bytes(32)).public)),
    )
    monkeypatch.setattr(Node, "at_district", staticmethod(lambda: checkpoints_kept(settings)))
    found = verify(folder)
    assert found["whole"], json.dumps(found, default=str)
    assert (found["unreached"], found["at_district"]) == (["district"], None)


def test_a_checkpoint_that_was_not_signed_so_is_forged(folder: Path) -> None:
    with tampering.log(folder) as connection:
        connection.execute(
            "UPDATE log SET value = encode(regexp_replace(decode(value), "
            '\'"root":"[^"]+"\', \'"root":"\' || to_base64(unhex(sha256(\'x\'))) || \'"\')) '
            "WHERE name = 'CheckpointSigned'"
        )
    found = verify(folder)
    kinds = {(each.source, each.id, each.kind) for each in found["findings"]}
    reporting = source(folder, "reporting")
    assert (reporting, 1, "forged") in kinds
    assert (reporting, 1, "changed") in kinds


def test_checkpoints_of_another_origin_are_refused_by_name(folder: Path) -> None:
    theirs = Signer.of("dinas-lain", bytes(32)).sign(
        (Top("/dinas-lain/intake", 1, bytes(32)),), system_clock()
    )
    with pytest.raises(InvalidInput) as refused:
        verify(folder, [theirs])
    (error,) = refused.value.errors
    assert error.field == "checkpoints" and "dinas-lain" in str(error.message)


def test_a_store_that_does_not_answer_is_told_and_alarms_nobody(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: Any) -> Any:
        raise Unavailable(_("Salah satu layanan tidak menjawab. Coba lagi setelah ia berjalan."))

    with opened(folder) as node:
        monkeypatch.setattr(node.outboxes, "after", away)
        found = node.reporting.verify()
    assert found["whole"], json.dumps(found, default=str)
    assert source(folder, "resolution") in found["unreached"]


def checked(
    folder: Path, proof: Any, kept: str | None = None, receipt: str | None = None
) -> tuple[int, str]:
    """Have a proof checked by the script that has none of our code."""
    (folder / "proof.json").write_text(json.dumps(proof))
    (folder / "kept.txt").write_text(kept or "")
    given = [folder / "proof.json", *([folder / "kept.txt"] if kept is not None else [])]
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT, *given, *(["--receipt", receipt] if receipt else [])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert bool(done.stderr) == (done.returncode == 2) and "Traceback" not in done.stderr
    return done.returncode, done.stdout


def attached(pdf: bytes) -> list[dict[str, Any]]:
    """Return the proofs that a case file has attached."""
    for begun in re.finditer(rb"stream\r?\n", pdf):
        with suppress(zlib.error):
            found = zlib.decompressobj().decompress(pdf[begun.end() :])
            if found.startswith(b"[\n {"):
                proofs: list[dict[str, Any]] = json.loads(found)
                return proofs
    return []


def test_a_case_file_carries_the_proof_of_each_of_its_events(
    folder: Path, elsewhere: list[Checkpoint]
) -> None:
    with opened(folder) as node:
        (row,) = node.reporting.complaints(Filters(None), When(), limit=1).items
        facts, steps = node.reporting.facts(row["id"]), node.reporting.replay(row["id"])
        events = [(each.source, each.id) for each in steps]
        sentences = Sentences(node.district, "id")
        first, again = (
            printed(facts, steps, When(), sentences, node.reporting.proofs_of(events))
            for _time in range(2)
        )
        signed = node.signing.sign()
        later = printed(facts, steps, When(), sentences, node.reporting.proofs_of(events))
        unknown = node.reporting.proofs_of([*events, (events[0][0], 10**6)])
        receipt = node.intake.receipt(row["id"])
    assert first == again == later and signed is None
    kept = read(*sheets(first))
    assert set(kept) == {each["checkpoint"] for each in attached(first)}
    with opened(folder) as node:
        assert node.reporting.verify(read_notes("\n".join(kept)))["unvouched"] < CASES
    proofs = attached(first)
    assert sorted(each["position"] for each in proofs) == sorted(f"{s}:{n}" for s, n in events)
    code, said = checked(folder, proofs)
    assert (code, said.count("Yes: ")) == (0, len(events)), said
    assert checked(folder, proofs, receipt=receipt)[0] == 0
    assert checked(folder, proofs, receipt="K7Q2-9MFX-TR4W")[0] == 1
    proofs[-1]["value"] += " "
    assert checked(folder, proofs)[0] == 1
    assert checked(folder, [])[0] == 1
    assert unknown.waiting == 1 and len(unknown.proofs) == len(events)


def test_any_event_is_proved_to_lie_under_a_checkpoint_by_others_code(
    folder: Path, elsewhere: list[Checkpoint]
) -> None:
    name = source(folder, "resolution")
    with opened(folder) as node:
        reader = node.reporting.store.reader()
        proofs = [inclusion_of(reader, name, id) for id in (1, 2, ID, 100)]
    for proof in proofs:
        assert checked(folder, proof)[0] == 0, proof
        # Under another checkpoint it lies only by another path.
        assert checked(folder, proof, elsewhere[0].text)[0] == 1
    proof = proofs[0]
    other = proof | {"value": proof["value"].replace("20", "19", 1)}
    for wrong in (other, proof | {"index": 1}, proof | {"path": proof["path"][1:]}):
        code, said = checked(folder, wrong)
        assert (code, said[:3]) == (1, "No:"), wrong
    cut = proof | {"checkpoint": proof["checkpoint"][:-9]}
    assert checked(folder, cut) == (
        1,
        "No: a checkpoint was changed after it was signed, or is cut off.\n",
    )


def test_a_log_is_proved_to_begin_with_its_past(folder: Path) -> None:
    name = source(folder, "resolution")
    with opened(folder) as node:
        reader = node.reporting.store.reader()
        size = node.resolution.recorder.max_notification_id() or 0
        for earlier in (1, 20, 64, size - 1, size):
            found = consistency_of(reader, name, earlier, size)
            before, after = b64decode(found["earlier_root"]), b64decode(found["root"])
            path = [b64decode(each) for each in found["path"]]
            assert is_consistent(earlier, size, before, after, path)
        with pytest.raises(NotFound):
            consistency_of(reader, name, 1, size + 1)
        with pytest.raises(NotFound):
            inclusion_of(reader, name, size + 1)


def test_the_holder_of_a_receipt_gets_the_proof_of_their_own_entry(folder: Path) -> None:
    with opened(folder) as node:
        first, second = [
            each for each in node.intake.published(1, 1000) if each.name == "ComplaintReceived"
        ][:2]
        receipt, another = (node.intake.receipt(UUID(each.subject)) for each in (first, second))
        proof = node.reporting.proof_of(*node.reporting.entry_of(receipt))
        assert proof["position"] == f"{first.source}:{first.id}"
        with pytest.raises(NotFound):
            node.reporting.entry_of("K7Q2-9MFX-TR4W")
    assert checked(folder, proof)[0] == 0
    assert checked(folder, proof, receipt=receipt.lower().replace("-", " "))[0] == 0
    code, said = checked(folder, proof, receipt=another)
    assert (code, said) == (1, "No: it is the entry of another receipt.\n")
    # What is not hashed is not repeated, and who keeps nothing is not told to believe the proof.
    elsewhere = {"position": "/lain/intake:7"}
    code, said = checked(folder, proof | elsewhere)
    assert code == 0 and proof["position"] in said and "/lain" not in said
    assert checked(folder, proof, kept="")[0] == 1
    assert checked(folder, proof, kept="bukan titik periksa")[0] == 1
    for nothing in ({}, [1], "teks", {"detail": "tidak ada"}):
        assert checked(folder, nothing) == (2, ""), nothing
    assert proof["code"] in {each.code for each in read_notes(proof["checkpoint"])}
