"""A person is erased: closed at once, destroyed in time, at every origin that held a copy."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.intake.amending import Amending
from services.intake.domain import Stage
from services.intake.erasing import TASK
from services.kernel import failpoints
from services.kernel.aggregate import Intent
from services.kernel.clock import system_clock
from services.kernel.errors import AlreadyDone, Conflict, InvalidInput, StepNotAllowed
from services.kernel.keyring import Standing
from tests.handover import WHO, OneOrigin, Origins

TEAM = Intent("acc-2", "complaint_team")
TOMORROW = system_clock().date() + timedelta(days=2)


@pytest.fixture
def origins(tmp_path: Path) -> Iterator[Origins]:
    found = Origins(tmp_path)
    yield found
    found.close()


def later(at: OneOrigin, monkeypatch: pytest.MonkeyPatch, days: int = 8) -> None:
    """Let days pass at an origin."""
    monkeypatch.setattr(at.intake, "clock", lambda: system_clock() + timedelta(days=days))


def work(at: OneOrigin) -> None:
    """Do what is due at an origin."""
    at.jobs.step()


def heard(origins: Origins, *ids: str) -> None:
    """Have both intakes follow what was written, and do what comes of it."""
    for id in ids:
        for at in (origins.district, origins.edge):
            origins.follow("intake", at, id)
    for at in (origins.district, origins.edge):
        work(at)


def erase(at: OneOrigin, id: str, *, ends_open_cases: bool = True) -> None:
    at.erasing.request(UUID(id), TEAM, "subject_request", ends_open_cases).result()


def stage(at: OneOrigin, id: str) -> Stage | None:
    found = at.intake.get(UUID(id)).erasure
    return None if found is None else found.stage


def pending(at: OneOrigin, id: str) -> tuple[str, ...]:
    found = at.intake.get(UUID(id)).erasure
    assert found is not None
    return found.pending


def bytes_of(at: OneOrigin) -> bytes:
    """Return every byte of an origin's data folder."""
    return b"".join(each.read_bytes() for each in at.folder.path.rglob("*") if each.is_file())


def wrapped_of(at: OneOrigin, id: str) -> bytes:
    """Return a key as it lies in the keyring."""
    (row,) = at.keyring._read("SELECT wrapped FROM keys WHERE id = ?", (id,))
    return bytes(row["wrapped"])


def names(at: OneOrigin, id: str) -> list[str]:
    return [each.name for each in at.intake.history(UUID(id))]


def test_words_are_closed_at_once_and_all_of_the_person_is_destroyed_in_time(
    origins: Origins, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = origins.edge
    ids = [at.receive(photo=True), at.receive(text="Antre lagi.")]
    keys = [wrapped_of(at, id) for id in ids]
    assert all(key in bytes_of(at) for key in keys)
    erase(at, ids[0])
    for id in ids:
        assert at.stand_of(id).how is Standing.ERASED
        said = at.keyring.open([at.intake.get(UUID(id)).text], "acc-1", "officer", "case")
        assert said == [None]
        assert at.intake.get(UUID(id)).withdrawn
    with pytest.raises(Conflict):
        Amending(at.intake).correct(UUID(ids[0]), WHO, {"text": "Lain."}, "Salah.").result()
    work(at)
    assert [stage(at, id) for id in ids] == [Stage.SCHEDULED] * 2
    assert all(key in bytes_of(at) for key in keys)
    later(at, monkeypatch)
    work(at)
    assert [stage(at, id) for id in ids] == [Stage.ERASED] * 2
    assert at.files_of(ids[0]) == []
    left = bytes_of(at)
    assert not any(key in left for key in keys)
    assert names(at, ids[1]) == [
        "ComplaintReceived",
        "ComplaintWithdrawn",
        "ErasureScheduled",
        "PersonErased",
    ]
    work(at)
    assert names(at, ids[1]).count("PersonErased") == 1


def test_an_erasure_is_called_back_for_all_of_the_person_until_its_time(
    origins: Origins, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = origins.edge
    ids = [at.receive(), at.receive()]
    erase(at, ids[0])
    with pytest.raises(AlreadyDone):
        erase(at, ids[1])
    at.erasing.call_back(UUID(ids[1]), TEAM).result()
    for id in ids:
        assert at.stand_of(id).how is Standing.HERE
        assert stage(at, id) is Stage.CALLED_BACK
    erase(at, ids[1])
    later(at, monkeypatch)
    with pytest.raises(StepNotAllowed):
        at.erasing.call_back(UUID(ids[0]), TEAM).result()
    work(at)
    with pytest.raises(StepNotAllowed):
        at.erasing.call_back(UUID(ids[0]), TEAM).result()
    assert stage(at, ids[0]) is Stage.ERASED


def test_a_legal_hold_or_an_open_case_stands_against_it(origins: Origins) -> None:
    at = origins.edge
    ids = [at.receive(), at.receive()]
    with pytest.raises(StepNotAllowed):
        erase(at, ids[0], ends_open_cases=False)
    with pytest.raises(InvalidInput):
        at.erasing.request(UUID(ids[0]), TEAM, "nama saya Warsini").result()
    with pytest.raises(InvalidInput):
        at.erasing.hold(UUID(ids[1]), TEAM, "legal_case", date(2020, 1, 1)).result()
    at.erasing.hold(UUID(ids[1]), TEAM, "legal_case", TOMORROW).result()
    with pytest.raises(StepNotAllowed):
        erase(at, ids[0])
    assert [stage(at, id) for id in ids] == [None, None]
    at.erasing.lift(UUID(ids[1]), TEAM).result()
    with pytest.raises(StepNotAllowed):
        at.erasing.lift(UUID(ids[1]), TEAM).result()
    erase(at, ids[0])
    at.erasing.hold(UUID(ids[1]), TEAM, "law_enforcement", TOMORROW).result()
    assert [stage(at, id) for id in ids] == [Stage.CALLED_BACK] * 2
    assert at.stand_of(ids[0]).how is Standing.HERE


def test_nothing_is_erased_that_was_not_seen(origins: Origins) -> None:
    at = origins.edge
    first = at.receive()
    seen = {each.id for each in at.erasing.person(UUID(first), "head").complaints}
    at.receive()
    with pytest.raises(Conflict):
        at.erasing.request(
            UUID(first), TEAM, "subject_request", ends_open_cases=True, seen=seen
        ).result()
    assert stage(at, first) is None


def test_the_other_origin_destroys_its_copy_and_is_pending_until_it_said_so(
    origins: Origins, monkeypatch: pytest.MonkeyPatch
) -> None:
    district, edge = origins.district, origins.edge
    id = district.receive(photo=True)
    heard(origins, id)
    key = district.keyring.held(id)
    erase(edge, id)
    assert edge.intake.get(UUID(id)).erasure is not None
    later(edge, monkeypatch)
    work(edge)
    assert (stage(edge, id), pending(edge, id)) == (Stage.ERASED, ("dinas",))
    # The district has not heard of it: its key is still on the way here, and finds no place.
    assert district.keyring.held(id) == key is not None
    origins.work()
    assert edge.keyring.held(id) is None and edge.files_of(id) == []
    heard(origins, id)
    heard(origins, id)
    assert (stage(district, id), pending(edge, id)) == (Stage.ERASED, ())
    assert district.stand_of(id).how is Standing.ERASED
    assert district.keyring.held(id) is None and district.files_of(id) == []
    assert [each.name for each in district.intake.history(UUID(id))][-1] == "PersonErased"


def test_what_is_asked_away_from_home_is_answered_there(
    origins: Origins, monkeypatch: pytest.MonkeyPatch
) -> None:
    district, edge = origins.district, origins.edge
    id, other = edge.receive(), edge.receive()
    heard(origins, id, other)
    erase(district, id, ends_open_cases=False)
    assert stage(district, id) is Stage.REQUESTED
    with pytest.raises(Conflict):
        district.erasing.call_back(UUID(id), TEAM).result()
    heard(origins, id, other)
    heard(origins, id, other)
    refused = district.intake.get(UUID(id)).erasure
    assert refused is not None and (refused.stage, refused.refused_for) == (
        Stage.REFUSED,
        "open_case",
    )
    assert edge.stand_of(id).how is Standing.HERE
    erase(district, id)
    heard(origins, id, other)
    heard(origins, id, other)
    assert [stage(district, each) for each in (id, other)] == [Stage.SCHEDULED] * 2
    assert district.stand_of(other).how is Standing.ERASED
    later(edge, monkeypatch)
    work(edge)
    heard(origins, id, other)
    heard(origins, id, other)
    assert pending(edge, id) == pending(district, id) == ()
    assert stage(district, other) is Stage.ERASED


@pytest.mark.parametrize("hours", [1, -1], ids=["ahead", "behind"])
def test_clocks_an_hour_apart_change_nothing_of_it(
    origins: Origins, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    district, edge = origins.district, origins.edge
    wrong = timedelta(hours=hours)
    monkeypatch.setattr(edge.intake, "clock", lambda: system_clock() + wrong)
    id = district.receive()
    heard(origins, id)
    origins.work()
    erase(district, id)
    heard(origins, id)
    heard(origins, id)
    assert [stage(at, id) for at in (district, edge)] == [Stage.SCHEDULED] * 2
    for at in (district, edge):
        later(at, monkeypatch)
    work(edge)
    heard(origins, id)
    heard(origins, id)
    assert [stage(at, id) for at in (district, edge)] == [Stage.ERASED] * 2
    assert pending(edge, id) == pending(district, id) == ()
    said = names(edge, id)
    assert said.index("ErasureScheduled") < said.index("PersonErased")


def test_words_said_elsewhere_go_with_the_others_whenever_their_key_comes(
    origins: Origins, monkeypatch: pytest.MonkeyPatch
) -> None:
    district, edge = origins.district, origins.edge
    id = edge.receive()
    heard(origins, id)
    Amending(district.intake).correct(UUID(id), WHO, {"text": "Antre di loket."}, "Kurang.")
    heard(origins, id)
    later_key = edge.intake.get(UUID(id)).text.key
    assert later_key != id and district.keyring.held(later_key) is not None
    erase(edge, id)
    later(edge, monkeypatch)
    work(edge)
    origins.work()
    assert edge.keyring.held(later_key) is None
    heard(origins, id)
    heard(origins, id)
    assert district.keyring.held(later_key) is None
    assert pending(edge, id) == ()


def test_an_origin_killed_between_keys_and_event_says_so_afterwards(
    origins: Origins, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    at = origins.edge
    id = at.receive()
    erase(at, id)
    later(at, monkeypatch)
    monkeypatch.setitem(failpoints._armed, failpoints.KEYS_DESTROYED, kill)
    with pytest.raises(Killed):
        at.erasing.settle(id)
    monkeypatch.undo()
    later(at, monkeypatch)
    assert (stage(at, id), at.keyring.held(id)) == (Stage.SCHEDULED, None)
    assert at.intake.select("SELECT task FROM due WHERE argument = ?", (id,))[0]["task"] == TASK
    work(at)
    assert stage(at, id) is Stage.ERASED
