"""What resolution's pages say of steps and events; the codes are those of calls and events."""

from collections.abc import Mapping
from typing import Final

from services.kernel.text import Text, _

STEPS: Final[Mapping[str, Text]] = {
    "team-call": _("Panggil tim"),
    "meeting-with-complainant": _("Temui pelapor"),
    "grade": _("Nilai keluhan"),
    "immediate-answer": _("Beri solusi langsung"),
    "analysis": _("Analisis"),
    "plan": _("Susun rencana tindak lanjut"),
    "actions": _("Catat tindakan"),
    "documentation": _("Dokumentasikan hasil"),
    "evaluation": _("Evaluasi penanganan"),
}
EVENTS: Final[Mapping[str, Text]] = {
    "ComplaintReceived": _("Keluhan diterima"),
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
    "PublicationDrafted": _("Rancangan publikasi disimpan"),
    "PublicationApproved": _("Publikasi disetujui"),
    "ResolutionPublished": _("Hasil dipublikasikan"),
    "PublicationWithdrawn": _("Publikasi ditarik"),
    "ComplainantInformed": _("Pelapor diberi tahu"),
}
DEADLINES: Final[Mapping[str, Text]] = {
    "response": _("Ditanggapi paling lambat"),
    "settlement": _("Selesai paling lambat"),
}
HOW: Final[Mapping[str, Text]] = {
    "overdue_response": _("tanggapan lewat batas"),
    "overdue_settlement": _("penyelesaian lewat batas"),
}
"""Why the system calls the team; a person's own way of calling is shown as typed."""
PERSON: Final[Mapping[str, Text]] = {
    "name": _("Nama"),
    "phone": _("Telepon"),
    "email": _("Surel"),
    "address": _("Alamat"),
}
OUTCOMES: Final[Mapping[str, Text]] = {"resolved": _("Terselesaikan")}
EFFECTIVE: Final = {True: _("Efektif"), False: _("Tidak efektif, kembali ke analisis")}
