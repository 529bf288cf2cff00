"""A rebuild that is stopped, killed, short of disk or begun twice: the live facts stay, and it goes
on where it stood."""

import resource
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.kernel.clock import system_clock
from services.kernel.errors import Conflict, NoSpace
from services.kernel.stream import EmbeddedStream
from services.reporting import chunks, folding, folds, rebuild
from services.reporting.application import Reporting
from services.reporting.folding import Progress
from services.reporting.rebuild import Outcome, Rebuild, Source, Stopped
from services.reporting.unfinished import Unfinished
from tests.integration.test_reporting_log_copy import Bench
from tests.integration.test_reporting_rebuild import SOURCES, Kept, _following, _from, history

CASES = 12
PARTS = 4


class Smaller(Bench):
    """A log that a rebuild cuts into several parts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        super().__init__(folder)
        for about in range(1, CASES + 1):
            source = f"/node-{about}/resolution"
            self.send(*(_from(source, each) for each in history(about)), source=source)
        self.follow()

    def new(self, source: Source, told: Callable[[Progress], None] = lambda _told: None) -> Rebuild:
        sides = self.reporting.store, self.reporting.log, self.stream
        return Rebuild(*sides, source, told, Kept(self))

    def facts(self) -> dict[str, list[Any]]:
        """Return all rows of all facts."""
        return {fold.name: self.ask(f"FROM {fold.name} ORDER BY ALL") for fold in folds.folds()}

    def end(self) -> None:
        self.reporting.close()
        self.stream.close()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    # A part on each of two cores, as where there is more memory; parts are then twice that.
    monkeypatch.setattr(chunks, "CHUNK", CASES * 6 // PARTS // 2)
    monkeypatch.setattr(folding, "CREW", 2)
    monkeypatch.setattr(folding, "MEGABYTES_EACH", 64)
    monkeypatch.setattr(rebuild, "RESERVE", 0)
    monkeypatch.setattr(rebuild, "BYTES_PER_EVENT", 0)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Smaller]:
    bench = Smaller(tmp_path / "bench")
    yield bench
    bench.end()


def stopped_after(bench: Smaller, source: Source, parts: int) -> list[Progress]:
    """Begin a rebuild and stop it after so many parts; return what it told."""
    told: list[Progress] = []

    def stop(progress: Progress) -> None:
        told.append(progress)
        if progress.copied is None and len([each for each in told if each.done]) == parts:
            begun.stop()

    begun = bench.new(source, stop)
    with pytest.raises(Stopped):
        begun.run(check=False)
    return told


@pytest.mark.parametrize("source", SOURCES)
def test_one_that_was_stopped_goes_on_where_it_stood(bench: Smaller, source: Source) -> None:
    bench.reporting.store.reader().execute("DELETE FROM moves")
    before = bench.facts()
    first = stopped_after(bench, source, 2)
    assert bench.facts() == before
    done = first[-1].done
    assert 0 < done < first[-1].total
    second: list[Progress] = []
    outcome = bench.new(source, second.append).run(check=False)
    assert outcome.resumed
    assert [each.copied for each in second] == [None] * len(second), "nothing is copied again"
    assert second[0].done > done
    assert second[-1].done == second[-1].total == CASES * 6
    assert [each.table for each in outcome.differences] == ["moves"]
    assert bench.new("log").run(check=True).differences == ()
    assert (
        bench.ask("FROM duckdb_tables() SELECT table_name WHERE suffix(table_name, 'built')") == []
    )


def test_what_came_between_a_stop_and_going_on_is_in_the_new_facts(bench: Smaller) -> None:
    stopped_after(bench, "log", 2)
    for about in (1, CASES):
        last = _from(f"/node-{about}/resolution", history(about)[-1])
        bench.send(_following(last, "CaseReopened"), source=last.source)
    bench.send(
        *(_from("/node-z/resolution", each) for each in history(99)), source="/node-z/resolution"
    )
    bench.follow()
    outcome = bench.new("log").run(check=False)
    assert (outcome.resumed, outcome.differences) == (True, ())
    assert bench.ask("SELECT count(*) FROM steps") == [(CASES * 6 + 8,)]


def test_another_source_begins_anew(bench: Smaller) -> None:
    stopped_after(bench, "log", 2)
    assert not bench.new("stream").run(check=False).resumed
    assert not bench.new("log").run(check=True).resumed


def test_another_version_of_the_folds_makes_facts_anew_and_forgets_it(bench: Smaller) -> None:
    stopped_after(bench, "log", 2)
    bench.reporting.store.reader().execute("UPDATE made_by SET digest = 'of another version'")
    bench.reopen()
    assert bench.ask("SELECT count(*) FROM rebuilding") == [(0,)]
    outcome = bench.new("log").run(check=True)
    assert (outcome.resumed, outcome.differences) == (False, ())


def test_one_that_was_stopped_goes_on_after_a_restart(bench: Smaller) -> None:
    stopped_after(bench, "stream", 2)
    bench.reopen()
    assert bench.new("stream").run(check=True).resumed


# Killed anywhere


class Killed(BaseException):
    """Ends the run where a kill would."""


@contextmanager
def crash_image(bench: Smaller, into: Path, at: int) -> Iterator[None]:
    """Keep the folder as it lies on the disk at the `at`-th passing of a seam, and end there.

    Seams are before and after each part's commit, and each page that is copied.
    """
    passed = 0
    # A folder is copied whole only while nobody else writes.
    crew, folding.CREW = folding.CREW, 1  # type: ignore
    note_done, note_copied = Unfinished.note_done, Unfinished.note_copied

    def pass_on() -> None:
        nonlocal passed
        passed += 1
        if passed == at:
            shutil.copytree(bench.folder, into, ignore=shutil.ignore_patterns("*-shm"))
            raise Killed

    def done(number: int, connection: Any) -> None:
        pass_on()
        note_done(number, connection)

    def copied(self: Unfinished, *given: Any) -> None:
        note_copied(self, *given)
        pass_on()

    Unfinished.note_done = staticmethod(done)  # type: ignore
    Unfinished.note_copied = copied  # type: ignore
    try:
        with pytest.raises(Killed):
            yield
    finally:
        folding.CREW = crew  # type: ignore
        Unfinished.note_done = staticmethod(note_done)  # type: ignore
        Unfinished.note_copied = note_copied  # type: ignore


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(source=st.sampled_from(SOURCES), kills=st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_rebuilt_after_kills_is_what_is_live(
    tmp_path_factory: pytest.TempPathFactory, source: Source, kills: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("killed")
    bench = Smaller(folder / "0")
    live = bench.facts()
    for number, at in enumerate(kills, start=1):
        left = folder / str(number)
        with crash_image(bench, left, at):
            # The third kill may come after the last part; then there is nothing to go on with.
            bench.new(source).run(check=True)
            shutil.copytree(bench.folder, left, ignore=shutil.ignore_patterns("*-shm"))
            raise Killed
        bench.end()
        bench = _opened(left)
        assert bench.facts() == live
    outcome = bench.new(source).run(check=False)
    assert outcome.differences == ()
    assert bench.facts() == live
    bench.end()


def _opened(folder: Path) -> Smaller:
    bench = Smaller.__new__(Smaller)
    bench.folder = folder
    bench.stream = EmbeddedStream(folder / "stream.sqlite", system_clock)
    bench.reporting = bench._open()
    return bench


# Short of disk


@contextmanager
def disk_of(bytes_more: int, file: Path) -> Iterator[None]:
    """Let no file grow by more than this: a write beyond fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + bytes_more, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def grow(bench: Smaller, complaints: int) -> None:
    """Put so many more complaints of a source that is elsewhere into the log, and there only."""
    connection = bench.reporting.store.reader()
    connection.execute(
        "INSERT INTO log BY NAME SELECT * EXCLUDE (n) REPLACE ("
        "'/node-x/resolution' AS source, n * 100 + id AS id, 1000 + n AS place, "
        "gen_random_uuid() AS complaint) "
        "FROM (FROM log WHERE source = '/node-1/resolution' AND name = 'ComplaintReceived'), "
        "range(1, ? + 1) AS many(n)",
        [complaints],
    )
    connection.execute(
        "UPDATE log SET subject = complaint::VARCHAR WHERE subject <> complaint::VARCHAR"
    )
    bench.reporting.log.reload_ends()
    connection.execute("CHECKPOINT")


def test_a_full_disk_is_named_and_the_live_facts_stay(
    bench: Smaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 10_000)
    grow(bench, 40_000)
    before = bench.facts()
    with disk_of(1_500_000, bench.reporting.store.path), pytest.raises(NoSpace):
        bench.new("log").run(check=False)
    assert bench.facts() == before
    assert bench.ask("SELECT count(*) FROM rebuilding") == [(0,)]
    assert bench.ask("SELECT 1 FROM duckdb_tables() WHERE suffix(table_name, '_rebuilt')") == []
    last = _from("/node-1/resolution", history(1)[-1])
    bench.send(_following(last, "CaseReopened"), source=last.source)
    bench.follow()
    assert bench.new("log").run(check=False).swapped
    assert bench.ask("SELECT count(*) FROM attributes") == [(CASES + 40_000,)]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kept", ["RESERVE", "BYTES_PER_EVENT"])
def test_a_disk_that_may_not_hold_it_is_left_to_the_log_copy(
    bench: Smaller, source: Source, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bench.facts()
    monkeypatch.setattr(rebuild, kept, shutil.disk_usage(bench.folder).total + 1)
    with pytest.raises(NoSpace):
        bench.new(source).run(check=False)
    assert bench.facts() == before
    assert bench.ask("SELECT count(*) FROM rebuilding") == [(0,)]


# Begun twice, and while people read


class Held:
    """Holds a rebuild after its first part until it may go on."""

    def __init__(self) -> None:
        self.there, self.on = threading.Event(), threading.Event()

    def __call__(self, progress: Progress) -> None:
        self.there.set()
        assert self.on.wait(60)


@contextmanager
def running(reporting: Reporting) -> Iterator[Held]:
    """Run a rebuild in a thread, held after its first part."""
    held = Held()
    ended: list[Outcome | BaseException] = []

    def work() -> None:
        try:
            ended.append(reporting.rebuild("log", held, check=False))
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert held.there.wait(60)
    try:
        yield held
    finally:
        held.on.set()
        thread.join(60)
    assert len(ended) == 1


def test_one_that_is_begun_twice_is_refused(bench: Smaller) -> None:
    with running(bench.reporting):
        with pytest.raises(Conflict):
            bench.reporting.rebuild("log", lambda _told: None, check=True)
        state = bench.reporting.operations()["rebuild"]
        assert (state["source"], state["total"]) == ("log", CASES * 6)
    assert bench.reporting.operations()["rebuild"] is None
    assert bench.reporting.rebuild("log", lambda _told: None, check=True).differences == ()


def test_it_is_stopped_from_another_thread(bench: Smaller) -> None:
    assert bench.reporting.rebuilding.stop() is False
    before = bench.facts()
    with running(bench.reporting) as held:
        stopping = threading.Thread(target=bench.reporting.rebuilding.stop)
        stopping.start()
        held.on.set()
        stopping.join(60)
        assert not stopping.is_alive()
    assert bench.facts() == before
    assert bench.ask("SELECT count(*) FROM rebuilding") == [(1,)]


def test_a_process_that_ends_stops_it_where_it_stands(tmp_path: Path) -> None:
    bench = Smaller(tmp_path / "ends")
    with running(bench.reporting) as held:
        closing = threading.Thread(target=bench.reporting.close)
        closing.start()
        held.on.set()
        closing.join(60)
        assert not closing.is_alive()
    bench.reporting = bench._open()
    assert bench.new("log").run(check=True).resumed
    bench.end()


def test_who_reads_meanwhile_sees_whole_facts_all_the_time(bench: Smaller) -> None:
    ended = threading.Event()
    wrong: list[Any] = []

    def read() -> None:
        while not ended.is_set():
            try:
                found = bench.ask("SELECT count(*) FROM states AS s WHERE s.closed")
                if found != [(CASES,)]:
                    wrong.append(found)
            except duckdb.Error as error:
                wrong.append(error)

    readers = [threading.Thread(target=read) for _reader in range(3)]
    for each in readers:
        each.start()
    for _time in range(3):
        bench.new("log").run(check=False)
    ended.set()
    for each in readers:
        each.join()
    assert wrong == []


# What differs, and why


def test_a_difference_shows_its_rows_and_the_events_behind_them(bench: Smaller) -> None:
    connection = bench.reporting.store.reader()
    connection.execute(
        "UPDATE states SET state = 'planned' WHERE state = 'answered' "
        "AND complaint = (SELECT min(complaint) FROM states)"
    )
    (found,) = bench.new("log").run(check=True).differences
    assert found.table == "states"
    sides = {each.side: each.row["state"] for each in found.rows}
    assert sides == {"live": "planned", "rebuilt": "answered"}
    assert len(found.subjects) == 1
    behind = [each.type.split(".")[1] for each in found.events]
    assert behind == [
        "ComplaintReceived",
        "CaseGraded",
        "ImmediateAnswerGiven",
        "ResolutionDocumented",
        "EvaluationRecorded",
    ], "and not the publication, which moves no state"
    assert all(each.position.startswith("/node-1/") for each in found.events)
    assert msgspec.json.decode(msgspec.json.encode(found))["events"][0]["arrived_at"]


def test_of_the_log_the_messages_themselves_are_shown(bench: Smaller) -> None:
    connection = bench.reporting.store.reader()
    connection.execute("DELETE FROM log WHERE source = '/node-3/resolution' AND id = 2")
    found = {each.table: each for each in bench.new("stream").run(check=True).differences}
    assert [each.position for each in found["log"].events] == ["/node-3/resolution:2"]
    assert (found["log"].only_live, found["log"].only_rebuilt) == (0, 1)
