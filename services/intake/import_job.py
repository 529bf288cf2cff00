"""The task that takes an import's rows, a portion at a time, and ends it."""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from services.intake.application import Note
from services.intake.imported import (
    KEEP,
    MEND_PLACE,
    PORTION,
    ROUTE,
    ImportFiles,
    key_of,
    plan_of,
)
from services.intake.imports import Row, Sheet, open_sheet, row_key
from services.kernel.aggregate import Intent
from services.kernel.errors import InvalidInput
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.store.database import Row as Found

IN_HAND: Final = 4
"""How many files are kept open at once; one more is opened anew for each of its portions."""


class Taking:
    """Takes the rows of the origin's imports; one at a time, in the jobs' own thread."""

    def __init__(self, files: ImportFiles) -> None:
        self._files = files
        self._intake = files.intake
        self._keyring = files.keyring
        # The files in hand, between two portions of each; in memory only.
        self._open: dict[str, tuple[Sheet, list[Row]]] = {}

    def take(self, id: str) -> datetime | None:
        """Take the next portion of an import; return when the one after it is due."""
        found = self._files.find(None, id)
        if found["ended_at"] is None:
            again = self._go_on(found)
            if again is not None:
                return again
            found = self._files.find(None, id)
        self._open.pop(id, None)
        kept_until = datetime.fromisoformat(found["ended_at"]) + KEEP
        if found["sealed"] is not None:
            if self._intake.clock() < kept_until:
                return kept_until
            self._intake.transact(
                lambda uow: uow.connection.execute(
                    "UPDATE imports SET sealed = NULL WHERE id = ?", (id,)
                )
            ).result()
        self._keyring.destroy(key_of(id))
        return None

    def _go_on(self, found: Found) -> datetime | None:
        """Take a portion, or end the import; return when to go on, None when it has ended."""
        if not found["confirmed"]:
            self._end(found, stopped=True)
        elif (rows := self._reopened(found)) is None:
            self._end(found, lost=True)
        elif found["taken"] >= len(rows) or found["stopped_at"]:
            self._end(found)
        else:
            self._take(found, rows[found["taken"] : found["taken"] + PORTION])
            return self._intake.clock()
        return None

    def _take(self, found: Found, portion: Sequence[Row]) -> None:
        here = self._intake.at(found["puskesmas"])
        begun: list[tuple[Row, Future[Answer]]] = []
        settled: list[tuple[str, int, str, str | None, str | None]] = []
        for row in portion:
            try:
                form, received_at = self._files.judged(here, row)
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
                "INSERT INTO import_rows VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", settled
            )
            uow.connection.execute(
                "UPDATE imports SET taken = taken + ? WHERE id = ?", (len(portion), found["id"])
            )

        self._intake.transact(work).result()

    def _end(self, found: Found, *, lost: bool = False, stopped: bool = False) -> None:
        kept = self._rejected_rows(found)

        def work(uow: UnitOfWork) -> None:
            now = uow.now.isoformat()
            uow.connection.execute(
                "UPDATE imports SET sealed = ?, ended_at = ?, lost = ? WHERE id = ?",
                (kept, now, int(lost), found["id"]),
            )
            if stopped:
                uow.connection.execute(
                    "UPDATE import_plans SET stopped_at = coalesce(stopped_at, ?) WHERE import = ?",
                    (now, found["id"]),
                )

        self._intake.transact(work).result()

    def _rejected_rows(self, found: Found) -> bytes | None:
        """Return the rows to mend, sealed; None where there are none."""
        sheet, _rows = self._open.get(found["id"], (None, []))
        rejected = self._intake.select(
            "SELECT row FROM import_rows WHERE import = ? AND outcome = 'rejected'", (found["id"],)
        )
        key = self._keyring.key(key_of(found["id"]))
        if sheet is None or key is None or not rejected:
            return None
        records = sheet.cells(row["row"] for row in rejected)
        content = msgspec.msgpack.encode((sheet.headings, records))
        return key.seal_file(content, MEND_PLACE, self._keyring.entropy)

    def _reopened(self, found: Found) -> list[Row] | None:
        """Return the judged rows of a stored file; None when no key opens it any more."""
        id = found["id"]
        if id not in self._open:
            content = self._files.content(found)
            if content is None:
                return None
            here = self._intake.at(found["puskesmas"])
            sheet = open_sheet(content[1], content[0])
            rows = sheet.rows(plan_of(found), ZoneInfo(here.zone))
            if len(self._open) >= IN_HAND:
                self._open.pop(next(iter(self._open)))
            self._open[id] = (sheet, rows)
        return self._open[id][1]


def _accepted(id: str, row: Row) -> Note:
    def noted(uow: UnitOfWork, ids: Ids) -> None:
        uow.connection.execute(
            "INSERT INTO import_rows VALUES (?, ?, 'accepted', ?, NULL) ON CONFLICT DO NOTHING",
            (id, row.number, ids["id"]),
        )

    return noted


def _rejected(id: str, row: Row, problem: InvalidInput) -> tuple[str, int, str, None, str]:
    errors = [(each.field, each.message.msgid, each.message.values) for each in problem.errors]
    return (id, row.number, "rejected", None, msgspec.json.encode(errors).decode())
