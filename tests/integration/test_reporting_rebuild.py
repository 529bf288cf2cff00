"""Rebuilding: the same facts, from the log or from the stream; a difference is named; readers
and the stream go on meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from services.kernel.contracts import Message
from services.reporting.folding import Progress
from services.reporting.rebuild import Rebuild, Source
from tests.histories import deliveries, told
from tests.integration.test_reporting_log_copy import Bench
from tests.messages import subject

ELSEWHERE = "/node-3/resolution"
"""A source of another origin, whose store cannot be asked."""
SOURCES: list[Source] = ["log", "stream", "stores"]


def history(about: int) -> list[Message]:
    return [
        each.message
        for each in deliveries(
            [
                told("ComplaintReceived", 0, about=about),
                told("CaseGraded", 1, about=about),
                told("ImmediateAnswerGiven", 2, about=about),
                told("ResolutionDocumented", 3, about=about),
                told("PublicationDrafted", 4, about=about),
                told("EvaluationRecorded", 5, about=about),
            ]
        )
    ]


class Kept:
    """What lies on the stream, as outboxes of the services that wrote it; more may be written."""

    def __init__(self, bench: Bench) -> None:
        self._stream = bench.stream
        self.unsent: list[Message] = []

    def sources(self) -> Sequence[str]:
        return sorted({each.source for each in self._written()} - {ELSEWHERE})

    def after(self, source: str, position: int) -> Sequence[Message]:
        written = [each for each in self._written() if each.source == source]
        return [each for each in written if each.id > position][:4]

    def sent(self, source: str) -> Mapping[int, int]:
        sent = [each.id for each in self._written() if each.source == source]
        return {0: max(sent)} if sent else {}

    def _written(self) -> list[Message]:
        reader = self._stream.reader("kept", {})
        sent = [each.message for each in reader.poll(1000, 0)]
        reader.close()
        return [msgspec.structs.replace(each, previous=0) for each in (*sent, *self.unsent)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    for about in range(1, 4):
        source = f"/node-{about}/resolution"
        page = [_from(source, message) for message in history(about)]
        bench.send(*page, source=source)
    bench.follow()
    yield bench
    bench.reporting.close()
    bench.stream.close()


def _from(source: str, message: Message) -> Message:
    return msgspec.structs.replace(message, source=source)


def rebuild(bench: Bench, source: Source = "log", kept: Kept | None = None) -> Rebuild:
    reporting = bench.reporting
    sides = reporting.store, reporting.log, bench.stream
    return Rebuild(*sides, source, outboxes=kept or Kept(bench))


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_whole_does_not_differ(bench: Bench, source: Source) -> None:
    outcome = rebuild(bench, source).run(check=True)
    assert (outcome.events, outcome.differences, outcome.swapped) == (18, (), False)


@pytest.mark.parametrize("source", SOURCES)
def test_a_check_names_what_differs_and_leaves_it(bench: Bench, source: Source) -> None:
    connection = bench.reporting.store.reader()
    connection.execute("UPDATE states SET state = 'planned' WHERE state = 'answered'")
    (difference,) = rebuild(bench, source).run(check=True).differences
    assert difference.table == "states"
    assert difference.only_live == difference.only_rebuilt > 0
    assert difference.subjects == tuple(subject(about) for about in range(1, 4))
    assert bench.ask("SELECT count(*) FROM states WHERE state = 'planned'") != [(0,)]


@pytest.mark.parametrize("source", SOURCES)
def test_a_rebuild_mends_what_differs(bench: Bench, source: Source) -> None:
    connection = bench.reporting.store.reader()
    connection.execute("DELETE FROM moves")
    (difference,) = rebuild(bench, source).run(check=False).differences
    assert (difference.table, difference.only_live) == ("moves", 0)
    assert rebuild(bench).run(check=True).differences == ()
    assert bench.ask("SELECT count(*) FROM moves WHERE move = 'closed'") == [(3,)]
    assert (
        bench.ask("FROM duckdb_tables() SELECT table_name WHERE table_name LIKE '%rebuilt'") == []
    )


def test_a_log_that_lost_a_message_is_mended_from_the_stream(bench: Bench) -> None:
    bench.reporting.store.reader().execute("DELETE FROM log WHERE name = 'CaseGraded'")
    found = rebuild(bench, "stream").run(check=False).differences
    assert ("log", 0, 3) in [(each.table, each.only_live, each.only_rebuilt) for each in found]
    assert bench.ask("SELECT count(*) FROM log") == [(18,)]
    assert rebuild(bench, "stream").run(check=True).differences == ()
    last = _from("/node-1/resolution", history(1)[-1])
    bench.send(_following(last, "CaseReopened"), source=last.source)
    bench.follow()
    assert bench.ask("SELECT count(*), count(DISTINCT place) FROM log") == [(19, 19)]
    assert rebuild(bench).run(check=True).differences == ()


def test_a_log_that_lost_a_message_is_mended_from_the_stores(bench: Bench) -> None:
    bench.reporting.store.reader().execute("DELETE FROM log WHERE name = 'CaseGraded'")
    outcome = rebuild(bench, "stores").run(check=False)
    # That of the other origin can be had from no store here.
    assert ("log", 0, 2) in [
        (each.table, each.only_live, each.only_rebuilt) for each in outcome.differences
    ]
    assert (outcome.without_arrival, outcome.on_their_way) == (2, 0)
    assert bench.ask("SELECT count(*) FROM log") == [(17,)]
    assert bench.ask("SELECT count(*) FROM log WHERE arrived_at = time AND stream_offset < 0") == [
        (2,)
    ]
    assert rebuild(bench, "stores").run(check=True).differences == ()


def test_a_log_that_was_tampered_with_differs_from_the_stores(bench: Bench) -> None:
    connection = bench.reporting.store.reader()
    connection.execute(
        "UPDATE log SET actor = 'somebody' WHERE name = 'CaseGraded' AND source = ?",
        ["/node-1/resolution"],
    )
    assert rebuild(bench, "log").run(check=True).differences == ()
    (difference,) = rebuild(bench, "stores").run(check=True).differences
    assert (difference.table, difference.subjects) == ("log", (subject(1),))


def test_what_is_still_on_its_way_is_left_out_of_a_rebuild_from_the_stores(bench: Bench) -> None:
    kept = Kept(bench)
    last = _from("/node-1/resolution", history(1)[-1])
    following = _following(last, "CaseReopened")
    kept.unsent.append(following)
    outcome = rebuild(bench, "stores", kept).run(check=False)
    assert (outcome.events, outcome.differences) == (18, ())
    assert (outcome.without_arrival, outcome.on_their_way) == (0, 1)
    kept.unsent.clear()
    bench.send(following, source=last.source)
    bench.follow()
    assert bench.ask("SELECT count(*), count(DISTINCT place) FROM log") == [(19, 19)]
    outcome = rebuild(bench, "stores", kept).run(check=True)
    assert (outcome.events, outcome.differences, outcome.on_their_way) == (19, (), 0)


@pytest.mark.parametrize("source", SOURCES)
def test_what_arrives_meanwhile_is_in_the_new_facts(bench: Bench, source: Source) -> None:
    def arrive(progress: Progress) -> None:
        if progress.done == progress.total and bench.stream.ends()[0] == 18:
            other = "/node-9/resolution"
            page = [_from(other, message) for message in history(9)]
            late = _from("/node-1/resolution", history(1)[-1])
            reopened = told("CaseReopened", 9)
            bench.send(*page, source=other)
            bench.send(_following(late, reopened.name), source=late.source)
            bench.follow()

    reporting = bench.reporting
    sides = reporting.store, reporting.log, bench.stream
    found = Rebuild(*sides, source, arrive, Kept(bench)).run(check=False)
    assert found.differences == ()
    assert bench.ask("SELECT count(*) FROM log") == [(25,)]
    assert bench.ask(
        "SELECT state FROM states WHERE happened_to = 'infinity' AND known_to = 'infinity' "
        "ORDER BY complaint"
    ) == [("reopened",), ("evaluated",), ("evaluated",), ("evaluated",)]
    assert rebuild(bench, source).run(check=True).differences == ()


def _following(message: Message, name: str) -> Message:
    (made,) = deliveries([told(name, 9)])
    return msgspec.structs.replace(
        made.message, source=message.source, id=message.id + 1, previous=message.id
    )


def test_more_rows_than_one_group_of_the_file_are_all_there(bench: Bench) -> None:
    # 122,880 rows are one group; beyond it DuckDB writes rows before their commit.
    connection = bench.reporting.store.reader()
    connection.execute(
        "INSERT INTO log BY NAME SELECT * EXCLUDE (n) REPLACE ("
        "'/node-x/resolution' AS source, n * 100 + id AS id, 100 + n AS place, "
        "gen_random_uuid() AS complaint) "
        "FROM (FROM log WHERE source = '/node-1/resolution' AND name = 'ComplaintReceived'), "
        "range(1, 150001) AS many(n)"
    )
    connection.execute(
        "UPDATE log SET subject = complaint::VARCHAR WHERE subject <> complaint::VARCHAR"
    )
    rebuild(bench).run(check=False)
    assert bench.ask("SELECT count(*), count(number) FROM attributes") == [(150_003, 150_003)]
    assert bench.ask("SELECT count(*) FROM moves WHERE move = 'received'") == [(150_003,)]
    assert rebuild(bench).run(check=True).differences == ()


def test_a_file_that_another_version_made_is_brought_up_to_date(bench: Bench) -> None:
    unknown = [("tanggap.NotYetInvented.v1", "unknown_type")]
    connection = bench.reporting.store.reader()
    connection.execute("UPDATE made_by SET digest = 'of another version'")
    connection.execute("ALTER TABLE log DROP COLUMN grade")
    connection.execute("ALTER TABLE states DROP COLUMN closed")
    connection.execute("UPDATE log SET trouble = 'unknown_type' WHERE name = 'EvaluationRecorded'")
    connection.execute(
        "UPDATE log SET trouble = ?, type = ? WHERE name = 'PublicationDrafted'",
        list(reversed(unknown[0])),
    )
    bench.reopen()
    assert bench.ask("SELECT count(*) FROM moves WHERE move = 'closed'") == [(3,)]
    assert bench.ask("SELECT DISTINCT grade FROM deadlines") == [("red",)]
    assert bench.ask("SELECT DISTINCT type, trouble FROM log WHERE trouble IS NOT NULL") == unknown
    assert rebuild(bench).run(check=True).differences == ()
