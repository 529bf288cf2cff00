"""Keeps a complaint's files: sealed under the complaint's key, beside the store.

A file is durable before the event that names it; one that no event names is harmless. Nothing of
it travels on the stream but its hash, size, type and sealed name.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from services.intake.amending import saved
from services.intake.application import Intake
from services.intake.cases import UNASKED, Cases
from services.intake.domain import Complaint
from services.intake.leaving import leave
from services.intake.pen import pen_for
from services.kernel.access.principal import Principal
from services.kernel.aggregate import Intent
from services.kernel.contracts import Message, SealedBox, read
from services.kernel.contracts import intake as contracts
from services.kernel.errors import Forbidden, NotFound, Problem
from services.kernel.files.content import EXTENSIONS, cleaned
from services.kernel.files.kept import Opened, file_path, write_file
from services.kernel.handover.told import Thread
from services.kernel.keyring import About, Words
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import _
from services.kernel.vocabulary import CASE_KINDS

PLACE: Final = "AttachmentAdded.file"
PAGE: Final = "attachment"
NAME_LENGTH: Final = 120
UNNAMED: Final = "lampiran"


class Attached(NamedTuple):
    """A file that was put with a complaint."""

    answer: Answer
    media_type: str
    size: int


class _File(NamedTuple):
    """What is known of a file, whichever origin it was put with its complaint at."""

    about: About
    name: SealedBox
    media_type: str


def _nothing(_complaint: UUID) -> Sequence[Message]:
    return ()


class Attaching:
    """Puts files with complaints, and opens them for those who may open the words. `cases` says
    how a complaint's case stands, `thread` tells of complaints that were received elsewhere and
    are at home here."""

    def __init__(self, intake: Intake, cases: Cases = UNASKED, thread: Thread = _nothing) -> None:
        self._intake = intake
        self._cases = cases
        self._thread = thread
        self._words = Words(intake.keyring)

    def attach(
        self,
        id: UUID,
        intent: Intent,
        data: bytes,
        filename: str,
        *,
        key: str | None = None,
        expected: int | None = None,
    ) -> Attached:
        """Put a photo or PDF with a complaint.

        `filename` is only a name: what a file is, is seen from its content. With `key`
        (Idempotency-Key) the same file again is the same attachment. Raises NotFound, TooLarge,
        InvalidInput, StepNotAllowed where there are enough, Conflict where the words were erased.
        """
        intake = self._intake
        content, pen = cleaned(data), pen_for(intake, intake.get(id))
        attachment = str(intake.new_id())
        sealed = pen.key.seal_file(content.data, _place(attachment), intake.keyring.entropy)
        facts = {
            "attachment": attachment,
            "sha256": hashlib.sha256(sealed).hexdigest(),
            "size": len(sealed),
            "media_type": content.media_type,
            "file_name": pen.seal(_name(filename, content.media_type), "AttachmentAdded.file_name"),
        }
        path = self._path(id, attachment)
        write_file(path, sealed)

        def decide(uow: UnitOfWork) -> Ids:
            complaint = intake.standing(uow, id, expected)
            complaint.attach(uow.act(intent), **facts)
            if not intake.is_home(complaint.puskesmas):
                leave(uow, complaint.puskesmas, str(id), attachment)
            return saved(uow, complaint, pen) | {
                "attachment": attachment,
                "media_type": content.media_type,
                "size": len(content.data),
            }

        once = None
        if key is not None:
            mark = hmac.digest(intake.row_secret, filename.encode() + b"\0" + data, "sha256")
            once = Once(intent.actor, f"POST /complaints/{id}/attachments", key, mark.hex())
        try:
            answer = intake.command(decide, once, pen.needs()).result()
        except Problem:
            path.unlink()
            raise
        if answer.ids["attachment"] != attachment:  # a repeat: no event names this file
            path.unlink()
        return Attached(answer, answer.ids["media_type"], answer.ids["size"])

    def open(self, id: UUID, attachment: UUID, principal: Principal) -> Opened:
        """Open a file, with an entry in the access log.

        Raises NotFound where there is none (any more), Forbidden for who may not open the words,
        ReasonNeeded for a case long past.
        """
        found = self._known(id, str(attachment))
        if found is None:
            raise _not_found()
        principal.role_for("words.open", found.about.puskesmas)
        secret = self._intake.keyring.key(found.name.key)
        path = self._path(id, str(attachment))
        if secret is None or not path.exists():
            raise _not_found()
        self._words.must_not_ask(principal, found.about, [found.name])
        (name,) = self._words.open(principal, PAGE, [(found.about, found.name)])
        if name is None:
            raise Forbidden(_("Peran Anda di Puskesmas ini tidak mencakup langkah ini."))
        data = secret.open_file(path.read_bytes(), _place(str(attachment)))
        return Opened(name, found.media_type, data)

    def _known(self, id: UUID, attachment: str) -> _File | None:
        try:
            complaint = self._intake.get(id)
        except NotFound:
            return self._received_elsewhere(id, attachment)
        kept = complaint.attachments.get(attachment)
        if kept is None:
            return None
        closed_at = self._cases.standing(id).closed_at
        return _File(self.about(complaint, closed_at), kept.file_name, kept.media_type)

    def _received_elsewhere(self, id: UUID, attachment: str) -> _File | None:
        about, found = None, None
        for message in self._thread(id):
            event = read(message)
            if isinstance(event, contracts.ComplaintReceivedV1 | contracts.ComplaintCorrectedV1):
                by = about.entered_by if about else message.actor
                about = self._about(
                    id, message.puskesmas, event.confidentiality, by, event.service_unit
                )
            elif isinstance(event, contracts.AttachmentAddedV1) and event.attachment == attachment:
                found = event
        if about is None or found is None:
            return None
        about = replace(about, settled_at=self._cases.standing(id).closed_at)
        return _File(about, found.file_name, found.media_type)

    def about(self, complaint: Complaint, closed_at: datetime | None) -> About:
        """Return what decides who may open a complaint's words; `closed_at` is when it was recorded
        that its case came to its end. Praise has none: nothing is left to do from when it was
        written down."""
        facts = complaint.puskesmas, complaint.confidentiality, complaint.received_by
        about = self._about(complaint.id, *facts, complaint.service_unit)
        praised = None if complaint.kind in CASE_KINDS else complaint.created_on
        return replace(about, settled_at=closed_at or praised)

    def _about(
        self, id: UUID, puskesmas: str, confidentiality: str, by: str | None, unit: str | None
    ) -> About:
        area = None if unit is None else self._intake.district.area_of(unit)
        return About(str(id), puskesmas, confidentiality, by, area)

    def _path(self, id: UUID, attachment: str) -> Path:
        return file_path(self._intake.files, str(id), attachment)


def _not_found() -> NotFound:
    return NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))


def _place(attachment: str) -> str:
    """Return what binds a blob to its own entry: put in another's place it does not open."""
    return f"{PLACE}/{attachment}"


def _name(filename: str, media_type: str) -> str:
    """Return a name to offer when the file is saved, its ending that of its content."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    stem = "".join(filter(str.isprintable, last)).rpartition(".")[0] or last
    return (stem.strip(". ")[:NAME_LENGTH] or UNNAMED) + EXTENSIONS[media_type]
