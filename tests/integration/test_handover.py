"""Keys and files pass from origin to origin: whole, to whom they belong, and once, however often
it is broken off."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.intake.amending import Amending
from services.intake.application import Form
from services.intake.domain import BY_OFFICER
from services.kernel import failpoints
from services.kernel.contracts import SealedBox, read
from services.kernel.contracts.intake import ComplaintWithdrawnV1
from services.kernel.errors import Conflict
from services.kernel.handover.district import (
    DistrictCalls,
    LineCut,
    Refused,
    TokenRefused,
    token_of,
)
from services.kernel.handover.wire import EdgeState, FileAt, Hello, WrappedFor
from services.kernel.handover.wrapping import Pair
from services.kernel.keyring import Standing
from services.kernel.keyring.sealing import unseal
from services.kernel.keyring.standing import ESCALATED
from services.kernel.keyring.standing import HOME as GOES_HOME
from services.resolution.accompanying import Accompanying
from tests.handover import WHO, OneOrigin, Origins
from tests.servers.edge import HOME, ORIGIN

STATE = EdgeState(unsent=0, oldest_unsent_at=None, unread=0, keys=0, files=0)


@pytest.fixture
def origins(tmp_path: Path) -> Iterator[Origins]:
    found = Origins(tmp_path)
    yield found
    found.close()


def on_disk(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.glob("keyring.sqlite*"))


def wrapped_at(origins: Origins, id: str) -> bytes:
    (row,) = origins.district.keyring._read("SELECT wrapped FROM keys WHERE id = ?", (id,))
    return bytes(row["wrapped"])


def persons(at: OneOrigin, id: str) -> int:
    return len(at.keyring._read("SELECT contact FROM persons WHERE key = ?", (id,)))


def test_key_and_photo_of_a_complaint_go_to_its_home_and_leave_nothing(origins: Origins) -> None:
    id = origins.district.receive(photo=True)
    secret, wrapped = origins.district.keyring.key(id), wrapped_at(origins, id)
    files = origins.district.files_of(id)
    assert wrapped in on_disk(origins.folder / "dinas")
    origins.open_case(id, origins.edge)
    assert origins.edge.resolution.stand(UUID(id)).how is Standing.COMING
    origins.work()
    assert origins.edge.keyring.key(id) == secret
    assert origins.edge.files_of(id) == files
    assert persons(origins.edge, id) == 1
    assert persons(origins.district, id) == 0
    assert origins.edge.resolution.stand(UUID(id)).how is Standing.HERE
    assert origins.edge.ways_of(id) == [("dinas", ORIGIN, GOES_HOME)]
    assert origins.district.keyring.key(id) is None
    assert origins.district.files_of(id) == []
    assert wrapped not in on_disk(origins.folder / "dinas")
    stands = origins.district.stand_of(id)
    assert (stands.how, stands.elsewhere) == (Standing.HANDED_OVER, ORIGIN)
    origins.work()
    assert origins.edge.ways_of(id) == [("dinas", ORIGIN, GOES_HOME)]


def test_later_words_where_the_key_has_left_follow_it_with_a_key_of_their_own(
    origins: Origins,
) -> None:
    id = origins.district.receive()
    origins.work()
    Amending(origins.district.intake).withdraw(UUID(id), WHO, BY_OFFICER, "Salah kirim.").result()
    box = told_reason(origins, id)
    assert box.key != id
    assert origins.district.keyring.key(box.key) is not None
    origins.known, origins.now = False, 60.0
    origins.work()
    assert origins.edge.keyring.key(box.key) is None
    origins.known = True
    origins.work()
    key = origins.edge.keyring.key(box.key)
    assert key is not None and unseal(box, key.secret) == "Salah kirim."
    assert origins.district.keyring.key(box.key) is None
    # It comes again without harm, and of the case's own key alone the case is told.
    origins.calls(origins.token).keys_taken([UUID(box.key)])
    assert [way.key for way in origins.edge.keyring.unrecorded(9)] == [id]


def test_a_key_of_later_words_goes_to_nobody_but_their_complaints_home(origins: Origins) -> None:
    id = origins.district.receive("lamaru")
    origins.district.keyring.destroy(id)
    with pytest.raises(Conflict, match="dihapus"):
        Amending(origins.district.intake).withdraw(UUID(id), WHO, BY_OFFICER, "Salah kirim.")
    up = origins.edge.receive("lamaru")
    origins.work()
    Amending(origins.edge.intake).withdraw(UUID(up), WHO, BY_OFFICER, "Salah kirim.").result()
    box = told_reason(origins, up)
    origins.work()
    assert origins.edge.keyring.key(box.key) is None
    key = origins.district.keyring.key(box.key)
    assert key is not None and unseal(box, key.secret) == "Salah kirim."
    with pytest.raises(Refused, match="forbidden"):
        origins.calls(origins.token).keys_taken([UUID(box.key)])


def told_reason(origins: Origins, id: str) -> SealedBox:
    """Return the words with which a complaint was withdrawn, as the log has them."""
    (event,) = (read(m) for m in origins.thread(UUID(id)) if m.name == "ComplaintWithdrawn")
    assert isinstance(event, ComplaintWithdrawnV1) and event.reason is not None
    return event.reason


def test_a_key_waits_until_its_complaint_is_known_and_its_case_may_open_later(
    origins: Origins,
) -> None:
    id = origins.district.receive()
    origins.known = False
    origins.work()
    assert origins.edge.keyring.key(id) is None
    assert origins.district.keyring.key(id) is not None
    origins.known = True
    origins.work()
    assert origins.edge.keyring.key(id) is not None
    assert [way.key for way in origins.edge.keyring.unrecorded(9)] == [id]
    origins.open_case(id, origins.edge)
    origins.work()
    assert origins.edge.ways_of(id) == [("dinas", ORIGIN, GOES_HOME)]
    assert origins.edge.keyring.unrecorded(9) == []


def test_a_key_for_elsewhere_goes_up_and_on_to_a_third_origin(origins: Origins) -> None:
    id = origins.edge.receive("lamaru")
    secret = origins.edge.keyring.key(id)
    origins.work()
    assert origins.edge.keyring.key(id) is None
    assert origins.district.keyring.key(id) == secret
    (way,) = origins.district.keyring.unrecorded(9)
    assert (way.sender, way.receiver, way.purpose) == (ORIGIN, "dinas", GOES_HOME)


Break = Callable[[Origins, pytest.MonkeyPatch], None]


def at(name: str) -> Break:
    """Break off at a failpoint, once."""

    def arm(_origins: Origins, patch: pytest.MonkeyPatch) -> None:
        def end() -> None:
            patch.delitem(failpoints._armed, name)
            raise RuntimeError(name)

        patch.setitem(failpoints._armed, name, end)

    return arm


def unanswered(call: str) -> Break:
    """Have a call done whose answer is lost, once."""

    def arm(_origins: Origins, patch: pytest.MonkeyPatch) -> None:
        real = getattr(DistrictCalls, call)

        def lost(self: DistrictCalls, *given: object) -> object:
            patch.setattr(DistrictCalls, call, real)
            real(self, *given)
            raise LineCut

        patch.setattr(DistrictCalls, call, lost)

    return arm


BREAKS = {
    "taken": at(failpoints.KEY_TAKEN),
    "dropped": at(failpoints.KEY_DROPPED),
    "keys taken unanswered": unanswered("keys_taken"),
    "files taken unanswered": unanswered("files_taken"),
    "keys given unanswered": unanswered("give_keys"),
    "file given unanswered": unanswered("give_file"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_anywhere_loses_nothing_and_doubles_nothing(
    origins: Origins, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = origins.district.receive(photo=True)
    up = origins.edge.receive("lamaru", photo=True)
    keys = origins.district.keyring.key(down), origins.edge.keyring.key(up)
    files = origins.district.files_of(down), origins.edge.files_of(up)
    origins.open_case(down, origins.edge)
    BREAKS[name](origins, monkeypatch)
    with pytest.raises((RuntimeError, LineCut, Refused)):
        origins.work()
    origins.line = origins.new_line(origins.edge, origins.token)
    origins.work()
    assert (origins.edge.keyring.key(down), origins.district.keyring.key(up)) == keys
    assert (origins.edge.files_of(down), origins.district.files_of(up)) == files
    assert origins.district.keyring.key(down) is origins.edge.keyring.key(up) is None
    assert origins.district.files_of(down) == origins.edge.files_of(up) == []
    assert origins.edge.ways_of(down) == [("dinas", ORIGIN, GOES_HOME)]
    assert origins.line.waiting()[:2] == (0, 0)


def escalate(origins: Origins, id: str) -> None:
    Accompanying(origins.edge.resolution).escalate(UUID(id), WHO, "Perlu dinas.").result()


def test_the_district_has_the_key_of_an_escalated_case_as_well(origins: Origins) -> None:
    id = origins.edge.receive()
    origins.open_case(id, origins.edge)
    origins.work()
    assert origins.district.keyring.key(id) is None
    escalate(origins, id)
    origins.work()
    assert origins.district.keyring.key(id) == origins.edge.keyring.key(id) is not None
    assert origins.edge.ways_of(id) == [(ORIGIN, "dinas", ESCALATED)]


def test_a_key_that_came_back_for_an_escalation_is_not_dropped_by_a_late_word(
    origins: Origins, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = origins.district.receive()
    origins.open_case(id, origins.edge)
    at(failpoints.KEY_TAKEN)(origins, monkeypatch)
    with pytest.raises(RuntimeError):
        origins.work()
    escalate(origins, id)
    origins.work()
    origins.calls(origins.token).keys_taken([UUID(id)])
    assert origins.district.keyring.key(id) == origins.edge.keyring.key(id) is not None
    assert sorted(origins.edge.ways_of(id)) == [
        ("dinas", ORIGIN, GOES_HOME),
        (ORIGIN, "dinas", ESCALATED),
    ]


def test_a_token_that_is_wrong_or_was_taken_back_lets_nobody_in(origins: Origins) -> None:
    wrong = secrets.token_urlsafe(32) + "." + origins.district.pair.public
    with pytest.raises(TokenRefused):
        origins.calls(wrong).waiting_keys()
    origins.work()
    assert origins.edges.remove(ORIGIN)
    with pytest.raises(TokenRefused):
        origins.calls(origins.token).waiting_keys()


def test_a_token_used_with_another_key_is_refused(origins: Origins) -> None:
    origins.work()
    other = Pair.of(ORIGIN, secrets.token_bytes(32))
    with pytest.raises(TokenRefused):
        origins.calls(origins.token).hello(Hello(other.public, STATE))
    with pytest.raises(Refused, match="invalid_input"):
        origins.calls(origins.token).hello(Hello("none", STATE))


def test_another_edge_gets_and_drops_nothing_of_this_one(origins: Origins) -> None:
    id = origins.district.receive(photo=True)
    (file,) = origins.district.files_of(id)
    other = origins.calls(f"{origins.edges.add('edge-lain')}.{origins.district.pair.public}")
    other.hello(Hello(Pair.of("edge-lain", bytes(32)).public, STATE))
    assert (other.waiting_keys(), other.waiting_files()) == ([], [])
    at_file = FileAt(UUID(id), UUID(file))
    for refused in (
        lambda: other.keys_taken([UUID(id)]),
        lambda: other.file(at_file),
        lambda: other.files_taken([at_file]),
        lambda: other.give_file(at_file, b"x"),
    ):
        with pytest.raises(Refused, match="forbidden"):
            refused()
    assert origins.district.keyring.key(id) is not None
    assert origins.district.files_of(id) == [file]


def given(origins: Origins, id: str, secret: bytes, purpose: str = ESCALATED) -> WrappedFor:
    wrapped = origins.edge.pair.wrap(secret, id, "dinas", origins.district.pair.public)
    return WrappedFor(UUID(id), purpose, wrapped)


def test_a_key_is_refused_that_is_unknown_not_theirs_or_opens_nothing(origins: Origins) -> None:
    calls = origins.calls(origins.token)
    mine, theirs = origins.edge.receive(), origins.district.receive("lamaru")
    origins.open_case(mine, origins.edge)
    key = origins.edge.keyring.key(mine)
    assert key is not None

    def code(each: WrappedFor) -> str:
        (refusal,) = calls.give_keys([each])
        assert origins.district.keyring.key(mine) is None
        return refusal.code

    assert code(given(origins, str(uuid4()), key.secret)) == "not_known"
    assert code(given(origins, mine, key.secret)) == "not_known"  # it is not escalated
    assert code(given(origins, mine, key.secret, GOES_HOME)) == "not_yours"
    assert code(given(origins, theirs, key.secret)) == "not_yours"
    assert code(given(origins, theirs, key.secret, GOES_HOME)) == "not_yours"
    escalate(origins, mine)
    assert code(given(origins, mine, secrets.token_bytes(32))) == "does_not_open"
    good = given(origins, mine, key.secret)
    tampered = WrappedFor(good.key, good.purpose, good.wrapped[:-1] + bytes([good.wrapped[-1] ^ 1]))
    assert code(tampered) == "does_not_open"
    assert code(WrappedFor(UUID(mine), ESCALATED, b"")) == "does_not_open"
    assert calls.give_keys([good]) == []


def test_an_edge_takes_no_key_that_does_not_open_the_words(origins: Origins) -> None:
    id = origins.district.receive()
    wrong = origins.district.pair.wrap(
        secrets.token_bytes(32), id, ORIGIN, origins.edge.pair.public
    )
    assert not origins.line._take_key(WrappedFor(UUID(id), GOES_HOME, wrong), "dinas")
    assert origins.edge.keyring.key(id) is None
    assert origins.line.refused == 1


def test_what_cannot_be_read_or_is_too_much_is_refused(origins: Origins) -> None:
    calls = origins.calls(origins.token)
    with pytest.raises(Refused, match="invalid_input"):
        calls.keys_taken([uuid4() for _n in range(21)])
    with pytest.raises(Refused, match="invalid_input"):
        calls._call("POST", "/keys", b"\xff")
    with pytest.raises(Refused, match="not_found"):
        calls.give_file(FileAt(uuid4(), uuid4()), b"x")
    id = origins.edge.receive("lamaru", photo=True)
    (file,) = origins.edge.files_of(id)
    with pytest.raises(Refused, match="invalid_input"):
        calls.give_file(FileAt(UUID(id), UUID(file)), b"another")


def test_a_key_erased_before_it_left_is_not_said_to_be_elsewhere(origins: Origins) -> None:
    down, up = origins.district.receive(), origins.edge.receive("lamaru")
    origins.district.keyring.destroy(down)
    origins.edge.keyring.destroy(up)
    origins.work()
    assert origins.district.stand_of(down).how is Standing.ERASED
    assert origins.edge.stand_of(up).how is Standing.ERASED
    assert origins.line.waiting()[:2] == (0, 0)
    assert origins.calls(origins.token).waiting_keys() == []


def test_an_edge_asks_for_its_own_checkpoints_only(origins: Origins) -> None:
    calls = origins.calls(origins.token)
    assert calls.checkpoints() == []
    origins.notes = {ORIGIN: ["note one", "note two"], "edge-lain": ["another's"]}
    assert calls.checkpoints() == ["note one", "note two"]
    with pytest.raises(TokenRefused):
        origins.calls(token_of("nobody's", origins.district.pair.public)).checkpoints()


def test_praise_has_no_case_and_keeps_nothing_waiting(origins: Origins) -> None:
    form = Form("web", "Terima kasih.", kind="praise")
    id = origins.district.intake.receive(HOME, form, WHO).result().ids["id"]
    origins.open_case(id, origins.edge)
    origins.work()
    assert origins.edge.keyring.key(id) is not None
    assert origins.edge.keyring.unrecorded(9) == []
