"""What the public is told of its complaint, and the names behind the codes of the district file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from services.kernel.district import District
from services.kernel.errors import NotFound
from services.kernel.text import Text, _
from services.kernel.web.pages import Entry
from services.reporting.queries.question import DEFAULT_ZONE

STEPS: Final[Mapping[str, Text]] = {
    "ComplaintReceived": _("Keluhan diterima"),
    "ComplaintCorrected": _("Isian keluhan dibetulkan"),
    "ComplaintWithdrawn": _("Pelapor mencabut keluhannya"),
    "DuplicateLinked": _("Ditautkan sebagai duplikat"),
    "DuplicateUnlinked": _("Tautan duplikat dilepaskan"),
    "AttachmentAdded": _("Lampiran ditambahkan"),
    "ComplainantRated": _("Pelapor menilai penanganannya"),
    "ReopenRequested": _("Pelapor meminta dibuka kembali"),
    "ErasureRequested": _("Penghapusan data orangnya diminta"),
    "ErasureScheduled": _("Isi ditutup, menunggu dimusnahkan"),
    "ErasureRefused": _("Penghapusan data ditolak"),
    "ErasureCalledBack": _("Penghapusan data dibatalkan"),
    "PersonErased": _("Isi dan identitas dimusnahkan"),
    "LegalHoldPlaced": _("Penahanan hukum dicatat"),
    "LegalHoldLifted": _("Penahanan hukum dicabut"),
    "CaseOpened": _("Kasus dibuka"),
    "TeamNotified": _("Tim keluhan diberi tahu"),
    "CaseGraded": _("Tingkat keluhan dinilai"),
    "ComplainantMet": _("Tim menemui pelapor"),
    "ImmediateAnswerGiven": _("Solusi langsung diberikan"),
    "ComplaintAnalysed": _("Keluhan dianalisis"),
    "ResponsePlanned": _("Rencana tindak lanjut disusun"),
    "FollowUpCarriedOut": _("Tindak lanjut dilaksanakan"),
    "ResolutionDocumented": _("Hasil didokumentasikan"),
    "EvaluationRecorded": _("Penanganan dievaluasi"),
    "CaseReopened": _("Kasus dibuka kembali"),
    "KeyShared": _("Kunci isi keluhan diserahkan"),
    "TeamCallAcknowledged": _("Panggilan sampai ke tim"),
    "CaseAssigned": _("Kasus ditugaskan"),
    "CaseCommented": _("Catatan ditulis"),
    "CasePaused": _("Jeda dimulai: menunggu pelapor"),
    "CaseResumed": _("Jeda berakhir"),
    "CaseEscalated": _("Dinaikkan ke dinas kesehatan"),
    "EscalationAnswered": _("Dijawab dinas kesehatan"),
    "CaseReferred": _("Diteruskan ke instansi lain"),
    "CaseCorrected": _("Kasus mengikuti formulir yang dibetulkan"),
    "CaseWithdrawn": _("Kasus berakhir"),
    "CaseJoined": _("Kasus berakhir: sama dengan keluhan lain"),
    "CaseRestored": _("Kasus dilanjutkan lagi"),
    "CaseRequestRefused": _("Permintaan tidak dapat dipenuhi lagi"),
    "PublicationDrafted": _("Rancangan publikasi disimpan"),
    "PublicationApproved": _("Publikasi disetujui"),
    "PublicationReturned": _("Rancangan publikasi dikembalikan"),
    "ResolutionPublished": _("Hasil dipublikasikan"),
    "PlannedChangeDrafted": _("Rencana untuk umum ditulis"),
    "PlannedChangePublished": _("Rencana dipublikasikan"),
    "ReleaseScheduled": _("Terbitnya dijadwalkan"),
    "ReleaseCalledOff": _("Jadwal terbit dibatalkan"),
    "PublicationEvidenced": _("Bukti terbit dicatat"),
    "PublicationWithdrawn": _("Publikasi ditarik"),
    "ComplainantInformed": _("Pelapor diberi tahu"),
    "FeedbackHeard": _("Disampaikan dalam pertemuan"),
    "ForumAnswered": _("Hasilnya disampaikan ke forum"),
    "MessageRequested": _("Pesan kepada pelapor diminta"),
    "MessageAttempted": _("Pesan kepada pelapor dicoba dikirim"),
    "MessagePostponed": _("Pesan kepada pelapor ditunda"),
    "MessageSent": _("Pesan kepada pelapor terkirim"),
    "MessageDelivered": _("Pesan sampai kepada pelapor"),
    "MessageFailed": _("Pesan kepada pelapor gagal"),
    "MessageOutcomeUnknown": _("Pesan kepada pelapor tidak pasti"),
    "MessageDecided": _("Pesan tidak pasti diputuskan"),
}


class Stage(NamedTuple):
    """A stage of the way that a complaint goes, in the public's words."""

    title: Text
    begun_by: frozenset[str]
    says: Text


# SOP Lamaru 1-2 and SOP Puring 2-3 as the person who complained sees them.
_BEGUN_BY: Final = (
    frozenset({"ComplaintReceived"}),
    frozenset({"CaseGraded", "ComplainantMet", "ComplaintAnalysed", "CaseReopened"}),
    frozenset({"ImmediateAnswerGiven", "ResponsePlanned", "FollowUpCarriedOut"}),
    frozenset({"ResolutionDocumented"}),
    frozenset({"EvaluationRecorded"}),
)
_STUDY: Final = 1
"""Where the way is that it is studied, and again when it is reopened."""
_RECEIVED: Final = _("Kami terima")
_STUDIED: Final = _("Kami pelajari")
_WRITTEN: Final = _("Kami catat hasilnya")
_JUDGED: Final = _("Kami nilai lagi hasilnya")
_SAID: Final[Mapping[str, Sequence[tuple[Text, Text]]]] = {
    "complaint": (
        (_RECEIVED, _("Keluhan Anda sudah kami catat. Kami akan mempelajarinya.")),
        (_STUDIED, _("Kami sedang mempelajari keluhan Anda.")),
        (
            _("Kami perbaiki"),
            _("Kami sudah mempelajari keluhan Anda dan sedang memperbaikinya."),
        ),
        (
            _WRITTEN,
            _("Keluhan Anda sudah kami tindak lanjuti. Hasilnya kami sampaikan kepada Anda."),
        ),
        (_JUDGED, _("Keluhan Anda selesai, dan hasilnya sudah kami nilai.")),
    ),
    "suggestion": (
        (_RECEIVED, _("Saran Anda sudah kami catat. Kami akan mempelajarinya.")),
        (_STUDIED, _("Kami sedang mempelajari saran Anda.")),
        (_("Kami kerjakan"), _("Kami sudah mempelajari saran Anda dan sedang mengerjakannya.")),
        (
            _WRITTEN,
            _("Saran Anda sudah kami tindak lanjuti. Hasilnya kami sampaikan kepada Anda."),
        ),
        (_JUDGED, _("Saran Anda selesai kami tangani, dan hasilnya sudah kami nilai.")),
    ),
    "information_request": (
        (_RECEIVED, _("Pertanyaan Anda sudah kami catat. Kami akan mencari jawabannya.")),
        (_STUDIED, _("Kami sedang mencari jawaban atas pertanyaan Anda.")),
        (_("Kami jawab"), _("Kami sedang menjawab pertanyaan Anda.")),
        (_WRITTEN, _("Pertanyaan Anda sudah kami jawab. Jawabannya kami sampaikan kepada Anda.")),
        (_JUDGED, _("Pertanyaan Anda selesai, dan jawabannya sudah kami nilai.")),
    ),
}
# Whoever gave no identity is told by this page alone.
_HERE: Final[Mapping[str, Text]] = {
    "complaint": _(
        "Keluhan Anda sudah kami tindak lanjuti. "
        "Hasilnya tampil di halaman ini begitu kami umumkan."
    ),
    "suggestion": _(
        "Saran Anda sudah kami tindak lanjuti. Hasilnya tampil di halaman ini begitu kami umumkan."
    ),
    "information_request": _(
        "Pertanyaan Anda sudah kami jawab. Jawabannya tampil di halaman ini begitu kami umumkan."
    ),
}
_SHOWN: Final = _("Sudah kami tindak lanjuti. Hasilnya ada di halaman ini.")
_WAYS: Final[Mapping[str, Sequence[Stage]]] = {
    kind: [
        Stage(title, begun_by, says)
        for (title, says), begun_by in zip(said, _BEGUN_BY, strict=True)
    ]
    for kind, said in _SAID.items()
}
_WITHDRAWN: Final = Stage(
    _("Anda cabut"),
    frozenset({"CaseWithdrawn"}),
    _("Ini sudah dicabut, jadi tidak kami tangani lagi."),
)
PRAISE: Final = "praise"
JOINED: Final = _("Kami tangani bersama keluhan lain yang sama. Beginilah jalannya:")
PRAISED: Final = _("Terima kasih. Pujian Anda kami sampaikan kepada yang bertugas.")
INFORMED: Final = _("Kami kabari Anda")
ANNOUNCED: Final = _("Kami umumkan rencananya")
PUBLISHED: Final = _("Kami umumkan hasilnya")
REOPENED: Final = _("Kami buka lagi")
UNPUBLISHED: Final = _("Kami tarik hasilnya dari umum")
PAUSED: Final = _(
    "Kami menunggu keterangan atau berkas dari Anda; batas waktu berhenti sampai itu datang."
)


def said_of(receipt: Mapping[str, Any]) -> Text:
    """Return the sentence that tells a complainant how far it is."""
    if receipt["kind"] == PRAISE:
        return PRAISED
    if receipt["joined"]:
        return JOINED
    if ended := _end_of(receipt):
        return ended.says
    if receipt["paused"]:
        return PAUSED
    stage = _way(receipt)[_reached(receipt)]
    if stage.title is _WRITTEN and receipt["confidentiality"] == "anonymous":
        if any(not each["reopened"] and not each["planned"] for each in receipt["answers"]):
            return _SHOWN
        return _HERE.get(receipt["kind"], _HERE["complaint"])
    return stage.says


def stages(receipt: Mapping[str, Any]) -> list[Entry]:
    """Return the way of a complaint as a thread: what was done as it happened, then what is
    ahead."""
    if receipt["kind"] == PRAISE:
        return []
    reached = _reached(receipt)
    ended = _end_of(receipt)
    # Of a duplicate the way is its original's, and whether that is over is not said here.
    goes_on = receipt["joined"] or not receipt["closed"]
    done, ahead = [], []
    # What is done for the result as it stands; receipt and study were before it was reopened.
    result = {"steps": _since_reopened(receipt["steps"])}
    reopened = _first(result, frozenset({"CaseReopened"}))
    for place, stage in enumerate(_way(receipt)):
        begun = _first(result if place > _STUDY else receipt, stage.begun_by)
        if place > reached:
            ahead.append(Entry(stage.title, state="ahead"))
        elif begun is not None:
            now = place == reached and goes_on and not (reopened and place == _STUDY)
            done.append(Entry(stage.title, happened=begun, state="now" if now else "done"))
    if reopened:
        state = "now" if reached == _STUDY and goes_on else "done"
        done.append(Entry(REOPENED, happened=reopened, state=state))
    for title, step in (
        (ANNOUNCED, "PlannedChangePublished"),
        (INFORMED, "ComplainantInformed"),
        (PUBLISHED, "ResolutionPublished"),
    ):
        if receipt["joined"] and title is INFORMED:
            continue  # the other's complainant was told
        if told := _first(result, frozenset({step})):
            done.append(Entry(title, happened=told))
    if withdrawn := unpublished(receipt):
        done.append(Entry(UNPUBLISHED, happened=withdrawn))
    done.sort(key=lambda entry: entry.happened or receipt["received_at"])
    if any(entry.state == "now" for entry in done):
        # What people were told stands behind the stage that it is told of, and is the last thing.
        done = [replace(entry, state="done") for entry in done]
        done[-1] = replace(done[-1], state="now")
    if ended is None:
        return [*done, *ahead]
    return [*done, Entry(ended.title, happened=_first(receipt, ended.begun_by))]


def unpublished(receipt: Mapping[str, Any]) -> datetime | None:
    """Return when the result as it stands was withdrawn from the public, None where it is out or
    never was."""
    steps = _since_reopened(receipt["steps"])
    out = {step["publication"] for step in steps if step["step"] == "ResolutionPublished"}
    found: datetime | None = None
    for step in steps:
        if step["publication"] in out and step["step"] == "PublicationWithdrawn":
            found = step["happened_at"]
        elif step["step"] == "ResolutionPublished":
            found = None
    return found


def _end_of(receipt: Mapping[str, Any]) -> Stage | None:
    """Return how a complaint ended without a result of its own here, if it did."""
    if receipt["state"] == "withdrawn":
        return _WITHDRAWN
    if receipt["state"] == "referred":
        to = receipt["referred_to"] or ""
        says = _("Ini di luar kewenangan kami. Sudah kami teruskan ke {to}.", to=to)
        return Stage(_("Kami teruskan ke {to}", to=to), frozenset({"CaseReferred"}), says)
    return None


def _way(receipt: Mapping[str, Any]) -> Sequence[Stage]:
    return _WAYS.get(receipt["kind"], _WAYS["complaint"])


def _reached(receipt: Mapping[str, Any]) -> int:
    """Return the stage that the last step of the way began; reopening leads back."""
    for step in reversed(receipt["steps"]):
        for place, begun_by in enumerate(_BEGUN_BY):
            if step["step"] in begun_by:
                return place
    return 0


def _since_reopened(steps: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the steps towards the result as it stands; reopening takes back what was told."""
    reopened = (place for place, step in enumerate(steps) if step["step"] == "CaseReopened")
    return steps[max(reopened, default=0) :]


def _first(receipt: Mapping[str, Any], steps: frozenset[str]) -> datetime | None:
    found = (step["happened_at"] for step in receipt["steps"] if step["step"] in steps)
    return min(found, default=None)


class Names:
    """The names of Puskesmas, units and categories in a reader's language, else their codes."""

    def __init__(self, district: District, language: str) -> None:
        self._district = district
        self._language = language
        # A table asks for the same few, cell by cell.
        self._zones: dict[str, ZoneInfo] = {}

    def puskesmas(self, code: str) -> str:
        """Return a Puskesmas' name."""
        try:
            return self._district.puskesmas(code).name
        except NotFound:
            return code

    def zone(self, code: str) -> ZoneInfo:
        """Return a Puskesmas' time zone, that of the west where it is of another file."""
        if code not in self._zones:
            try:
                zone = self._district.puskesmas(code).zone
            except NotFound:
                zone = DEFAULT_ZONE
            self._zones[code] = ZoneInfo(zone)
        return self._zones[code]

    def unit(self, code: str | None) -> str | None:
        """Return a unit's name."""
        try:
            return code and self._district.unit(code).name_in(self._language)
        except NotFound:
            return code

    def category(self, code: str | None) -> str | None:
        """Return a category's name."""
        try:
            return code and self._district.category(code).name_in(self._language)
        except NotFound:
            return code

    def choices(self, scope: frozenset[str] | None) -> dict[str, list[tuple[str, str]]]:
        """Return what a report can be filtered by, as (code, name)."""
        return {
            "puskesmas": [
                (each.code, each.name)
                for each in self._district.all_puskesmas
                if scope is None or each.code in scope
            ],
            "unit": [(each.code, each.name_in(self._language)) for each in self._district.units],
            "category": [
                (each.code, each.name_in(self._language)) for each in self._district.categories
            ],
        }
