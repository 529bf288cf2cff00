"""What reporting itself writes, in an event store of its own: closed months and what became of
them, signed checkpoints."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from services.kernel.aggregate import SYSTEM, Intent
from services.kernel.contracts.reporting import RecapLineV1
from services.kernel.errors import AlreadyDone, Conflict, NotYet
from services.kernel.months import Month
from services.kernel.proof import Checkpoint as SignedCheckpoint
from services.kernel.store import Answer, Ids, Once, Service, UnitOfWork
from services.kernel.text import _
from services.reporting.domain import Checkpoint, Recap
from services.reporting.outbox import OUTBOX
from services.reporting.proof.kept import as_fields

Lines = Callable[[datetime], list[RecapLineV1]]
"""Gives the figures as they stand at an instant."""
TABLES = """
CREATE TABLE IF NOT EXISTS signed (
    source TEXT PRIMARY KEY,
    size   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""
"""How far each source was when a checkpoint of it was last signed."""


class Recaps(Service):
    """The event store of reporting: the recaps as they were reported, and signed checkpoints."""

    name = "reporting"
    outbox = OUTBOX
    tables = TABLES

    def close_month(
        self,
        puskesmas: str,
        month: Month,
        zone: str,
        intent: Intent,
        lines: Lines,
        *,
        once: Once | None = None,
    ) -> "Future[Answer]":
        """Close a month of one Puskesmas with its figures as they stand now.

        Raises NotYet for a month that is not over in its zone, AlreadyDone for one that was
        closed, and what `lines` raises.
        """
        id = Recap.id_of(puskesmas, str(month))
        _starts, ends = month.bounds(zone)

        def decide(uow: UnitOfWork) -> Ids:
            if uow.now < ends:
                raise NotYet(_("Bulan ini belum berakhir. Tutup rekapnya mulai bulan berikutnya."))
            if uow.find(Recap, id) is not None:
                raise already_closed()
            recap = Recap.close(uow.act(intent), puskesmas, str(month), lines(uow.now))
            uow.save(recap)
            return {"id": str(id), "month": str(month), "version": recap.version}

        return self.command(decide, once)

    def correct_month(
        self,
        puskesmas: str,
        month: Month,
        intent: Intent,
        reason: str,
        lines: Lines,
        *,
        once: Once | None = None,
    ) -> "Future[Answer]":
        """Put right what a closed month reports: its figures as they stand now.

        Raises NotYet for a month that was not closed here, what `Recap.correct` and `lines` raise.
        """

        def decide(uow: UnitOfWork) -> Ids:
            recap = self._closed(uow, puskesmas, month)
            recap.correct(uow.act(intent), reason, lines(uow.now))
            uow.save(recap)
            return _done(recap)

        return self.command(decide, once)

    def acknowledge_month(
        self,
        puskesmas: str,
        month: Month,
        intent: Intent,
        *,
        seen: int | None = None,
        once: Once | None = None,
    ) -> "Future[Answer]":
        """Note that the head knows what a month reports; `seen` is the statement that they saw.

        Raises NotYet for a month that was not closed here, AlreadyDone, and Conflict where it was
        put right since.
        """

        def decide(uow: UnitOfWork) -> Ids:
            recap = self._closed(uow, puskesmas, month)
            if seen is not None and seen != recap.statement:
                raise Conflict(_("Rekap ini sudah dikoreksi sejak Anda membukanya. Baca lagi."))
            recap.acknowledge(uow.act(intent))
            uow.save(recap)
            return _done(recap)

        return self.command(decide, once)

    def _closed(self, uow: UnitOfWork, puskesmas: str, month: Month) -> Recap:
        found = uow.find(Recap, Recap.id_of(puskesmas, str(month)))
        if found is None:
            raise NotYet(
                _(
                    "Rekap bulan ini belum ditutup di sini. Tutup dahulu; yang ditutup di tempat "
                    "lain dikoreksi dan diketahui di sana."
                )
            )
        return found

    def record_checkpoint(self, signed: SignedCheckpoint) -> "Future[Answer]":
        """Record a signed checkpoint, and how far each source was with it."""

        def decide(uow: UnitOfWork) -> Ids:
            id = id_of_checkpoint(signed)
            act = uow.act(Intent(SYSTEM, "signer"))
            uow.save(Checkpoint.sign(act, id, **as_fields(signed)))
            note_signed(uow, signed)
            return {"id": str(id)}

        return self.command(decide)

    def signed(self) -> dict[str, int]:
        """Return how far each source was when a checkpoint of it was last signed."""
        return {row["source"]: row["size"] for row in self.select("SELECT * FROM signed")}


def _done(recap: Recap) -> Ids:
    found = {"id": str(recap.id), "month": recap.month, "version": recap.version}
    return found | {"statement": recap.statement}


def id_of_checkpoint(signed: SignedCheckpoint) -> UUID:
    """Return the id of a checkpoint."""
    return uuid5(NAMESPACE_URL, signed.text)


def note_signed(uow: UnitOfWork, signed: SignedCheckpoint) -> None:
    """Write down how far each source was with a checkpoint."""
    uow.insert(
        "INSERT INTO signed VALUES",
        *((top.source, top.size) for top in signed.tops),
        on_conflict="ON CONFLICT (source) DO UPDATE SET size = excluded.size",
    )


def already_closed() -> AlreadyDone:
    """Return the refusal of a second closing."""
    return AlreadyDone(_("Rekap bulan ini sudah ditutup; angkanya tetap seperti dilaporkan."))
