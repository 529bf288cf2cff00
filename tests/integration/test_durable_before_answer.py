"""What was answered is on the disk: by what the kernel was told, and by how files are opened."""

import ast
import re
import sqlite3
import struct
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import services
from services.kernel.district import SHIPPED, load_district
from services.kernel.store.files import assert_durable, connect
from services.main.node import Node
from services.main.parts import WRITING
from services.main.settings import Settings
from tests.running import running_node
from tests.strace import Call, left_early, parse, under_strace

HERE = Path(__file__).parent
SERVICES = Path(services.__file__ or next(iter(services.__path__))).resolve().parent
COMPLAINTS = 48
CLIENTS = 8
COMPLAINT = {"channel": "in_person", "text": "Antrean loket lama sekali."}


def traced(folder: Path, *under: str) -> list[Call]:
    """Have several clients write complaints down at once; give what the node's process did."""
    out, data = folder / "trace", folder / "data"
    with running_node(data, under=[*under_strace(out), *under]) as node:
        rini = node.as_("rini")

        def write_down(number: int) -> int:
            body = COMPLAINT | {"text": f"Antrean loket lama sekali, kejadian {number}."}
            return rini.post("/puskesmas/puring/complaints", json=body).status_code

        with ThreadPoolExecutor(CLIENTS) as pool:
            assert set(pool.map(write_down, range(COMPLAINTS))) == {201}
        ended = rf"^{node.process.pid} +\+\+\+ exited with 0 \+\+\+$"
    return parse(written(out, ended))


def written(out: Path, ended: str) -> list[str]:
    """Return the trace's lines once the end of the node is there: the tracer outlives it a little,
    and a child of the node that is still to end may have the last word."""
    until = time.monotonic() + 60
    while not re.search(ended, trace := out.read_text(), re.MULTILINE):
        assert time.monotonic() < until, f"no end of the node in the trace: {trace[-300:]}"
        time.sleep(0.05)
    return trace.splitlines()


def test_no_answer_leaves_before_its_event_is_on_the_disk(tmp_path: Path) -> None:
    count, early = left_early(traced(tmp_path), tmp_path / "data")
    assert count == COMPLAINTS
    assert early == []


def test_commits_that_do_not_wait_for_the_disk_are_found(tmp_path: Path) -> None:
    """The check can fail: the same on a node that was broken on purpose."""
    broken = traced(tmp_path, sys.executable, str(HERE / "synchronous_off.py"))
    count, early = left_early(broken, tmp_path / "data")
    assert count == COMPLAINTS
    assert len(early) >= COMPLAINTS


# The reading of a trace, on traces made by hand

ID, NUMBER = "01a20769-bc2b-7216-ba4a-2b08f483d267", "PRG-2026-A-000001"
OTHER_ID, OTHER_NUMBER = "01a20769-bc2c-7343-8835-e0bf8782ddf2", "PRG-2026-A-000002"
SIZE = 512
WAL, KEYS = "/data/intake.sqlite-wal", "/data/keyring.sqlite-wal"


def quoted(data: bytes) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in data) + '"'


def named(path: str) -> str:
    return quoted(path.encode())[1:-1]


def pwrite(file: str, data: bytes, offset: int) -> str:
    return f"7 pwrite64(9<{named(file)}>, {quoted(data)}, {len(data)}, {offset}) = {len(data)}"


def commit(file: str, *contents: str, at: int = 0) -> list[str]:
    """The lines of one transaction, a page for each content, from frame `at` on."""
    lines = [] if at else [pwrite(file, struct.pack(">8I", 0x377F0682, 3007000, SIZE, *[0] * 5), 0)]
    for place, content in enumerate(contents, start=at):
        offset = 32 + place * (24 + SIZE)
        marks = place + 1 if place == at + len(contents) - 1 else 0
        lines.append(pwrite(file, struct.pack(">6I", place + 1, marks, *[0] * 4), offset))
        lines.append(pwrite(file, content.encode().ljust(SIZE, b"\0"), offset + 24))
    return lines


def event(id: str, number: str) -> str:
    return f'{id.replace("-", "")} intake.Received {{"number":"{number}"}}'


def sync(file: str) -> str:
    return f"7 fdatasync(9<{named(file)}>) = 0"


def answer(id: str = ID, number: str = NUMBER) -> list[str]:
    body = f'{{"id":"{id}","number":"{number}"}}'.encode()
    head = f"HTTP/1.1 201 Created\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return [
        f"8 write(5<socket:[3]>, {quoted(head)}, {len(head)}) = {len(head)}",
        f"8 write(5<socket:[3]>, {quoted(body)}, {len(body)}) = {len(body)}",
    ]


KEY = [*commit(KEYS, f"{ID} {OTHER_ID}"), sync(KEYS)]
EVENT = commit(WAL, "head", event(ID, NUMBER))


def early(*lines: str) -> list[str]:
    count, found = left_early(parse(lines), Path("/data"))
    assert count >= 1
    return found


def test_a_trace_in_order_is_well() -> None:
    assert early(*KEY, *EVENT, sync(WAL), *answer()) == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param([*KEY, *EVENT, *answer(), sync(WAL)], "before its sync", id="answer-first"),
        pytest.param([*KEY, *EVENT, *answer()], "never synced", id="no-sync"),
        pytest.param([*KEY, sync(WAL), *EVENT, *answer()], "never synced", id="sync-too-soon"),
        pytest.param(
            [*KEY, *EVENT, sync("/data/stream.sqlite-wal"), *answer()],
            "never synced",
            id="another-file",
        ),
        pytest.param(
            [*KEY, *EVENT[:-1], sync(WAL), EVENT[-1], *answer()],
            "never synced",
            id="sync-before-the-last-page",
        ),
        pytest.param(
            [*KEY, *EVENT, sync(WAL).replace("= 0", "= -1 EIO (Input/output error)"), *answer()],
            "never synced",
            id="sync-failed",
        ),
        pytest.param(
            [
                *KEY,
                *EVENT,
                sync(WAL).replace(") = 0", " <unfinished ...>"),
                *answer(),
                "7 <... fdatasync resumed>)          = 0",
            ],
            "before its sync",
            id="sync-not-ended",
        ),
        pytest.param([*EVENT, sync(WAL), *KEY, *answer()], "before its key", id="key-late"),
        pytest.param([*EVENT, sync(WAL), *answer()], "before its key", id="key-missing"),
    ],
)
def test_a_trace_out_of_order_is_found(lines: list[str], said: str) -> None:
    found = early(*lines)
    assert len(found) == 1 and said in found[0] and NUMBER in found[0]


def test_a_sync_of_another_complaint_does_not_count() -> None:
    """Two share a file: the first was synced, the second was not; the page of both is written
    again with the second, which must not make the first one look unsafe."""
    second = commit(WAL, event(ID, NUMBER) + event(OTHER_ID, OTHER_NUMBER), at=2)
    found = early(
        *KEY, *EVENT, sync(WAL), *second, *answer(), *answer(OTHER_ID, OTHER_NUMBER), sync(WAL)
    )
    assert found == [f"{OTHER_NUMBER} was answered before its sync ended"]


def test_an_answer_in_one_call_is_read_too() -> None:
    sent = "".join(line.split(", ")[1].strip('"') for line in answer())
    size = sent.count("\\x")
    for call in (
        f'8 sendto(5<socket:[3]>, "{sent}", {size}, 0, NULL, 0) = {size}',
        f'8 writev(5<socket:[3]>, [{{iov_base="{sent}", iov_len={size}}}], 1) = {size}',
        f'8 sendmsg(5<socket:[3]>, {{msg_name=NULL, msg_iov=[{{iov_base="{sent}", '
        f"iov_len={size}}}], msg_iovlen=1, msg_flags=0}}, 0) = {size}",
    ):
        assert early(*KEY, *EVENT, sync(WAL), call) == []
        assert early(*KEY, *EVENT, call, sync(WAL)) == [
            f"{NUMBER} was answered before its sync ended"
        ]


@pytest.mark.parametrize(
    "line",
    [pwrite(WAL, b"x" * 24, 32), f'7 write(1<{named("/x")}>, "\\x41"..., 200) = 200'],
    ids=["no-header-before-a-frame", "cut"],
)
def test_what_cannot_be_read_is_no_proof(line: str) -> None:
    with pytest.raises(ValueError, match=r"no frame|cut"):
        left_early(parse([line, *answer()]), Path("/data"))


# How files are opened


def test_one_place_opens_sqlite_files() -> None:
    """Every other opening in the product goes through it (or is the event store library's, whose
    connections the next test follows)."""
    opened = []
    for file in SERVICES.rglob("*.py"):
        for found in ast.walk(ast.parse(file.read_text())):
            name = ast.unparse(found.func) if isinstance(found, ast.Call) else ""
            if name.endswith(("sqlite3.connect", "sqlite3.Connection", "dbapi2.connect")):
                opened.append(file.relative_to(SERVICES).as_posix())
            if isinstance(found, ast.ImportFrom) and (found.module or "").startswith("sqlite3"):
                assert not {"connect", "dbapi2"} & {each.name for each in found.names}, file
    assert set(opened) == {"kernel/store/files.py"}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, list[str]]]]:
    """Every SQLite file that is opened, each with the statements that it was told."""
    found: list[tuple[str, list[str]]] = []
    really_connect = sqlite3.connect

    def watched(*given: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = really_connect(*given, **named)
        told: list[str] = []
        found.append((Path(str(given[0] if given else named["database"])).name, told))
        connection.set_trace_callback(told.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", watched)
    yield found


def test_every_connection_of_a_node_is_told_to_commit_to_the_disk_first_of_all(
    opened: list[tuple[str, list[str]]], tmp_path: Path
) -> None:
    node = Node(Settings(data=tmp_path), load_district(SHIPPED))
    node.start()
    node.stop()
    stores = ("access", "keyring", "stream", *WRITING)
    assert {name for name, _told in opened} == {f"{store}.sqlite" for store in stores}
    used = [(name, told) for name, told in opened if told]
    assert {name for name, _told in used} == {f"{store}.sqlite" for store in stores}
    for name, told in used:
        settings = [each for each in told if "synchronous" in each.lower()]
        assert settings == ["PRAGMA synchronous=FULL", "PRAGMA synchronous"], name
        before = told[: told.index("PRAGMA synchronous=FULL")]
        assert all(each.startswith("PRAGMA journal_mode") for each in before), (name, before)


class Deaf(sqlite3.Connection):
    """A connection that does not do as it is told."""

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        if statement == "PRAGMA synchronous=FULL":
            statement = "PRAGMA synchronous=NORMAL"
        return super().execute(statement, *values)


def test_a_connection_that_is_not_durable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="level=1"):
        assert_durable(sqlite3.connect(tmp_path / "x", factory=Deaf))
    with pytest.raises(RuntimeError, match="mode='memory'"):
        connect(":memory:")
    connection = connect(tmp_path / "y")
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    connection.close()
