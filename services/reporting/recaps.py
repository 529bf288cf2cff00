"""Closing a month: the one thing that reporting itself writes, in an event store of its own."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime

from services.kernel.aggregate import Intent
from services.kernel.contracts.reporting import RecapLineV1
from services.kernel.errors import AlreadyDone, NotYet
from services.kernel.store import Answer, Ids, Once, Service, UnitOfWork
from services.kernel.text import _
from services.reporting.domain import Recap
from services.reporting.months import Month
from services.reporting.outbox import OUTBOX

Lines = Callable[[datetime], list[RecapLineV1]]
"""Gives the figures as they stand at an instant."""


class Recaps(Service):
    """The event store of reporting: the recaps as they were reported."""

    name = "reporting"
    outbox = OUTBOX

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


def already_closed() -> AlreadyDone:
    """Return the refusal of a second closing."""
    return AlreadyDone(_("Rekap bulan ini sudah ditutup; angkanya tetap seperti dilaporkan."))
