"""Reporting's file is gone or damaged: it is made again from the stream, and from the stores what
the stream lacks, and said so; nobody is shown half of it."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import msgspec
import pytest

from services.kernel.clock import system_clock
from services.kernel.contracts import Message
from services.kernel.errors import Unavailable
from services.kernel.stream import EmbeddedStream
from services.kernel.text import Text
from services.reporting import chunks, folds, recovery
from services.reporting.application import Reporting
from services.reporting.queries import Filters, When
from services.reporting.unfinished import Unfinished
from tests.by_hand import Office
from tests.integration.test_reporting_log_copy import Bench
from tests.integration.test_reporting_rebuild import _following, _from, history
from tests.messages import subject

CASES = 8
SOURCES = [f"/node-{about}/resolution" for about in range(1, CASES + 1)]


class Stores:
    """What the services hold, whether or not the stream still has it."""

    def __init__(self) -> None:
        self.messages: dict[str, list[Message]] = {}
        self.away = False

    def sources(self) -> Sequence[str]:
        return sorted(self.messages)

    def after(self, source: str, position: int) -> Sequence[Message]:
        found = [each for each in self.messages[source] if each.id > position]
        return [msgspec.structs.replace(each, previous=0) for each in found[:4]]

    def sent(self, source: str) -> Mapping[int, int]:
        if self.away:
            raise Unavailable(Text("Layanan tidak menjawab."))
        return {0: self.messages[source][-1].id}


class Lasting(Bench):
    """A log whose every message lies in a store, too."""

    def __init__(self, folder: Path) -> None:
        self.stores = Stores()
        super().__init__(folder)
        for about, source in enumerate(SOURCES, start=1):
            self.write(*(_from(source, each) for each in history(about)))
        self.follow()

    def _open(self) -> Reporting:
        path = self.folder / "reporting.duckdb"
        return Reporting(path, self.stream, system_clock, outboxes=self.stores)

    def write(self, *page: Message, sends: bool = True) -> None:
        source = page[0].source
        self.stores.messages.setdefault(source, []).extend(page)
        if sends:
            self.send(*page, source=source)

    @property
    def file(self) -> Path:
        return self.folder / "reporting.duckdb"

    def facts(self) -> dict[str, list[Any]]:
        return {fold.name: self.ask(f"FROM {fold.name} ORDER BY ALL") for fold in folds.folds()}

    def lose(self, damage: Callable[[Path], None]) -> None:
        """Close reporting, damage its file, and open it again."""
        self.reporting.close()
        damage(self.file)
        self.reporting = self._open()

    def lose_stream(self, *kept: Message) -> None:
        """Close everything, and put another stream in the place of the one there was."""
        self.reporting.close()
        self.stream.close()
        for each in self.folder.glob("stream.sqlite*"):
            each.unlink()
        self.file.unlink()
        self.stream = EmbeddedStream(self.folder / "stream.sqlite", system_clock)
        for message in kept:
            self.send(message, source=message.source)
        self.reporting = self._open()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Lasting]:
    bench = Lasting(tmp_path)
    yield bench
    bench.reporting.close()
    bench.stream.close()


def gone(file: Path) -> None:
    file.unlink()


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def zeroed(file: Path) -> None:
    file.write_bytes(b"\0" * file.stat().st_size)


def cut(file: Path) -> None:
    with file.open("r+b") as written:
        written.truncate(file.stat().st_size // 2)


def another(file: Path) -> None:
    file.write_text("Ini bukan berkas laporan.\n" * 100)


def header_flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096:12288] = bytes(255 - each for each in content[4096:12288])
    file.write_bytes(content)


DAMAGES = [gone, emptied, zeroed, cut, another, header_flipped]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.__name__)
def test_it_is_made_again_by_itself_and_said_so(
    bench: Lasting, damage: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    before = bench.facts()
    bench.lose(damage)
    bench.follow()
    assert bench.facts() == before
    why = "missing" if damage is gone else "damaged"
    lost = bench.reporting.operations()["lost"]
    assert (lost["why"], lost["events"], lost["from_stores"]) == (why, CASES * 6, 0)
    assert lost["mended_at"] is not None
    said = capsys.readouterr().out
    assert "reports_file_lost" in said and "reports_file_filled" in said
    assert bench.file.with_name("reporting.duckdb.damaged").exists() is (damage is not gone)
    for source in ("log", "stream", "stores"):
        outcome = bench.reporting.rebuild(source, lambda _told: None, check=True)
        assert outcome.differences == ()
    assert bench.reporting.verify()["whole"]


def test_a_first_file_was_not_lost(bench: Lasting, capsys: pytest.CaptureFixture[str]) -> None:
    before = bench.facts()

    def never_was(file: Path) -> None:
        gone(file)
        file.with_name("reporting.duckdb.made").unlink()

    bench.lose(never_was)
    bench.follow()
    assert bench.facts() == before
    found = bench.reporting.operations()["lost"]
    assert (found["why"], found["events"]) == ("first", CASES * 6)
    said = capsys.readouterr().out
    assert "reports_file_made" in said and "reports_file_lost" not in said
    bench.lose(gone)
    assert bench.reporting.operations()["lost"]["why"] == "missing"


def test_what_follows_is_taken_as_ever(bench: Lasting) -> None:
    bench.lose(gone)
    last = _from(SOURCES[0], history(1)[-1])
    bench.write(_following(last, "CaseReopened"))
    bench.follow()
    assert bench.ask("SELECT count(*), count(DISTINCT place) FROM log") == [(CASES * 6 + 1,) * 2]
    assert bench.reporting.log.lag() == 0
    bench.reopen()
    assert bench.reporting.recovery.is_due is False
    assert bench.reporting.operations()["lost"]["why"] == "missing"


def test_what_comes_meanwhile_is_taken_when_it_is_made(
    bench: Lasting, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.lose(gone)
    ends, meanwhile = bench.stream.ends, iter(SOURCES)

    def before_more_comes() -> Mapping[int, int]:
        found = ends()
        for source in meanwhile:
            last = bench.stores.messages[source][-1]
            bench.write(_following(last, "CaseReopened"))
        return found

    monkeypatch.setattr(bench.stream, "ends", before_more_comes)
    bench.reporting.log.step()
    monkeypatch.undo()
    bench.follow()
    assert bench.ask("SELECT count(*), count(DISTINCT place) FROM log") == [(CASES * 7,) * 2]
    assert bench.reporting.log.holes() == []


def test_a_new_folder_has_lost_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert bench.reporting.operations()["lost"] is None
    assert bench.reporting.store.filling is None
    bench.reporting.close()
    bench.stream.close()


def test_reports_wait_and_say_so_until_it_is_filled(bench: Lasting) -> None:
    bench.lose(gone)
    with pytest.raises(Unavailable, match="dibangun ulang"):
        bench.reporting.dashboard(Filters(None), When())
    with pytest.raises(Unavailable):
        bench.reporting.facts(UUID(subject(1)))
    with pytest.raises(Unavailable):
        bench.reporting.rebuild("stream", lambda _told: None, check=True)
    lost = bench.reporting.operations()["lost"]
    assert (lost["why"], lost["mended_at"]) == ("missing", None)
    bench.follow()
    assert bench.reporting.dashboard(Filters(None), When())["received"] == CASES


def test_what_the_stream_lost_comes_from_the_stores(bench: Lasting) -> None:
    ever = "'infinity'"
    now = f"SELECT complaint, state FROM states WHERE happened_to = {ever} AND known_to = {ever}"
    before = dict(bench.ask(now))
    bench.lose_stream()
    assert bench.reporting.recovery.is_due is False, "a stream without a message says nothing"
    last = _from(SOURCES[0], history(1)[-1])
    following = _following(last, "CaseReopened")
    bench.stores.messages[SOURCES[0]].append(following)
    bench.lose_stream(following)
    bench.follow()
    lost = bench.reporting.operations()["lost"]
    assert (lost["events"], lost["from_stores"]) == (CASES * 6 + 1, CASES * 6)
    verified = bench.reporting.verify()
    assert verified["whole"], verified
    # When these arrived is known to nobody any more; that apart, they are what they were.
    assert bench.ask("SELECT count(*) FROM log WHERE stream_offset < 0 AND arrived_at = time") == [
        (CASES * 6,)
    ]
    assert dict(bench.ask(now)) == before | {UUID(subject(1)): "reopened"}
    bench.write(_following(following, "CaseReopened"))
    bench.follow()
    assert bench.reporting.log.holes() == []
    assert bench.ask("SELECT count(*) FROM log") == [(CASES * 6 + 2,)]


def test_stores_that_do_not_answer_do_not_hold_it_up(
    bench: Lasting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "PATIENCE_SECONDS", 0.0)
    before = bench.facts()
    bench.stores.away = True
    bench.lose(gone)
    bench.follow()
    assert bench.facts() == before
    assert bench.reporting.operations()["lost"]["from_stores"] == 0


@pytest.mark.parametrize("at", [1, 3, 4])
def test_killed_while_it_is_filled_it_goes_on(
    bench: Lasting, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, at: int
) -> None:
    before = bench.facts()
    monkeypatch.setattr(chunks, "CHUNK", CASES * 6 // 4)
    bench.lose(gone)
    passed = 0
    note_done = Unfinished.note_done

    class Killed(BaseException):
        pass

    def kill(number: int, connection: Any) -> None:
        nonlocal passed
        passed += 1
        if passed == at:
            raise Killed
        note_done(number, connection)

    monkeypatch.setattr(Unfinished, "note_done", staticmethod(kill))
    with pytest.raises(Killed):
        bench.reporting.log.step()
    monkeypatch.setattr(Unfinished, "note_done", staticmethod(note_done))
    left = tmp_path / "left.duckdb"
    shutil.copy(bench.file, left)
    if (wal := Path(f"{bench.file}.wal")).exists():
        shutil.copy(wal, f"{left}.wal")
    bench.lose(lambda file: put_back(left, file))
    with pytest.raises(Unavailable):
        bench.reporting.totals(Filters(None), When())
    bench.follow()
    assert bench.facts() == before
    assert bench.reporting.operations()["lost"]["why"] == "missing"


def put_back(left: Path, file: Path) -> None:
    """Put what a kill left in the place of what a proper end has written."""
    for suffix in ("", ".wal"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
        if Path(f"{left}{suffix}").exists():
            Path(f"{left}{suffix}").replace(f"{file}{suffix}")


def test_a_part_that_cannot_be_read_is_named_and_mended_by_the_next_start(bench: Lasting) -> None:
    before = bench.facts()
    bench.reporting.store.reader().execute("CHECKPOINT")
    bench.lose(rows_flipped)
    with pytest.raises(Unavailable, match="rusak"):
        bench.reporting.verify()
    bench.reopen()
    bench.follow()
    assert bench.facts() == before
    assert bench.reporting.operations()["lost"]["why"] == "damaged"


def rows_flipped(file: Path) -> None:
    """Damage where the rows of the log lie; what is read at the start stays as it is."""
    with duckdb.connect(str(file), read_only=True) as opened:
        blocks = opened.execute(
            "SELECT DISTINCT block_id FROM pragma_storage_info('log') "
            "WHERE column_name = 'value' AND block_id >= 0"
        ).fetchall()
        (size,) = opened.execute("SELECT block_size FROM pragma_database_size()").fetchone() or (0,)
    content = bytearray(file.read_bytes())
    for (block,) in blocks:
        at = 12_288 + block * size + size // 2
        content[at] ^= 255
    file.write_bytes(content)


def test_a_node_goes_on_taking_complaints_meanwhile(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.receive()
    node = office.hand
    node._close()
    (node._folder / "reporting.duckdb").unlink()
    node._open()
    body = {"channel": "sms", "text": "Antre."}
    taken = office.ask("sari", "POST", "/api/v1/puskesmas/puring/complaints", json=body)
    assert taken.status_code == 201
    waits = office.ask("wulan", "GET", "/api/v1/reports/totals")
    assert (waits.status_code, waits.json()["code"]) == (503, "unavailable")
    assert "retry-after" in waits.headers
    page = office.ask("wulan", "GET", "/laporan")
    assert page.status_code == 503 and "dibangun ulang" in page.text
    shown = office.ask("admin", "GET", "/operasi")
    assert shown.status_code == 200 and "sedang dibangun ulang sendiri" in shown.text
    office.settle()
    assert office.get("wulan", "/reports/totals")["items"][0]["received"] == 2
    shown = office.ask("admin", "GET", "/operasi")
    assert "pernah hilang atau rusak" in shown.text
    office.end()
