"""What a process told the kernel, from the file that `strace` wrote: which answer left before the
sync that makes its event durable?

Lines stand in the order in which strace saw the calls, and it sees a call begin before the kernel
does it and end before the process goes on. So the place of a line is time enough: what is caused
by the end of a call stands after that end.
"""

import json
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMMAND = ("strace", "-D", "-f", "--seccomp-bpf", "-q", "-y", "-xx", "-s", "1000000")
CALLS = "fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg"

_WHOLE = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+|\?)")
_BEGUN = re.compile(r"(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>.*\) += (-?\d+|\?)")
_DESCRIPTOR = re.compile(r"\d+<([^>]*)>")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_HEX = re.compile(r"(?:\\x[0-9a-f]{2})+")
_OFFSET = re.compile(r", (\d+)$")
_LENGTH = re.compile(rb"(?im)^content-length: *(\d+)\r$")

_WAL_HEADER, _FRAME_HEADER = 32, 24


def under_strace(out: Path) -> list[str]:
    """Return the command before a command: it is traced to `out`, and stays our own child (the
    tracer is its grandchild), so that signals and the exit code are its own."""
    return [*COMMAND, "-o", str(out), "-e", f"trace={CALLS}"]


@dataclass
class Call:
    """One call; `began` and `ended` are places in the trace, `ended` None when it never did."""

    name: str
    file: str
    data: bytes
    offset: int
    began: int
    ended: int | None = None
    result: int = -1


@dataclass
class Answer:
    """One answer on a socket; `began` is where the send of its first byte began."""

    status: int
    body: bytes
    began: int


@dataclass
class Commit:
    """A transaction's frames in a write-ahead log, and the places where its first write began and
    its last one ended."""

    pages: list[bytes] = field(default_factory=list)
    began: int = -1
    written: int = -1

    def holds(self, *needles: bytes) -> bool:
        """Say whether each needle lies in one of its pages."""
        return all(any(needle in page for page in self.pages) for needle in needles)


def parse(lines: Iterable[str]) -> list[Call]:
    """Return the calls in the order in which they began; raises ValueError for a cut string."""
    calls: list[Call] = []
    open_calls: dict[tuple[str, str], Call] = {}
    for place, line in enumerate(lines):
        if begun := _BEGUN.match(line):
            call = _call(begun[2], begun[3], place)
            open_calls[begun[1], begun[2]] = call
            calls.append(call)
        elif resumed := _RESUMED.match(line):
            call = open_calls.pop((resumed[1], resumed[2]))
            _end(call, resumed[3], place)
        elif whole := _WHOLE.match(line):
            call = _call(whole[2], whole[3], place)
            _end(call, whole[4], place)
            calls.append(call)
    return calls


def _call(name: str, arguments: str, place: int) -> Call:
    strings = _STRING.findall(arguments)
    if any(cut for _text, cut in strings):
        raise ValueError(f"strace cut a string of line {place + 1}")
    descriptor = _DESCRIPTOR.match(arguments)
    offset = _OFFSET.search(arguments) if name == "pwrite64" else None
    return Call(
        name,
        _HEX.sub(lambda found: _bytes(found[0]).decode(), descriptor[1]) if descriptor else "",
        b"".join(_bytes(text) for text, _cut in strings),
        int(offset[1]) if offset else 0,
        place,
    )


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


def _end(call: Call, result: str, place: int) -> None:
    if result != "?":
        call.ended, call.result = place, int(result)


def answers(calls: Iterable[Call]) -> list[Answer]:
    """Return the HTTP answers of all sockets; raises ValueError for one without a length."""
    sockets: dict[str, list[Call]] = {}
    for call in calls:
        if call.file.startswith("socket:") and call.result > 0:
            sockets.setdefault(call.file, []).append(call)
    return [answer for sends in sockets.values() for answer in _answers_of(sends)]


def _answers_of(sends: list[Call]) -> Iterator[Answer]:
    """Read one connection's bytes from its first answer on (uvloop also writes to a socket that
    only wakes its loop; what is no HTTP is left aside)."""
    sent = b"".join(call.data[: call.result] for call in sends)
    starts, at = [], 0
    for call in sends:
        starts.append((at, call.began))
        at += call.result
    at = 0
    while sent.startswith(b"HTTP/1.1 ", at):
        head, _gap, rest = sent[at:].partition(b"\r\n\r\n")
        status, length = int(head[9:12]), _LENGTH.search(head + b"\r\n")
        if length is None and status not in (204, 304):
            raise ValueError(f"an answer {status} has no length")
        size = int(length[1]) if length and status not in (204, 304) else 0
        yield Answer(status, rest[:size], max(began for start, began in starts if start <= at))
        at += len(head) + 4 + size


def commits(calls: Iterable[Call], wal: str) -> list[Commit]:
    """Return the finished transactions of a write-ahead log, oldest first.

    https://www.sqlite.org/fileformat2.html#the_write_ahead_log: a header of 32 bytes, then frames
    of a header (whose second number is not zero in a transaction's last frame) and a page.
    Raises ValueError for writes that are not such frames.
    """
    found: list[Commit] = []
    current, last, size = Commit(), False, 0
    for call in calls:
        if call.name != "pwrite64" or call.file != wal or call.ended is None:
            continue
        if call.offset == 0:
            (size,) = struct.unpack_from(">8xI", call.data)
            continue
        inside = (call.offset - _WAL_HEADER) % (_FRAME_HEADER + size)
        if size and inside == 0 and len(call.data) == _FRAME_HEADER:
            last = struct.unpack_from(">4xI", call.data)[0] != 0
            if not current.pages:
                current.began = call.began
        elif size and inside == _FRAME_HEADER and len(call.data) == size:
            current.pages.append(call.data)
            current.written = call.ended
            if last:
                found.append(current)
                current, last = Commit(), False
        else:
            raise ValueError(f"{len(call.data)} bytes at {call.offset} of {wal} are no frame")
    return found


def commit_of(calls: list[Call], wal: str, *needles: bytes) -> Commit | None:
    """Return the first transaction that holds all needles."""
    return next((each for each in commits(calls, wal) if each.holds(*needles)), None)


def durable_from(calls: list[Call], wal: str, commit: Commit | None) -> int | None:
    """Return the place from which on a transaction is on the disk: the end of the first sync of
    its log that began after its last frame was written. None when there is none."""
    if commit is None:
        return None
    for call in calls:
        syncs = call.name in ("fdatasync", "fsync") and call.file == wal and call.result == 0
        if syncs and call.began > commit.written:
            return call.ended
    return None


def left_early(calls: list[Call], data: Path) -> tuple[int, list[str]]:
    """Return how many complaints were answered 201, and a line for each that was answered, or
    written down, too early.

    The transaction with its own event (the row with its id and number) is on the disk before the
    answer leaves; and its key is on the disk before that transaction is written.
    """
    count, early = 0, []
    wal, keys = f"{data / 'intake.sqlite'}-wal", f"{data / 'keyring.sqlite'}-wal"
    for answer in answers(calls):
        said: dict[str, Any] = json.loads(answer.body) if answer.status == 201 else {}
        if "number" not in said:
            continue
        count += 1
        id, number = said["id"], said["number"]
        event = commit_of(calls, wal, id.replace("-", "").encode(), f'"{number}"'.encode())
        durable = durable_from(calls, wal, event)
        key = durable_from(calls, keys, commit_of(calls, keys, id.encode()))
        if durable is None:
            early.append(f"{number} was answered and never synced")
        elif durable >= answer.began:
            early.append(f"{number} was answered before its sync ended")
        if event is not None and (key is None or key >= event.began):
            early.append(f"{number} was written before its key was on the disk")
    return count, early
