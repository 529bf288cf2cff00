"""An edge's keys lie at its district as well, where nobody opens them: one copy of each, none of a
key that is gone, and whoever restores the edge has them again."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from services.intake.amending import Amending
from services.kernel import failpoints
from services.kernel.access.edges import Edges
from services.kernel.aggregate import Intent
from services.kernel.clock import system_clock
from services.kernel.handover.copies import kept_by
from services.kernel.handover.district import DistrictCalls, LineCut, Refused, token_of
from services.kernel.handover.wire import KeptKey
from services.kernel.keyring import Copy, DoesNotOpen, Keyring
from services.kernel.keyring.sealing import unwrap
from services.main.backup.heard import Heard
from services.main.backup.kept import keys_back
from tests.handover import WHO, OneOrigin, Origins
from tests.integration.test_erasure import erase, heard, pending
from tests.integration.test_erasure import later as days_later
from tests.integration.test_erasure import work as do_due
from tests.integration.test_handover import at, unanswered
from tests.servers.edge import ORIGIN

TEAM = Intent("acc-2", "complaint_team")
BREAKS = {
    "kept": at(failpoints.COPY_KEPT),
    "kept unanswered": unanswered("keep"),
}
DROP_UNANSWERED = unanswered("drop_kept")


@pytest.fixture
def origins(tmp_path: Path) -> Iterator[Origins]:
    found = Origins(tmp_path)
    yield found
    found.close()


def go_on(origins: Origins) -> None:
    """Let the line go on from its next greeting, until nothing moves any more."""
    origins.now += 10
    origins.work()


def copies(origins: Origins) -> dict[str, bytes]:
    found = origins.district.keyring.kept.page(ORIGIN, "", 999)
    return {each.key: each.wrapped for each in found}


def wrapped(at: OneOrigin, id: str) -> bytes:
    (row,) = at.keyring.direct.rows("SELECT wrapped FROM keys WHERE id = ?", (id,))
    return bytes(row["wrapped"])


def on_disk(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.glob("keyring.sqlite*"))


def test_the_district_keeps_what_it_cannot_open(origins: Origins) -> None:
    own, other = origins.edge.receive(), origins.district.receive()
    uploaded = origins.edge.keyring.new_key("import/1")
    origins.edge.keyring.store([origins.edge.keyring.wrapped(uploaded)])
    go_on(origins)
    go_on(origins)
    assert copies(origins) == {id: wrapped(origins.edge, id) for id in (own, other)}
    assert origins.district.keyring.held(own) is None
    with pytest.raises(DoesNotOpen):
        unwrap(copies(origins)[own], own, origins.district.folder.master_key)
    again = origins.edge.receive()
    go_on(origins)
    assert set(copies(origins)) == {own, other, again}


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_leaves_no_copy_that_the_edge_does_not_know_of(
    origins: Origins, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = origins.edge.receive()
    BREAKS[name](origins, monkeypatch)
    with pytest.raises((RuntimeError, LineCut)):
        go_on(origins)
    copy = copies(origins)[id]
    origins.line = origins.new_line(origins.edge, origins.token)
    origins.edge.keyring.destroy(id)
    DROP_UNANSWERED(origins, monkeypatch)
    with pytest.raises(LineCut):
        go_on(origins)
    go_on(origins)
    assert copies(origins) == {}
    assert copy not in on_disk(origins.folder / "dinas")
    assert origins.edge.keyring.copied.holders([id]) == frozenset()


def test_a_district_that_has_lost_copies_is_given_all_again(origins: Origins) -> None:
    ids = {origins.edge.receive() for _ in range(3)}
    go_on(origins)
    origins.district.keyring.kept.drop(ORIGIN, list(ids)[:2])
    go_on(origins)
    assert len(copies(origins)) == 1
    origins.line = origins.new_line(origins.edge, origins.token)
    go_on(origins)
    assert set(copies(origins)) == ids


def test_an_erasure_is_pending_until_the_copy_is_destroyed(
    origins: Origins, monkeypatch: pytest.MonkeyPatch
) -> None:
    district, edge = origins.district, origins.edge
    id = edge.receive()
    go_on(origins)
    heard(origins, id)
    copy = copies(origins)[id]
    erase(edge, id)
    days_later(edge, monkeypatch)
    do_due(edge)
    assert edge.keyring.held(id) is None
    assert pending(edge, id) == ("dinas",)
    assert copy in on_disk(origins.folder / "dinas")
    heard(origins, id)
    heard(origins, id)
    assert pending(edge, id) == pending(district, id) == ()
    assert copy not in on_disk(origins.folder / "dinas")
    district.keyring.kept.keep(ORIGIN, [Copy(id, id, copy)])
    assert copies(origins) == {}


def test_a_restored_edge_has_its_keys_and_knows_its_persons_again(
    origins: Origins, tmp_path: Path
) -> None:
    edge = origins.edge
    before = edge.receive()
    (tmp_path / "again").mkdir()
    emptied(edge.folder.path, tmp_path / "again")
    after = edge.receive()
    origins.follow("intake", origins.district, after)
    Amending(origins.district.intake).correct(UUID(after), WHO, {"text": "Di loket."}, "Kurang.")
    heard(origins, after)
    go_on(origins)
    said_later = edge.intake.get(UUID(after)).text.key
    assert said_later != after and edge.keyring.held(said_later) is not None
    go_on(origins)
    copied = list(kept_by(origins.calls(origins.token)))
    assert {each.key for each in copied} == {before, after, said_later}
    found = Heard()
    for id in (before, after):
        found.forms[id] = origins.thread(UUID(id))
    given = (tmp_path / "again", ORIGIN, edge.folder.master_key, copied, found, system_clock)
    assert keys_back(*given) == (2, 0)
    assert keys_back(*given) == (0, 0)
    keyring = Keyring(
        tmp_path / "again" / "keyring.sqlite", edge.folder.master_key, system_clock, bytes
    )
    for id in (before, after, said_later):
        assert keyring.held(id) == edge.keyring.held(id)
    assert keyring.person(before) == edge.keyring.person(before) == sorted([before, after])
    keyring.close()
    other = (tmp_path / "other", ORIGIN, bytes(32), copied, found, system_clock)
    (tmp_path / "other").mkdir()
    emptied(edge.folder.path, tmp_path / "other", keyring=False)
    assert keys_back(*other) == (0, 3)


def emptied(data: Path, to: Path, *, keyring: bool = True) -> None:
    """Copy of a data folder what a backup of this moment would hold."""
    for store in ("intake", "keyring") if keyring else ("intake",):
        for each in data.glob(f"{store}.sqlite*"):
            shutil.copy(each, to / each.name)


def test_another_edge_gets_and_drops_none_and_what_is_no_key_is_refused(origins: Origins) -> None:
    id = origins.edge.receive()
    go_on(origins)
    token = token_of(Edges(origins.district.place("access"), system_clock).add("edge-lain"), "")
    calls = DistrictCalls(origins.calls(origins.token)._http, token.partition(".")[0])
    assert calls.kept("") == []
    calls.drop_kept([id])
    assert set(copies(origins)) == {id}
    for wrong in (KeptKey(id, id, b"short"), KeptKey("x" * 65, id, bytes(60))):
        with pytest.raises(Refused):
            calls.keep([wrong])
    with pytest.raises(Refused):
        calls.keep([KeptKey(id, id, bytes(60))] * 201)
    assert calls.kept("") == []
