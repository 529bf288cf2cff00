"""Keeps a complaint's files: sealed under the complaint's key, beside the store.

A file is durable before the event that names it; one that no event names is harmless. Nothing of
it travels on the stream but its hash, size, type and sealed name.
"""

import hashlib
import hmac
import os
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from services.intake.amending import Amending, saved
from services.intake.application import Intake
from services.intake.attachments.content import EXTENSIONS, cleaned
from services.intake.domain import Complaint
from services.kernel.access.principal import Principal
from services.kernel.aggregate import Intent
from services.kernel.errors import Forbidden, NotFound, Problem
from services.kernel.keyring import About, Words
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import _

PLACE: Final = "AttachmentAdded.file"
PAGE: Final = "attachment"
NAME_LENGTH: Final = 120
UNNAMED: Final = "lampiran"


class Attached(NamedTuple):
    """A file that was put with a complaint."""

    answer: Answer
    media_type: str
    size: int


class Opened(NamedTuple):
    """A file as its reader gets it."""

    name: str
    media_type: str
    data: bytes


class Attaching:
    """Puts files with complaints, and opens them for those who may open the words."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._amending = Amending(intake)
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
        intake.get(id)
        content = cleaned(data)
        secret = self._amending.key(id)
        attachment = str(intake.new_id())
        sealed = secret.seal_file(content.data, _place(attachment), intake.keyring.entropy)
        facts = {
            "attachment": attachment,
            "sha256": hashlib.sha256(sealed).hexdigest(),
            "size": len(sealed),
            "media_type": content.media_type,
            "file_name": secret.seal(
                _name(filename, content.media_type),
                "AttachmentAdded.file_name",
                intake.keyring.entropy,
            ),
        }
        path = self._path(id, attachment)
        _write(path, sealed)

        def decide(uow: UnitOfWork) -> Ids:
            complaint = uow.get(Complaint, id, expected)
            complaint.attach(uow.act(intent), **facts)
            return saved(uow, complaint) | {
                "attachment": attachment,
                "media_type": content.media_type,
                "size": len(content.data),
            }

        once = None
        if key is not None:
            mark = hmac.digest(intake.row_secret, filename.encode() + b"\0" + data, "sha256")
            once = Once(intent.actor, f"POST /complaints/{id}/attachments", key, mark.hex())
        try:
            answer = intake.command(decide, once).result()
        except Problem:
            path.unlink()
            raise
        if answer.ids["attachment"] != attachment:  # a repeat: no event names this file
            path.unlink()
        return Attached(answer, answer.ids["media_type"], answer.ids["size"])

    def open(self, id: UUID, attachment: UUID, principal: Principal) -> Opened:
        """Open a file, with an entry in the access log.

        Raises NotFound where there is none (any more), Forbidden for who may not open the words.
        """
        intake = self._intake
        complaint = intake.get(id)
        principal.role_for("words.open", complaint.puskesmas)
        found = complaint.attachments.get(str(attachment))
        secret = intake.keyring.key(str(id))
        path = self._path(id, str(attachment))
        if found is None or secret is None or not path.exists():
            raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
        (name,) = self._words.open(principal, PAGE, [(self.about(complaint), found.file_name)])
        if name is None:
            raise Forbidden(_("Peran Anda di Puskesmas ini tidak mencakup langkah ini."))
        data = secret.open_file(path.read_bytes(), _place(str(attachment)))
        return Opened(name, found.media_type, data)

    def about(self, complaint: Complaint) -> About:
        """Return what decides who may open a complaint's words."""
        unit = complaint.service_unit
        area = None if unit is None else self._intake.district.area_of(unit)
        return About(complaint.puskesmas, complaint.confidentiality, complaint.received_by, area)

    def _path(self, id: UUID, attachment: str) -> Path:
        return self._intake.files / str(id) / attachment


def _place(attachment: str) -> str:
    """Return what binds a blob to its own entry: put in another's place it does not open."""
    return f"{PLACE}/{attachment}"


def _name(filename: str, media_type: str) -> str:
    """Return a name to offer when the file is saved, its ending that of its content."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    stem = "".join(filter(str.isprintable, last)).rpartition(".")[0] or last
    return (stem.strip(". ")[:NAME_LENGTH] or UNNAMED) + EXTENSIONS[media_type]


def _write(path: Path, data: bytes) -> None:
    """Write a file so that it is whole and durable when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    for folder in (path.parent, path.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
