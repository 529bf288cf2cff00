"""Messages that came in by themselves are taken as drafts; an officer makes complaints of them, or
says why not. A message that comes again adds nothing."""

import hmac
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from services.intake.application import Intake
from services.intake.domain.incoming import DISMISSED, KEY, WAITING, IncomingMessage
from services.intake.filled import Form
from services.intake.incoming.came import WITHIN, Came, Sender, grouped
from services.intake.incoming.tables import save, written
from services.kernel.access.principal import Principal
from services.kernel.aggregate import SYSTEM, Intent
from services.kernel.contracts import SealedBox
from services.kernel.errors import FieldError, InvalidInput, NotFound, invalid
from services.kernel.keyring import About, WrappedKey
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.store.database import Row
from services.kernel.store.rows import marks
from services.kernel.text import _

NEAR: Final = 200
"""So many of those sent about the same time are looked at for the ones that belong together."""
TOGETHER_MOST: Final = 50


@dataclass(frozen=True)
class Draft:
    """A message with what identifies its sender, which was opened to be compared and shows nobody
    anything."""

    message: IncomingMessage
    contacts: frozenset[str]

    @property
    def id(self) -> UUID:
        """The message's id."""
        return self.message.id

    @property
    def puskesmas(self) -> str:
        """To which it was sent."""
        return self.message.puskesmas

    @property
    def channel(self) -> str:
        """Through which."""
        return self.message.channel

    @property
    def sent_at(self) -> datetime:
        """When."""
        return self.message.sent_at


@dataclass(frozen=True)
class Page:
    """A page of messages in their groups; `next` is the message after which the following page
    begins, None on the last."""

    groups: list[list[Draft]]
    next: UUID | None


@dataclass(frozen=True)
class _Sealed:
    """A message with its words sealed under a key of its own, which is not stored yet."""

    id: UUID
    came: Came
    text: SealedBox | None
    sender: SealedBox
    file: SealedBox | None
    key: WrappedKey


class Incoming:
    """Takes messages in, shows which wait, and lets officers decide about them."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def take(self, puskesmas: str, messages: Sequence[Came]) -> None:
        """Take messages for a Puskesmas; they are durable when this returns."""
        intake = self._intake
        new = {self.id_of(each): each for each in messages}
        known = _among(intake, new)
        drafts = [self._sealed(id, each) for id, each in new.items() if str(id) not in known]

        def work(uow: UnitOfWork) -> None:
            for each in drafts:
                if uow.find(IncomingMessage, each.id) is None:
                    self._write_down(uow, puskesmas, each)

        if drafts:
            intake.transact(work, [each.key for each in drafts]).result()

    def id_of(self, came: Came) -> UUID:
        """Return the id of a message, the same for one that comes again. The peer's own id holds a
        telephone number, so it is made with a secret."""
        mark = hmac.digest(self._intake.row_secret, f"{came.channel}\n{came.id}".encode(), "sha256")
        return UUID(bytes=mark[:16], version=5)

    def get(self, id: UUID) -> IncomingMessage:
        """Return one message; raises NotFound, NotServedHere."""
        message = self._intake.read(IncomingMessage, id)
        self._intake.at(message.puskesmas)
        return message

    def waiting(self, codes: Collection[str] | None, after: UUID | None, limit: int) -> Page:
        """Return a page of the messages that wait at these Puskesmas (None: all), the newest first;
        of those on it, what one person wrote within an hour is together, and the group that was
        written to last stands first."""
        drafts, following = self._page(codes, WAITING, after, limit)
        groups = sorted(grouped(drafts), key=lambda group: group[-1].sent_at, reverse=True)
        return Page(groups, following)

    def dismissed(self, codes: Collection[str] | None, after: UUID | None, limit: int) -> Page:
        """Return a page of those that were dismissed and can still be opened, each by itself, the
        newest first."""
        drafts, following = self._page(codes, DISMISSED, after, limit)
        still = [[each] for each in drafts if self._intake.keyring.key(each.message.key)]
        return Page(still, following)

    def count(self, codes: Collection[str] | None) -> int:
        """Return how many messages wait at these Puskesmas (None: all)."""
        where, values = _within(codes)
        rows = self._intake.select(
            f"SELECT count(*) AS n FROM incoming_messages WHERE state = ? {where}",  # noqa: S608
            (WAITING, *values),
        )
        return int(rows[0]["n"])

    def oldest(self, codes: Collection[str]) -> dict[str, datetime]:
        """Return when the oldest message was sent that waits at each of these Puskesmas; those at
        which none does are left out."""
        where, values = _within(codes)
        rows = self._intake.select(
            "SELECT puskesmas, min(sent_at) AS oldest FROM incoming_messages"  # noqa: S608
            f" WHERE state = ? {where} GROUP BY puskesmas",
            (WAITING, *values),
        )
        return {row["puskesmas"]: datetime.fromisoformat(row["oldest"]) for row in rows}

    def group_of(self, message: IncomingMessage) -> list[Draft]:
        """Return the messages that are offered together with one that waits, itself among them."""
        if message.state != WAITING:
            return [self._draft(message)]
        for group in grouped(self._near(message)):
            if any(each.id == message.id for each in group):
                return group
        return [self._draft(message)]

    def confirm(
        self,
        puskesmas: str,
        ids: Sequence[UUID],
        form: Form,
        intent: Intent,
        once: Once | None = None,
    ) -> "Future[Answer]":
        """Write messages down as one complaint (SOP Lamaru 1c, 2b): its channel is theirs, and the
        Puskesmas heard it when the first was sent.

        Raises NotFound, AlreadyDone, InvalidInput, NotServedHere.
        """
        found = self._of(puskesmas, ids)
        form = replace(form, channel=found[0].channel)
        heard = replace(intent, occurred_at=min(each.sent_at for each in found))

        def noted(uow: UnitOfWork, complaint: Ids) -> None:
            act = uow.act(intent)
            for each in found:
                message = uow.get(IncomingMessage, each.id)
                message.confirm(act, complaint["id"])
                save(uow, message)

        return self._intake.receive(puskesmas, form, heard, once, noted)

    def dismiss(
        self,
        puskesmas: str,
        ids: Sequence[UUID],
        reason: str,
        complaint: UUID | None,
        intent: Intent,
        once: Once | None = None,
    ) -> "Future[Answer]":
        """Say why messages become no complaint; `complaint` is the one that they are part of.

        Raises NotFound, AlreadyDone, InvalidInput, NotServedHere.
        """
        found = self._of(puskesmas, ids)
        if complaint is not None:
            self._must_be_here(puskesmas, complaint)

        def decide(uow: UnitOfWork) -> Ids:
            act = uow.act(intent)
            for each in found:
                message = uow.get(IncomingMessage, each.id)
                message.dismiss(act, reason, str(complaint) if complaint else None)
                save(uow, message)
            return {"id": str(found[0].id)}

        return self._intake.command(decide, once)

    def about(self, message: IncomingMessage, reader: Principal) -> About:
        """Return what decides who may open a message: whoever writes complaints down there, for
        what comes of it is what they enter."""
        return About(str(message.id), message.puskesmas, "open", reader.account_id, None)

    def _of(self, puskesmas: str, ids: Sequence[UUID]) -> list[IncomingMessage]:
        self._intake.at(puskesmas)
        if not 1 <= len(set(ids)) <= TOGETHER_MOST:
            raise invalid("messages", _("Pilih 1 sampai {limit} pesan.", limit=TOGETHER_MOST))
        found = [self.get(id) for id in dict.fromkeys(ids)]
        if any(each.puskesmas != puskesmas for each in found):
            raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
        if len({each.channel for each in found}) > 1:
            raise InvalidInput(
                FieldError("messages", _("Pesan lewat SMS dan WhatsApp dicatat sendiri-sendiri."))
            )
        return found

    def _must_be_here(self, puskesmas: str, complaint: UUID) -> None:
        try:
            here = self._intake.get(complaint).puskesmas == puskesmas
        except NotFound:
            here = False
        if not here:
            raise invalid("complaint", _("Keluhan ini tidak ada di Puskesmas ini."))

    def _page(
        self, codes: Collection[str] | None, state: str, after: UUID | None, limit: int
    ) -> tuple[list[Draft], UUID | None]:
        """Return a page of the messages of a state, the newest first, and after which one the
        following page begins. Where `after` is not known (any more), it is the first page."""
        where, values = _within(codes)
        known = self._intake.select(
            "SELECT sent_at, message FROM incoming_messages WHERE message = ?", (str(after),)
        )
        for row in known:
            where += " AND (sent_at, message) < (?, ?)"
            values += (row["sent_at"], row["message"])
        rows = self._intake.select(
            f"SELECT message FROM incoming_messages WHERE state = ? {where}"  # noqa: S608
            " ORDER BY sent_at DESC, message DESC LIMIT ?",
            (state, *values, limit + 1),
        )
        drafts = self._drafts(rows[:limit])
        return drafts, drafts[-1].id if len(rows) > limit else None

    def _near(self, message: IncomingMessage) -> list[Draft]:
        """Return the messages that wait where one does and may be of its group, or of the one
        before it, of which its own begins where that ends."""
        since, until = message.sent_at - 2 * WITHIN, message.sent_at + WITHIN
        rows = self._intake.select(
            "SELECT message FROM incoming_messages WHERE state = ? AND puskesmas = ?"
            " AND sent_at BETWEEN ? AND ? ORDER BY sent_at LIMIT ?",
            (WAITING, message.puskesmas, written(since), written(until), NEAR),
        )
        return self._drafts(rows)

    def _drafts(self, rows: Sequence[Row]) -> list[Draft]:
        return [
            self._draft(self._intake.read(IncomingMessage, UUID(row["message"]))) for row in rows
        ]

    def _draft(self, message: IncomingMessage) -> Draft:
        (words,) = self._intake.keyring.unsealed([message.sender])
        contacts = Sender.of(words).contacts() if words else []
        return Draft(message, frozenset(contacts))

    def _sealed(self, id: UUID, came: Came) -> _Sealed:
        intake = self._intake
        # Not the message's id: what was killed before its event leaves a key, and comes again.
        key = intake.keyring.new_key(f"{KEY}{intake.new_id()}")

        def seal(words: str, field: str) -> SealedBox:
            return key.seal(words, f"MessageCame.{field}", intake.keyring.entropy)

        return _Sealed(
            id,
            came,
            seal(came.text, "text") if came.text else None,
            seal(came.sender.words(), "sender"),
            seal(came.file, "file") if came.file else None,
            intake.keyring.wrapped(key, came.sender.contacts()),
        )

    def _write_down(self, uow: UnitOfWork, puskesmas: str, draft: _Sealed) -> None:
        came = draft.came
        act = uow.act(Intent(SYSTEM, "policy", min(came.sent_at, uow.now)))
        message = IncomingMessage.come(
            act,
            id=draft.id,
            puskesmas=puskesmas,
            channel=came.channel,
            text=draft.text,
            sender=draft.sender,
            file=draft.file,
        )
        if came.unsupported:
            message.refuse_file(act, "unsupported")
        save(uow, message)


def _among(intake: Intake, ids: Collection[UUID]) -> set[str]:
    """Return those of these messages that are there already."""
    if not ids:
        return set()
    rows = intake.select(
        f"SELECT message FROM incoming_messages WHERE message IN {marks(list(ids))}",  # noqa: S608
        tuple(map(str, ids)),
    )
    return {row["message"] for row in rows}


def _within(codes: Collection[str] | None) -> tuple[str, tuple[str, ...]]:
    if codes is None:
        return "", ()
    listed = tuple(sorted(codes))
    return f"AND puskesmas IN {marks(listed)}", listed
