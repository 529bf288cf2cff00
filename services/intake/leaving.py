"""What leaves for the home of its Puskesmas: keys and files of complaints that came in here, away
from it. They wait in the store, written with the event that makes it so."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from services.kernel.files.kept import file_path, settle, write_file
from services.kernel.handover.wire import KeyOf
from services.kernel.store import UnitOfWork
from services.kernel.store.rows import marks

if TYPE_CHECKING:
    from services.intake.application import Intake

THE_KEY: Final = ""
LATER_KEY: Final = "key:"
_IS_KEY: Final = f"(attachment = '{THE_KEY}' OR attachment LIKE '{LATER_KEY}%')"
_INSERT: Final = "INSERT INTO leaving VALUES"
_REPEATED: Final = "ON CONFLICT DO NOTHING"


def leave(uow: UnitOfWork, puskesmas: str, complaint: str, attachment: str = THE_KEY) -> None:
    """Have a key or file wait to go home, if this transaction is committed."""
    row = (complaint, attachment, puskesmas, uow.now.isoformat())
    uow.insert(_INSERT, row, on_conflict=_REPEATED)


def of_key(key: str) -> str:
    """Return what stands in the place of an attachment for a key of words that were said later."""
    return LATER_KEY + key


class Leaving:
    """What waits, and the files themselves (`services.kernel.handover.wire.Leaving`)."""

    def __init__(self, intake: "Intake") -> None:
        self._intake = intake

    def keys(self, places: frozenset[str], limit: int) -> list[KeyOf]:
        """Return keys of complaints of these Puskesmas that wait, the oldest first."""
        return [_key_of(row) for row in self._rows(_IS_KEY, places, limit)]

    def complaint_of(self, key: str) -> str | None:
        """Return the complaint of a key of words said later that waits; None for no such key."""
        rows = self._intake.select(
            "SELECT complaint FROM leaving WHERE attachment = ?", (of_key(key),)
        )
        return rows[0]["complaint"] if rows else None

    def files(self, places: frozenset[str], limit: int) -> list[tuple[str, str]]:
        """Return such complaints with an attachment each, the oldest first."""
        rows = self._rows(f"NOT {_IS_KEY}", places, limit)
        return [(row["complaint"], row["attachment"]) for row in rows]

    def counts(self, places: frozenset[str]) -> tuple[int, int, datetime | None]:
        """Return how many keys and files wait, and since when the oldest does."""
        (row,) = self._intake.select(
            f"SELECT count(CASE WHEN {_IS_KEY} THEN 1 END) AS keys, count(*) AS all_of_them,"  # noqa: S608
            f" min(since) AS since FROM leaving WHERE puskesmas IN {marks(places)}",
            tuple(places),
        )
        since = row["since"] and datetime.fromisoformat(row["since"])
        return row["keys"], row["all_of_them"] - row["keys"], since

    def read_file(self, complaint: str, attachment: str) -> bytes | None:
        """Return a sealed file; None where there is none."""
        path = file_path(self._intake.files, complaint, attachment)
        return path.read_bytes() if path.exists() else None

    def keep_file(self, complaint: str, attachment: str, sealed: bytes) -> None:
        """Store a sealed file; it is durable when this returns. Again, it is the same file."""
        path = file_path(self._intake.files, complaint, attachment)
        new = path.with_name(path.name + ".new")
        new.unlink(missing_ok=True)
        write_file(new, sealed)
        new.replace(path)
        settle(path.parent)

    def drop_file(self, complaint: str, attachment: str) -> None:
        """Remove a file that its receiver has stored, and no more wait for it."""
        path = file_path(self._intake.files, complaint, attachment)
        if path.exists():
            path.unlink()
            settle(path.parent)
        self._gone(complaint, attachment)

    def pass_on(self, complaint: str, attachment: str, puskesmas: str) -> None:
        """Have what came in wait to go further."""
        self._intake.transact(lambda uow: leave(uow, puskesmas, complaint, attachment)).result()

    def pass_on_key(self, complaint: str, key: str, puskesmas: str) -> None:
        """Have a key that came in wait to go further."""
        attachment = THE_KEY if key == complaint else of_key(key)
        self.pass_on(complaint, attachment, puskesmas)

    def key_gone(self, complaint: str, key: str) -> None:
        """Wait no more for a key: its receiver has it."""
        self._gone(complaint, THE_KEY if key == complaint else of_key(key))

    def _gone(self, complaint: str, attachment: str) -> None:
        def work(uow: UnitOfWork) -> None:
            uow.connection.execute(
                "DELETE FROM leaving WHERE complaint = ? AND attachment = ?",
                (complaint, attachment),
            )

        self._intake.transact(work).result()

    def _rows(self, which: str, places: frozenset[str], limit: int) -> list[Any]:
        return self._intake.select(
            f"SELECT complaint, attachment FROM leaving WHERE {which}"  # noqa: S608
            f" AND puskesmas IN {marks(places)} ORDER BY since, complaint LIMIT ?",
            (*places, limit),
        )


def _key_of(row: Any) -> KeyOf:
    complaint, attachment = row["complaint"], row["attachment"]
    return KeyOf(complaint, attachment.removeprefix(LATER_KEY) or complaint)
