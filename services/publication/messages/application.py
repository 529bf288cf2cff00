"""What people do about messages: ask for one, look at what it will say, decide about a doubt."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.kernel.aggregate import Intent
from services.kernel.calendar import Override, WorkCalendar
from services.kernel.carriers.port import Sender, Words
from services.kernel.contracts import in_order, intake, read, resolution
from services.kernel.district import District
from services.kernel.errors import Conflict, invalid
from services.kernel.follower import arrived
from services.kernel.keyring import Keyring
from services.kernel.receipts import receipt_code, receipt_hash
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import _
from services.publication import waiting
from services.publication.application import Publishing, why_taken_back
from services.publication.domain import Publication
from services.publication.domain.message import CHANNELS, OutgoingMessage
from services.publication.messages import table
from services.publication.messages.hours import next_allowed
from services.publication.messages.reach import address_of, needs_agreement
from services.publication.messages.wording import CODE_HIDDEN, NOW, link_of, worded

SEND: Final = "publication.message"
"""The task that sends one message."""
WITHDRAWN: Final = "withdrawn"
ERASED: Final = "erased"
PLANNED: Final = "planned"


@dataclass(frozen=True)
class Offer:
    """One way in which a complainant can be written to; `agreement`: they are to be asked first."""

    channel: str
    agreement: bool


class Messaging:
    """The messages of one publication service. `senders` has the channels that are set up."""

    def __init__(
        self,
        publishing: Publishing,
        keyring: Keyring,
        district: District,
        senders: Mapping[str, Sender],
        public_url: str | None,
        receipt_secret: bytes,
        new_id: Callable[[], UUID],
    ) -> None:
        self.publishing, self.keyring, self.district = publishing, keyring, district
        self.senders = senders
        self._public_url, self._receipt_secret = public_url or "", receipt_secret
        self._new_id = new_id

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that are set up here."""
        return tuple(each for each in CHANNELS if each in self.senders)

    def get(self, id: UUID) -> OutgoingMessage:
        """Return one message; raises NotFound."""
        return self.publishing.read(OutgoingMessage, id)

    def of_complaint(self, complaint: str) -> list[OutgoingMessage]:
        """Return the messages about a complaint, the oldest first."""
        return table.of_complaint(self.publishing, complaint)

    def offers(self, publication: Publication) -> list[Offer]:
        """Return the ways in which the complainant can be written to now, by what is set up and
        what their form knows, which is opened in memory to be looked at only."""
        if self.why_not(publication) is not None:
            return []
        form = self.publishing.form_of(publication)
        person = self.publishing.person_of(form)
        if form is None or not person:
            return []
        return [
            Offer(each, needs_agreement(each, form.wants_answer_by, form.channel))
            for each in self.channels
            if address_of(each, person)
        ]

    def why_not(self, publication: Publication) -> str | None:
        """Return why nobody is written to about a publication (any more); None: they may be."""
        if publication.confidentiality == "anonymous":
            return "anonymous"
        if self.keyring.erased.mark(publication.complaint) is not None:
            return ERASED
        heard = arrived(self.publishing, publication.complaint)
        if any(each.type == intake.ComplaintWithdrawnV1.type for each in heard):
            return WITHDRAWN
        if publication.planned:  # what is told is how a case ended
            return PLANNED
        return "taken_back" if self.publishing.taken_back(publication) else None

    def preview(self, publication: Publication, channel: str, language: str) -> Words:
        """Return what a message would say, its code hidden."""
        return self._worded(publication, channel, language, _state(publication), CODE_HIDDEN)

    def words_of(self, message: OutgoingMessage, publication: Publication) -> Words:
        """Return what goes out. The receipt's code is derived here and kept nowhere; where it is
        that of another origin, only its holder knows it, and the link leads to where it is typed.
        """
        id = UUID(message.complaint)
        code: str | None = receipt_code(self._receipt_secret, id)
        if receipt_hash(code or "") != self._receipt_hash(message.complaint):
            code = None
        facts = message.channel, message.language, message.announced
        return self._worded(publication, *facts, code, message.wording)

    def _worded(
        self,
        publication: Publication,
        channel: str,
        language: str,
        state: str,
        code: str | None,
        version: int = NOW,
    ) -> Words:
        return worded(
            channel,
            language,
            number=publication.number,
            place=self.district.puskesmas(publication.puskesmas).name,
            state=state,
            link=link_of(self._public_url, code),
            version=version,
        )

    def _receipt_hash(self, complaint: str) -> str | None:
        heard = (read(each) for each in arrived(self.publishing, complaint))
        found = (each for each in heard if isinstance(each, intake.ComplaintReceivedV1))
        return next((each.receipt_hash for each in found), None)

    def calendar(self, puskesmas: str) -> WorkCalendar:
        """Return the working calendar of a Puskesmas, with the days declared so far."""
        here = self.district.puskesmas(puskesmas)
        heard = sorted(arrived(self.publishing, f"calendar:{puskesmas}"), key=in_order)
        days = tuple(
            Override(each.day, each.working, each.why)
            for each in map(read, heard)
            if isinstance(each, resolution.CalendarChangedV1)
        )
        return WorkCalendar(here.zone, here.work_days, days, version=len(days))

    def next_allowed(self, puskesmas: str, moment: datetime) -> datetime:
        """Return the first instant from `moment` on at which somebody may be written to."""
        return next_allowed(moment, self.calendar(puskesmas), self.district.messages)

    def request(
        self,
        id: UUID,
        intent: Intent,
        channel: str,
        language: str,
        agreed: bool,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Record that the complainant of a publication is to be written to.

        Raises InvalidInput for a channel that is not set up or does not reach them, and where they
        are to be asked first; Conflict where another message is under way, or none may go out.
        """
        offers = {each.channel: each for each in self.offers(self.publishing.get(id))}

        def decide(uow: UnitOfWork) -> Ids:
            publication = uow.get(Publication, id, expected)
            self._must_be_open(uow, publication)
            if channel not in offers:
                raise invalid("channel", _("Pilih cara yang ada: yang ini tidak mencapai pelapor."))
            if offers[channel].agreement and not agreed:
                message = _("Tanyakan dahulu, lalu centang: pelapor tidak memilih cara ini.")
                raise invalid("agreed", message)
            made = OutgoingMessage.request(
                uow.act(intent),
                id=self._new_id(),
                puskesmas=publication.puskesmas,
                complaint=publication.complaint,
                publication=str(id),
                channel=channel,
                language=language,
                state=_state(publication),
                wording=NOW,
                agreed=agreed,
            )
            self.save(uow, made)
            uow.soon(SEND, str(made.id))
            return _ids(made)

        return self.publishing.command(decide, once)

    def decide(
        self,
        id: UUID,
        intent: Intent,
        decision: str,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Record what a person decided about a message; raises StepNotAllowed."""

        def decide(uow: UnitOfWork) -> Ids:
            message = uow.get(OutgoingMessage, id, expected)
            act = uow.act(intent)
            message.decide(act, decision)
            self.save(uow, message)
            if message.state == "waiting":
                uow.soon(SEND, str(id))
            if message.state == "considered":
                self.note_informed(uow, message)
            return _ids(message)

        return self.publishing.command(decide, once)

    def save(self, uow: UnitOfWork, message: OutgoingMessage) -> None:
        """Save a message and what is looked up of it."""
        uow.save(message)
        table.note(uow, message)

    def note_informed(self, uow: UnitOfWork, message: OutgoingMessage) -> None:
        """Record that the complainant was told, by whoever asked for the message, where that is not
        recorded yet and still may be."""
        publication = uow.get(Publication, UUID(message.publication))
        if "informed" not in self.publishing.allowed(publication):
            return
        actor, role = message.requested_by
        received_at = self.publishing.received_at(publication)
        publication.inform(uow.act(Intent(actor, role)), message.channel, received_at)
        uow.save(publication)
        waiting.note(uow, publication)

    def _must_be_open(self, uow: UnitOfWork, publication: Publication) -> None:
        why = self.why_not(publication)
        if why == "taken_back":
            raise Conflict(why_taken_back(publication))
        if why is not None:
            raise Conflict(_("Pelapor ini tidak dikabari dengan pesan."))
        if table.is_under_way(uow, publication.complaint):
            raise Conflict(
                _("Pesan sebelumnya belum selesai. Tunggu, atau putuskan dahulu yang itu.")
            )


def _state(publication: Publication) -> str:
    return "published" if publication.state == "released" else "documented"


def _ids(message: OutgoingMessage) -> Ids:
    return {"id": str(message.id), "state": message.state, "version": message.version}
