"""A file of complaints becomes complaints: each row judged alone, and taken once.

The file is sealed under a key of its own and stored; once its columns are understood, a task takes
its rows in portions. What became of a row is written in the transaction that takes it, so an
import that was interrupted goes on where it stood. At its end the file is destroyed; the rows that
could not be taken stay sealed for KEEP, to be mended, then they and the key are destroyed.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from services.intake.application import Intake
from services.intake.imported import (
    MEND_PLACE,
    NAME_PLACE,
    PLACE,
    ROUTE,
    TASK,
    WAIT,
    ImportFiles,
    Outcome,
    Rejected,
    Stored,
    key_of,
    plan_of,
    state_of,
)
from services.intake.imports import Plan, Sheet, open_sheet, row_key, shape
from services.intake.imports.headings import heading
from services.intake.imports.plan import Remembered
from services.kernel.aggregate import Intent
from services.kernel.contracts import SealedBox
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.keyring import Keyring
from services.kernel.store import Ids, Once, UnitOfWork
from services.kernel.store.rows import marks
from services.kernel.text import Text, _
from services.kernel.vocabulary import CHANNELS

_ASKED: Final = 500


class Importing:
    """Takes uploaded files in, and their rows one portion after the other."""

    def __init__(self, intake: Intake, keyring: Keyring, new_id: Callable[[], UUID]) -> None:
        self.files = ImportFiles(intake, keyring)
        self._intake = intake
        self._keyring = keyring
        self._new_id = new_id

    def check(self, puskesmas: str, data: bytes, filename: str, channel: str = "") -> Outcome:
        """Judge a file's rows and take none; `channel` is for rows that name none.

        Raises InvalidInput for a file that cannot be read or misses a column.
        """
        sheet = open_sheet(data, filename)
        return self.judged(puskesmas, sheet, self._suggested(puskesmas, sheet, channel))

    def judged(self, puskesmas: str, sheet: Sheet, plan: Plan) -> Outcome:
        """Return what would become of a file's rows; raises InvalidInput for an unfinished plan."""
        here = self._intake.at(puskesmas)
        rejected: Rejected = []
        keys: list[str] = []
        for row in (rows := sheet.rows(plan, ZoneInfo(here.zone))):
            try:
                self.files.judged(here, row)
                keys.append(row_key(row, self._intake.row_secret))
            except InvalidInput as problem:
                rejected += [(row.number, error) for error in problem.errors]
        repeated = self._known(here.code, keys)
        days = 0 if sheet.chat else sum(row.names_a_day for row in rows)
        return Outcome(
            len(rows), len(rows), len(keys) - repeated, repeated, rejected, [], whole_days=days
        )

    def begin(
        self,
        puskesmas: str,
        data: bytes,
        filename: str,
        intent: Intent,
        key: str | None = None,
        *,
        channel: str = "",
        waits: bool = False,
    ) -> str:
        """Seal and store a file, to be taken soon, and return the import's id.

        With `key` (Idempotency-Key) the same file again is the same import; `channel` is for rows
        that name none. One that `waits` is taken when `confirm` says so; only of such a one may
        columns still be missing. Raises InvalidInput for a file that cannot be read, NotFound for
        an unknown Puskesmas.
        """
        intake = self._intake
        sheet = open_sheet(data, filename)
        plan = self._suggested(intake.at(puskesmas).code, sheet, channel)
        if not waits:
            plan.check()
        id = str(self._new_id())
        secret = self._keyring.new_key(key_of(id))
        # A chat's file is named after somebody: the name is sealed with the rest.
        content = msgspec.msgpack.encode((filename, data))
        sealed = secret.seal_file(content, PLACE, self._keyring.entropy)
        name = secret.seal(filename or "-", NAME_PLACE, self._keyring.entropy)
        self._keyring.store([self._keyring.wrapped(secret)])

        def decide(uow: UnitOfWork) -> Ids:
            uow.connection.execute(
                "INSERT INTO imports (id, puskesmas, account, role, begun_at, rows, sealed) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    id,
                    puskesmas,
                    intent.actor,
                    intent.role,
                    uow.now.isoformat(),
                    len(sheet.records),
                    sealed,
                ),
            )
            uow.connection.execute(
                "INSERT INTO import_plans VALUES (?, ?, ?, ?, ?, NULL)",
                (id, _json(name), _json(plan.columns), plan.channel, int(not waits)),
            )
            uow.schedule(TASK, {id: uow.now + WAIT if waits else uow.now})
            return {"id": id}

        once = None
        if key is not None:
            # Other words for the same file are another request.
            asked = content + b"\0" + channel.encode()
            content_mark = hmac.new(intake.row_secret, asked, hashlib.sha256).hexdigest()
            once = Once(intent.actor, f"POST /puskesmas/{puskesmas}/imports", key, content_mark)
        answered: str = intake.command(decide, once).result().ids["id"]
        if answered != id:
            self._keyring.destroy(key_of(id))
        return answered

    def stored(self, puskesmas: str, id: str) -> Stored | None:
        """Return the file of an import that waits or runs, None when it is gone; raises NotFound.

        Who shows words of it asks `Words` for its name first.
        """
        found = self.files.find(puskesmas, id)
        content = None if found["ended_at"] else self.files.content(found)
        if content is None:
            return None
        name = msgspec.json.decode(found["name"], type=SealedBox)
        return Stored(found["account"], name, open_sheet(content[1], content[0]), plan_of(found))

    def to_mend(self, puskesmas: str, id: str) -> tuple[str, SealedBox, Sheet] | None:
        """Return account, sealed name and rejected rows of an ended import, None when they are
        gone; raises NotFound.
        """
        found = self.files.find(puskesmas, id)
        key = self._keyring.key(key_of(id))
        if found["ended_at"] is None or found["sealed"] is None or key is None:
            return None
        kept = msgspec.msgpack.decode(
            key.open_file(found["sealed"], MEND_PLACE),
            type=tuple[tuple[str, ...], tuple[tuple[int, list[str]], ...]],
        )
        return found["account"], msgspec.json.decode(found["name"], type=SealedBox), Sheet(*kept)

    def choose(self, puskesmas: str, id: str, plan: Plan, headings: Sequence[str]) -> None:
        """Keep what people say the columns mean, for this file and the next of the Puskesmas.

        `headings` are those of the file; of a chat there are none to remember.
        """
        meanings = dict(zip(headings, plan.columns, strict=False))
        meanings |= {shape(headings): plan.channel} if headings else {}

        def work(uow: UnitOfWork) -> None:
            uow.connection.execute(
                "UPDATE import_plans SET columns = ?, channel = ? "
                "WHERE import = ? AND NOT confirmed",
                (_json(plan.columns), plan.channel, id),
            )
            uow.connection.executemany(
                "INSERT INTO import_headings VALUES (?, ?, ?) "
                "ON CONFLICT (puskesmas, heading) DO UPDATE SET meaning = excluded.meaning",
                [(puskesmas, self._mark(each), said) for each, said in meanings.items()],
            )

        self._intake.transact(work).result()

    def confirm(self, puskesmas: str, id: str) -> None:
        """Have the rows of a waiting file taken; a second time changes nothing.

        Raises NotFound, InvalidInput while a column is missing.
        """
        found = self.files.find(puskesmas, id)
        plan_of(found).check()

        def work(uow: UnitOfWork) -> None:
            confirmed = uow.connection.execute(
                "UPDATE import_plans SET confirmed = 1 WHERE import = ? AND NOT confirmed "
                "AND stopped_at IS NULL",
                (id,),
            ).rowcount
            if confirmed:
                uow.schedule(TASK, {id: uow.now})

        self._intake.transact(work).result()

    def stop(self, puskesmas: str, id: str) -> None:
        """Take no further rows of a file; what was taken stays. Raises NotFound."""
        found = self.files.find(puskesmas, id)

        def work(uow: UnitOfWork) -> None:
            uow.connection.execute(
                "UPDATE import_plans SET stopped_at = ? WHERE import = ? AND stopped_at IS NULL",
                (uow.now.isoformat(), id),
            )
            if not found["confirmed"]:
                uow.schedule(TASK, {id: uow.now})

        if found["ended_at"] is None:
            self._intake.transact(work).result()

    def outcome(self, puskesmas: str, id: str) -> Outcome:
        """Return what became of an import's rows so far; raises NotFound."""
        found = self.files.find(puskesmas, id)
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
            state=state_of(found),
            mends=found["ended_at"] is not None and found["sealed"] is not None,
        )

    def _suggested(self, puskesmas: str, sheet: Sheet, channel: str) -> Plan:
        if channel and channel not in CHANNELS:
            message = _("Pilih salah satu: {choices}.", choices=", ".join(CHANNELS))
            raise InvalidInput(FieldError("channel", message))
        plan = sheet.suggested(self._remembered(puskesmas, sheet))
        return Plan(plan.columns, channel or plan.channel)

    def _remembered(self, puskesmas: str, sheet: Sheet) -> Remembered:
        asked = [self._mark(each) for each in (*sheet.headings, shape(sheet.headings))]
        rows = self._intake.select(
            "SELECT heading, meaning FROM import_headings "  # noqa: S608 - marks only
            f"WHERE puskesmas = ? AND heading IN {marks(asked)}",
            (puskesmas, *asked),
        )
        said = {row["heading"]: row["meaning"] for row in rows}
        return lambda known: said.get(self._mark(known))

    def _mark(self, known: str) -> str:
        return hmac.new(
            self._intake.row_secret, b"heading:" + heading(known).encode(), hashlib.sha256
        ).hexdigest()

    def _known(self, puskesmas: str, keys: Sequence[str]) -> int:
        """Return how many of these rows were taken before."""
        known = 0
        for first in range(0, len(keys), _ASKED):
            some = keys[first : first + _ASKED]
            (row,) = self._intake.select(
                "SELECT count(*) AS known FROM answered "  # noqa: S608 - marks only
                f"WHERE account = ? AND route = ? AND key IN {marks(some)}",
                (puskesmas, ROUTE, *some),
            )
            known += row["known"]
        return known


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _errors(stored: str | None) -> Iterator[FieldError]:
    if stored is not None:
        kept = msgspec.json.decode(stored, type=list[tuple[str, str, tuple[tuple[str, str], ...]]])
        for field, msgid, values in kept:
            yield FieldError(field, Text(msgid, values))
