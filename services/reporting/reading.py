"""What is read from the log copy and the facts: complaints, figures, work, proofs.

Whose cases a reader may see (`scope`: Puskesmas codes, None for all) is an argument of every
question about cases.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.kernel.access.reach import Reach
from services.kernel.clock import Clock
from services.kernel.contracts import Message
from services.kernel.errors import NotFound, invalid
from services.kernel.paper.proven import Proven
from services.kernel.proof import Checkpoint
from services.kernel.receipts import receipt_hash
from services.kernel.text import _
from services.reporting.figures import Figure
from services.reporting.proof.kept import kept, of_origin
from services.reporting.proof.of_case import proofs_of
from services.reporting.proof.proofs import entry_of, inclusion_of
from services.reporting.queries import (
    Filters,
    When,
    beside,
    complaints,
    counted,
    dashboard,
    history,
    meetings,
    nearby,
    notices,
    public,
    recap,
    surveys,
    totals,
    work,
)
from services.reporting.queries.complaints import Listing, Order
from services.reporting.queries.counted import Cases, Part
from services.reporting.queries.totals import By
from services.reporting.remembered import Remembered
from services.reporting.replay import Step, steps_of
from services.reporting.store import Store

YEAR = timedelta(days=365)


class Reading:
    """Answers from reporting's file, as of now or of any instant; it changes nothing."""

    store: Store
    clock: Clock
    _figures: Remembered

    def complaints(
        self,
        filters: Filters,
        when: When,
        *,
        order: Order = "received",
        limit: int = 50,
        cursor: str | None = None,
    ) -> Listing:
        """Return a page of the list of complaints."""
        return complaints.listing(
            self.store.reader(),
            filters,
            when,
            self.clock(),
            order=order,
            limit=limit,
            cursor=cursor,
        )

    def find(self, number_or_id: str, when: When | None = None) -> UUID:
        """Return the complaint of a number or id; raises NotFound, also before it was there."""
        reader = self.store.reader()
        found = complaints.id_of(reader, number_or_id, when)
        if found is not None:
            return found
        if when is not None and complaints.id_of(reader, number_or_id) is not None:
            raise NotFound(
                _(
                    "Pada saat itu keluhan ini belum diterima atau belum diketahui di sini. Pilih "
                    "saat yang lebih baru."
                )
            )
        raise _not_known()

    def numbers_of(self, found: Sequence[UUID]) -> dict[UUID, str]:
        """Return the number of each of these complaints that is known."""
        return complaints.numbers_of(self.store.reader(), found)

    def facts(self, complaint: UUID, when: When | None = None) -> dict[str, Any]:
        """Return what is known of one complaint; raises NotFound."""
        found = history.facts_of(self.store.reader(), complaint, when or When())
        if found is None:
            raise _not_known()
        return found

    def history(self, complaint: UUID, when: When | None = None) -> list[dict[str, Any]]:
        """Return the events of one complaint, with all their times, position and hash."""
        return history.events(self.store.reader(), subject=str(complaint), when=when)

    def events(
        self, scope: frozenset[str] | None, since: str | None = None, limit: int = 1000
    ) -> list[dict[str, Any]]:
        """Return events of the log copy in the order of arrival, after `since` if given."""
        after = None
        if since is not None:
            source, colon, number = since.rpartition(":")
            if not (colon and number.isdecimal()):
                raise invalid("since", _("Tulis posisi: sumber:nomor."))
            after = source, int(number)
        return history.events(self.store.reader(), scope=scope, since=after, limit=limit)

    def thread(self, complaint: UUID) -> list[Message]:
        """Return the messages of one complaint that can be read, in order."""
        return history.thread(self.store.reader(), complaint)

    def heard_from(self, origin: str) -> datetime | None:
        """Return when the newest message of an origin's stores arrived on the stream."""
        return history.heard_from(self.store.reader(), origin)

    def replay(self, complaint: UUID, when: When | None = None) -> list[Step]:
        """Return the steps taken with a complaint, each with how it stands after it."""
        return steps_of(self.store.reader(), complaint, when or When())

    def receipt(self, code: str) -> dict[str, Any]:
        """Return how far the complaint of a receipt is; raises NotFound."""
        found = public.receipt(self.store.reader(), receipt_hash(code))
        if found is None:
            raise NotFound(
                _(
                    "Kode ini tidak ditemukan. Periksa huruf dan angkanya pada tanda terima Anda. "
                    "Yang baru saja dikirim tampak dalam beberapa detik: coba sekali lagi."
                )
            )
        return found

    def board(
        self, puskesmas: str, medium: str | None = None, limit: int = 100
    ) -> list[dict[str, Any]]:
        """Return what is released now at a Puskesmas."""
        return public.board(self.store.reader(), puskesmas, medium, limit)

    def totals(self, filters: Filters, when: When, by: By | None = None) -> list[dict[str, Any]]:
        """Return the control totals, one row for each part."""
        return totals.totals(self.store.reader(), filters, when, by)

    def dashboard(self, filters: Filters, when: When) -> dict[str, Any]:
        """Return the figures of the dashboard; of now, kept until the next event or minute."""
        now = self.clock()

        def ask() -> dict[str, Any]:
            with self.store.on_all_cores(), self.store.of_one_moment() as reader:
                return dashboard.dashboard(reader, filters, when, now)

        return ask() if when.past else self._figures.answer(now, ("dashboard", filters), ask)

    def cases_of(
        self,
        figure: Figure,
        filters: Filters,
        when: When,
        *,
        part: Part = "counted",
        limit: int = 50,
        cursor: str | None = None,
    ) -> Cases:
        """Return a page of the cases, or surveys, behind a figure, and what it came to."""
        with self.store.of_one_moment() as reader:
            of = surveys.behind if figure.of == "surveys" else counted.cases_of
            return of(
                reader, figure, filters, when, self.clock(), part=part, limit=limit, cursor=cursor
            )

    def survey(self, id: UUID, when: When) -> dict[str, Any]:
        """Return where a satisfaction survey stood; raises NotFound."""
        found = surveys.survey_of(self.store.reader(), id, when)
        if found is None:
            raise NotFound(_("Tidak ada survei dengan pengenal ini pada saat itu."))
        return found

    def event(self, source: str, id: int) -> dict[str, Any]:
        """Return one event of the log copy whole, with its payload as it came; raises NotFound."""
        found = history.event(self.store.reader(), source, id)
        if found is None:
            raise NotFound(_("Tidak ada kejadian di posisi ini."))
        return found

    def work(self, filters: Filters, names: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return how many cases wait for what is named, beside the district's median."""
        reader, now = self.store.reader(), self.clock()
        return self._figures.answer(
            now, ("work", filters, *names), lambda: work.figures(reader, filters, now, names)
        )

    def handled(self, puskesmas: str) -> dict[str, int]:
        """Return how many complaints a Puskesmas had within a year, answered, and in time."""
        reader, now = self.store.reader(), self.clock()
        return self._figures.answer(
            now, ("handled", puskesmas), lambda: public.handled(reader, puskesmas, now - YEAR)
        )

    def work_of(self, account: str) -> dict[str, int]:
        """Return how many of the cases that an account wrote down wait for what."""
        return work.mine(self.store.reader(), account, self.clock())

    def similar(self, complaint: UUID) -> tuple[int, list[dict[str, Any]]]:
        """Return how many cases are about the same as this one, and the newest of them."""
        return beside.similar(self.store.reader(), complaint)

    def standing_of(self, complaint: UUID) -> tuple[str, bool, datetime | None] | None:
        """Return the state of a complaint's case, whether the last withdrawal came too late for it,
        and when its end was recorded (None: it is open); None where no case is known."""
        return beside.standing_of(self.store.reader(), complaint)

    def joined(self, complaint: UUID) -> list[dict[str, Any]]:
        """Return the duplicates that are answered with a complaint."""
        return beside.joined(self.store.reader(), complaint)

    def nearby(
        self,
        puskesmas: str,
        service_unit: str | None,
        categories: list[str],
        until: datetime,
        within: timedelta,
    ) -> list[UUID]:
        """Return a place's complaints received shortly before `until`, of this unit or category."""
        return nearby.nearby(
            self.store.reader(), puskesmas, service_unit, categories, until, within
        )

    def work_by_unit(self, filters: Filters) -> list[dict[str, Any]]:
        """Return how many cases wait at each service unit."""
        return work.units(self.store.reader(), filters, self.clock())

    def news(self, filters: Filters, since: int) -> dict[str, int]:
        """Return how many cases came in (`new`) or went on (`changed`) after a place of the log."""
        return work.news(self.store.reader(), filters, since)

    def notices(self, held: Sequence[tuple[str, Reach]], account: str) -> list[dict[str, Any]]:
        """Return what those who hold these roles were told lately, the newest first."""
        return notices.notices(self.store.reader(), held, account, self.clock())

    def unread(
        self, held: Sequence[tuple[str, Reach]], account: str, after: datetime | None
    ) -> int:
        """Return how much of that arrived after an instant."""
        return notices.unread(self.store.reader(), held, account, self.clock(), after)

    def place(self) -> int:
        """Return the last place of the log that facts are made of."""
        return work.place(self.store.reader())

    def boxes(self) -> dict[str, datetime]:
        """Return when the suggestion box of each Puskesmas was last opened."""
        return work.boxes(self.store.reader())

    def meeting_of(self, meeting: UUID) -> tuple[str, str, datetime] | None:
        """Return the Puskesmas of a meeting, its kind, and when it begins or began; None where none
        is known, or it was cancelled."""
        return meetings.meeting_of(self.store.reader(), meeting)

    def month(self, puskesmas: str, starts: datetime, ends: datetime) -> dict[str, int]:
        """Return the figures of a whole month, as it stands now."""
        (line,) = (
            each
            for each in recap.lines(self.store.reader(), puskesmas, (starts, ends), When())
            if each["group"] == "all"
        )
        return {name: line[name] for name in recap.FIGURES}

    def checkpoints(self, newest: int) -> list[Checkpoint]:
        """Return the newest checkpoints that came, of this origin and of others, oldest first."""
        return [each.checkpoint for each in kept(self.store.reader(), newest)][::-1]

    def notes_of(self, origin: str, most: int) -> list[str]:
        """Return checkpoints of an origin that came, as signed notes, oldest first."""
        return [each.text for each in of_origin(self.store.reader(), origin, most)]

    def entry_of(self, code: str) -> tuple[str, int]:
        """Return source and id of the entry that a receipt is for; raises NotFound."""
        return entry_of(self.store.reader(), receipt_hash(code))

    def proof_of(self, source: str, id: int) -> dict[str, Any]:
        """Return an event with its proof; raises NotFound while no checkpoint covers it."""
        return inclusion_of(self.store.reader(), source, id)

    def proofs_of(self, events: Iterable[tuple[str, int]]) -> Proven:
        """Return the proofs of events (source and id) that a case file is borne out by."""
        return proofs_of(self.store.reader(), events)

    def places(self) -> dict[str, dict[str, Any]]:
        """Return the recorded Puskesmas by code."""
        return public.places(self.store.reader())


def _not_known() -> NotFound:
    return NotFound(_("Tidak ada keluhan dengan nomor atau pengenal ini."))
