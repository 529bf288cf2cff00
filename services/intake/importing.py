"""A file of complaints becomes complaints: each row judged alone, and taken once.

The file is sealed under a key of its own and stored with the row that says it is due; a task then
takes its rows in portions. What became of a row is written in the transaction that takes it, so an
import that was interrupted goes on where it stood. At its end the file and its key are destroyed.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row as Found
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from pydantic import ValidationError

from services.intake.application import Intake, Note
from services.intake.filled import Form
from services.intake.forms import ComplaintBody, form_of
from services.intake.imports import Row, read_rows, row_key
from services.kernel.aggregate import Intent
from services.kernel.district import Puskesmas
from services.kernel.errors import FieldError, InvalidInput, NotFound
from services.kernel.keyring import Keyring
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import Text, _
from services.kernel.web.validation import field_errors

ROUTE = "import"
TASK = "intake.import"
PLACE = "import.file"
PORTION = 100

Rejected = list[tuple[int, FieldError]]


@dataclass(frozen=True)
class Outcome:
    """What became of a file's rows so far; `rejected` names row and field.

    `lost` says that the file could not be opened again, so its other rows were not taken.
    """

    rows: int
    taken: int
    accepted: int
    repeated: int
    rejected: Rejected
    ids: list[str]
    ended: bool = True
    lost: bool = False

    @property
    def refused(self) -> int:
        """How many rows were rejected; a row may have several things to mend."""
        return len({row for row, _error in self.rejected})


class Importing:
    """Takes uploaded files in, and their rows one portion after the other."""

    def __init__(self, intake: Intake, keyring: Keyring, new_id: Callable[[], UUID]) -> None:
        self._intake = intake
        self._keyring = keyring
        self._new_id = new_id
        # The rows of the file in hand, between two portions of it; in memory only.
        self._open: tuple[str, list[Row]] = ("", [])

    def check(self, puskesmas: str, data: bytes, filename: str) -> Outcome:
        """Judge a file's rows and take none. Raises InvalidInput for an unreadable file."""
        here = self._intake.district.puskesmas(puskesmas)
        rows = _rows(here, data, filename)
        rejected: Rejected = []
        good = 0
        for row in rows:
            try:
                self._judged(here, row)
                good += 1
            except InvalidInput as problem:
                rejected += [(row.number, error) for error in problem.errors]
        return Outcome(len(rows), len(rows), good, 0, rejected, [])

    def begin(
        self, puskesmas: str, data: bytes, filename: str, intent: Intent, key: str | None = None
    ) -> str:
        """Seal and store a file, to be taken soon, and return the import's id.

        With `key` (Idempotency-Key) the same file again is the same import. Raises InvalidInput
        for a file that cannot be read at all, NotFound for an unknown Puskesmas.
        """
        intake = self._intake
        count = len(_rows(intake.district.puskesmas(puskesmas), data, filename))
        id = str(self._new_id())
        secret = self._keyring.new_key(key_of(id))
        # A chat's file is named after somebody: the name is sealed with the rest.
        content = msgspec.msgpack.encode((filename, data))
        sealed = secret.seal_file(content, PLACE, self._keyring.entropy)
        self._keyring.store([self._keyring.wrapped(secret)])

        def decide(uow: UnitOfWork) -> Ids:
            uow.connection.execute(
                "INSERT INTO imports (id, puskesmas, account, role, begun_at, rows, sealed) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (id, puskesmas, intent.actor, intent.role, uow.now.isoformat(), count, sealed),
            )
            uow.schedule(TASK, {id: uow.now})
            return {"id": id}

        once = None
        if key is not None:
            content_mark = hmac.new(intake.row_secret, content, hashlib.sha256).hexdigest()
            once = Once(intent.actor, f"POST /puskesmas/{puskesmas}/imports", key, content_mark)
        answered: str = intake.command(decide, once).result().ids["id"]
        if answered != id:
            self._keyring.destroy(key_of(id))
        return answered

    def outcome(self, puskesmas: str, id: str) -> Outcome:
        """Return what became of an import's rows so far; raises NotFound."""
        found = self._find(id)
        if found is None or found["puskesmas"] != puskesmas:
            raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
        rows = self._intake.select(
            "SELECT row, outcome, complaint, errors FROM import_rows WHERE import = ? ORDER BY row",
            (id,),
        )
        outcomes = [row["outcome"] for row in rows]
        return Outcome(
            rows=found["rows"],
            taken=len(rows),
            accepted=outcomes.count("accepted"),
            repeated=outcomes.count("repeated"),
            rejected=[(row["row"], error) for row in rows for error in _errors(row["errors"])],
            ids=[row["complaint"] for row in rows if row["complaint"]],
            ended=found["ended_at"] is not None,
            lost=bool(found["lost"]),
        )

    def take(self, id: str) -> datetime | None:
        """Take the next portion of an import; return when the one after it is due."""
        found = self._find(id)
        if found is None:
            return None
        if found["ended_at"] is None:
            rows = self._reopened(found)
            if rows is None:
                self._end(id, lost=True)
            elif found["taken"] < len(rows):
                portion = rows[found["taken"] : found["taken"] + PORTION]
                self._take(found, portion)
                return self._intake.clock()
            else:
                self._end(id)
        self._open = ("", [])
        self._keyring.destroy(key_of(id))
        return None

    def _take(self, found: Found, portion: Sequence[Row]) -> None:
        here = self._intake.district.puskesmas(found["puskesmas"])
        begun: list[tuple[Row, Future[Answer]]] = []
        settled: list[tuple[str, int, str, str | None, str | None]] = []
        for row in portion:
            try:
                form, received_at = self._judged(here, row)
            except InvalidInput as problem:
                settled.append(_rejected(found["id"], row, problem))
                continue
            stated = Intent(found["account"], found["role"], received_at)
            once = Once(here.code, ROUTE, row_key(row, self._intake.row_secret), "")
            noted = _accepted(found["id"], row)
            begun.append((row, self._intake.receive(here.code, form, stated, once, noted)))
        for row, future in begun:
            try:
                id = future.result().ids["id"]
                settled.append((found["id"], row.number, "repeated", id, None))
            except InvalidInput as problem:
                settled.append(_rejected(found["id"], row, problem))

        def work(uow: UnitOfWork) -> None:
            # What this very import accepted stands already: it is not called repeated.
            uow.connection.executemany(
                "INSERT OR IGNORE INTO import_rows VALUES (?, ?, ?, ?, ?)", settled
            )
            uow.connection.execute(
                "UPDATE imports SET taken = taken + ? WHERE id = ?", (len(portion), found["id"])
            )

        self._intake.transact(work).result()

    def _end(self, id: str, *, lost: bool = False) -> None:
        self._intake.transact(
            lambda uow: uow.connection.execute(
                "UPDATE imports SET sealed = NULL, ended_at = ?, lost = ? WHERE id = ?",
                (uow.now.isoformat(), lost, id),
            )
        ).result()

    def _reopened(self, found: Found) -> list[Row] | None:
        """Return the rows of a stored file; None when no key opens it any more."""
        if self._open[0] != found["id"]:
            key = self._keyring.key(key_of(found["id"]))
            if key is None:
                return None
            content = key.open_file(found["sealed"], PLACE)
            filename, data = msgspec.msgpack.decode(content, type=tuple[str, bytes])
            here = self._intake.district.puskesmas(found["puskesmas"])
            self._open = (found["id"], _rows(here, data, filename))
        return self._open[1]

    def _find(self, id: str) -> Found | None:
        rows = self._intake.select("SELECT * FROM imports WHERE id = ?", (id,))
        return rows[0] if rows else None

    def _judged(self, here: Puskesmas, row: Row) -> tuple[Form, datetime | None]:
        """Return a row's form and when it was received; raises InvalidInput."""
        if row.errors:
            raise InvalidInput(*row.errors)
        try:
            body = ComplaintBody.model_validate(row.body)
        except ValidationError as error:
            located = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
            raise InvalidInput(*field_errors(located)) from None
        form = form_of(body)
        self._intake.check(here, form)
        return form, body.received_at


def key_of(id: str) -> str:
    """Return the name of an import's key in the keyring."""
    return f"import/{id}"


def _rows(here: Puskesmas, data: bytes, filename: str) -> list[Row]:
    return list(read_rows(data, filename, zone=ZoneInfo(here.zone)))


def _accepted(id: str, row: Row) -> Note:
    def noted(uow: UnitOfWork, ids: Ids) -> None:
        uow.connection.execute(
            "INSERT OR IGNORE INTO import_rows VALUES (?, ?, 'accepted', ?, NULL)",
            (id, row.number, ids["id"]),
        )

    return noted


def _rejected(id: str, row: Row, problem: InvalidInput) -> tuple[str, int, str, None, str]:
    errors = [(each.field, each.message.msgid, each.message.values) for each in problem.errors]
    return (id, row.number, "rejected", None, msgspec.json.encode(errors).decode())


def _errors(stored: str | None) -> Iterator[FieldError]:
    if stored is not None:
        kept = msgspec.json.decode(stored, type=list[tuple[str, str, tuple[tuple[str, str], ...]]])
        for field, msgid, values in kept:
            yield FieldError(field, Text(msgid, values))
