"""What others did to a complaint's form while somebody had it open."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from services.intake.application import Intake
from services.intake.domain.complaint import CORRECTABLE
from services.intake.known import known_history
from services.kernel.contracts import Message, read
from services.kernel.text import Text, _
from services.kernel.web.forms import Form
from services.kernel.web.others import Who, since, version_of
from services.kernel.web.pages import Entry

EVENTS: Final[Mapping[str, Text]] = {
    "ComplaintCorrected": _("Formulir keluhan diperbaiki"),
    "ComplaintWithdrawn": _("Keluhan dicabut"),
    "DuplicateLinked": _("Dikaitkan dengan keluhan yang sama"),
    "DuplicateUnlinked": _("Kaitan dilepas"),
    "AttachmentAdded": _("Lampiran ditambahkan"),
    "ComplainantRated": _("Pelapor memberi nilai"),
    "ReopenRequested": _("Pelapor meminta dibuka kembali"),
    "ErasureRequested": _("Penghapusan data orangnya diminta"),
    "ErasureScheduled": _("Isi ditutup, menunggu dimusnahkan"),
    "ErasureRefused": _("Penghapusan data ditolak"),
    "ErasureCalledBack": _("Penghapusan data dibatalkan"),
    "PersonErased": _("Isi dan identitas dimusnahkan"),
    "LegalHoldPlaced": _("Penahanan hukum dicatat"),
    "LegalHoldLifted": _("Penahanan hukum dicabut"),
}
NAMES: Final = {
    "incident_at": "incident_date",
    "complainant": "name",
}
"""Where the form of the page names a fact otherwise."""


def changed(
    intake: Intake, id: UUID, form: Form, labels: Mapping[str, Text], who: Who
) -> list[Entry]:
    """Return what was done to a complaint since a form that came back was made; a correction
    with the fields that it changed."""
    shown = version_of(form.values)
    if shown is None:
        return []
    history = known_history(intake, id)

    def notes(message: Message) -> tuple[Text | str, ...]:
        return _corrected(history, message, labels)

    return since(history, shown, EVENTS, who, notes)


def _corrected(
    history: list[Message], message: Message, labels: Mapping[str, Text]
) -> tuple[Text | str, ...]:
    if message.name != "ComplaintCorrected":
        return ()
    forms = [each for each in history if each.name in ("ComplaintReceived", "ComplaintCorrected")]
    now = read(message)
    before = read(forms[forms.index(message) - 1])
    return tuple(
        labels[NAMES.get(field, field)]
        for field in CORRECTABLE
        if getattr(now, field) != getattr(before, field)
    )
