"""The log copy on a real stream: nothing refused, nothing twice, holes waited for, forks shown."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.kernel.clock import system_clock
from services.kernel.stream import EmbeddedStream
from services.reporting.application import Reporting
from services.reporting.messages import INVALID_PAYLOAD, UNKNOWN_TYPE
from tests.messages import START, message, subject

INTAKE = "/node-a/intake"


class Bench:
    """A real stream and a reporting service that is stepped by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stream = EmbeddedStream(folder / "stream.sqlite", system_clock)
        self.reporting = self._open()

    def _open(self) -> Reporting:
        return Reporting(self.folder / "reporting.duckdb", self.stream, system_clock)

    def send(self, *page: Any, source: str = INTAKE) -> None:
        self.stream.sender(source).send(page)

    def follow(self) -> None:
        """Take everything that lies on the stream."""
        while self.reporting.log.lag():
            self.reporting.log.step()

    def reopen(self) -> None:
        self.reporting.close()
        self.reporting = self._open()

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self.reporting.store.reader().execute(sql).fetchall()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.reporting.close()
    bench.stream.close()


def chain(*numbers: int) -> list[Any]:
    """Messages that follow one another."""
    return [
        message(number, previous=previous, time=START + timedelta(minutes=number))
        for previous, number in zip((0, *numbers), numbers, strict=False)
    ]


def test_what_is_stored_is_the_message_as_it_came(bench: Bench) -> None:
    sent = chain(3, 7, 9)
    bench.send(*sent)
    bench.follow()
    kept = bench.reporting.events(None)
    assert [(each["id"], each["type"]) for each in kept] == [(m.id, m.type) for m in sent]
    values = bench.ask("SELECT value FROM log ORDER BY id")
    assert [value for (value,) in values] == [m.value for m in sent]


def test_a_payload_that_breaks_its_contract_is_kept_with_its_trouble(bench: Bench) -> None:
    broken = b'{"occurred_at": "yesterday"} \xff'
    unknown = b'{"occurred_at": "2026-11-02T02:30:00Z", "from": "the future"}'
    bench.send(
        message(1, value=broken),
        message(2, previous=1, type="tanggap.NotYetInvented.v7", value=unknown),
        message(3, previous=2),
    )
    bench.follow()
    assert bench.ask("SELECT id, trouble, value FROM log ORDER BY id")[:2] == [
        (1, INVALID_PAYLOAD, broken),
        (2, UNKNOWN_TYPE, unknown),
    ]
    assert bench.ask("SELECT count(*) FROM steps") == [(1,)]


def test_a_repeat_is_skipped(bench: Bench) -> None:
    bench.send(*chain(1, 2))
    bench.send(*chain(1, 2))
    bench.follow()
    assert bench.ask("SELECT count(*) FROM log") == [(2,)]
    assert bench.ask("SELECT count(*) FROM forks") == [(0,)]


def test_a_repeat_with_other_bytes_is_a_fork_and_both_are_kept(bench: Bench) -> None:
    first, second = chain(1, 2)
    bench.send(first, second)
    other = message(2, previous=1, value=b'{"occurred_at":"2026-11-02T02:30:00Z","reason":"x"}')
    bench.send(other)
    bench.follow()
    assert bench.ask("SELECT value FROM log WHERE id = 2") == [(second.value,)]
    assert bench.ask("SELECT id, value FROM forks") == [(2, other.value)]


def test_a_message_after_a_hole_waits_until_the_hole_is_filled(bench: Bench) -> None:
    first, second, third = chain(1, 2, 3)
    bench.send(first, third)
    bench.follow()
    assert [each.message.id for each in bench.reporting.log.holes()] == [3]
    assert bench.ask("SELECT id FROM log") == [(1,)]
    bench.send(second)
    bench.follow()
    bench.reporting.log.step()
    assert bench.reporting.log.holes() == []
    assert bench.ask("SELECT id FROM log ORDER BY id") == [(1,), (2,), (3,)]


def test_a_restart_between_filling_a_hole_and_reading_on_loses_nothing(bench: Bench) -> None:
    first, second, third = chain(1, 2, 3)
    bench.send(first, third)
    bench.follow()
    bench.send(second)
    bench.reporting.log.step()
    assert bench.ask("SELECT id FROM log ORDER BY id") == [(1,), (2,)]
    bench.reopen()
    bench.follow()
    assert bench.ask("SELECT id FROM log ORDER BY id") == [(1,), (2,), (3,)]


def test_it_reads_on_where_it_stopped(bench: Bench) -> None:
    bench.send(*chain(1, 2))
    bench.follow()
    bench.reopen()
    assert bench.reporting.log.lag() == 0
    (last,) = chain(1, 2, 3)[2:]
    bench.send(last)
    bench.follow()
    assert bench.ask("SELECT count(*), count(DISTINCT id) FROM log") == [(3, 3)]


def test_a_failure_while_folding_leaves_nothing_of_the_batch(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.send(*chain(1, 2))

    def fail(*_args: object, **_named: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("services.reporting.folds.fold_bound", fail)
        with pytest.raises(OSError, match="the disk is full"):
            bench.reporting.log.step()
    assert bench.ask("SELECT count(*) FROM log") == [(0,)]
    bench.reopen()
    bench.follow()
    assert bench.ask("SELECT count(*) FROM log") == [(2,)]
    assert bench.ask("SELECT count(*) FROM steps") == [(2,)]


def test_who_waits_for_a_position_goes_on_when_it_is_in(bench: Bench) -> None:
    bench.reporting.worker.start()
    try:
        bench.send(*chain(1, 2))
        bench.reporting.wait_for(f"{INTAKE}:2", 30)
        assert bench.ask("SELECT count(*) FROM log") == [(2,)]
    finally:
        bench.reporting.worker.stop()


def test_subjects_that_are_no_complaint_are_folded_too(bench: Bench) -> None:
    value = (
        b'{"occurred_at":"2026-01-01T00:00:00Z","code":"puring","name":"Puring","short_code":"PRG",'
        b'"letter":"A","kecamatan":"Puring","zone":"Asia/Jakarta","work_days":6,"units":[]}'
    )
    registered = "tanggap.PuskesmasRegistered.v1"
    bench.send(
        message(1, about="puring", type=registered, value=value),
        message(2, previous=1, about=subject(5)),
        message(
            3,
            previous=2,
            about="puring",
            type=registered,
            value=value.replace(b'"name":"Puring"', b'"name":"Puring I"'),
        ),
    )
    bench.follow()
    assert bench.reporting.places()["puring"]["title"] == "Puring I"
