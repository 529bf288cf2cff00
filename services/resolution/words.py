"""What people read of resolution's steps and events; the codes are those of calls and events."""

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
    "team-call/acknowledgement": _("Catat bahwa panggilan sampai"),
    "assignment": _("Tugaskan"),
    "comments": _("Tulis catatan"),
    "pause": _("Jeda: menunggu pelapor"),
    "resumption": _("Lanjutkan setelah jeda"),
    "escalation": _("Naikkan ke dinas kesehatan"),
    "escalation/answer": _("Jawab sebagai dinas kesehatan"),
    "referral": _("Teruskan ke instansi lain"),
    "reopening": _("Buka kembali"),
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
    "TeamCallAcknowledged": _("Panggilan sampai ke tim"),
    "CaseAssigned": _("Kasus ditugaskan"),
    "CaseCommented": _("Catatan"),
    "CasePaused": _("Jeda: menunggu pelapor"),
    "CaseResumed": _("Jeda berakhir"),
    "CaseEscalated": _("Dinaikkan ke dinas kesehatan"),
    "EscalationAnswered": _("Dijawab dinas kesehatan"),
    "CaseReferred": _("Diteruskan ke instansi lain"),
    "CaseCorrected": _("Kasus mengikuti formulir yang diperbaiki"),
    "CaseWithdrawn": _("Kasus berakhir"),
    "CaseJoined": _("Kasus berakhir: sama dengan keluhan lain"),
    "CaseRestored": _("Kasus dilanjutkan lagi"),
    "CaseRequestRefused": _("Permintaan tidak dapat dipenuhi lagi"),
    "KeyShared": _("Kunci isi keluhan diserahkan"),
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
GRADES_MEAN: Final[Mapping[str, Text]] = {
    "red": _("menyangkut polisi, pengadilan, kematian, atau kelangsungan layanan"),
    "yellow": _("mungkin diberitakan; kerugian yang tidak berupa benda"),
    "green": _("tanpa kerugian yang berarti"),
}
"""What a grade says: the criteria printed on hospitals' grading forms, which neither SOP has."""
DEADLINES: Final[Mapping[str, Text]] = {
    "response": _("Ditanggapi paling lambat"),
    "settlement": _("Selesai paling lambat"),
}
PROMISED: Final[Mapping[str, Text]] = {
    "response": _("tanggapan"),
    "settlement": _("penyelesaian"),
}
"""As `DEADLINES`, where there is room for a word."""
HOW: Final[Mapping[str, Text]] = {
    "overdue_response": _("tanggapan lewat batas"),
    "overdue_settlement": _("penyelesaian lewat batas"),
}
"""Why the system calls the team; a person's own way of calling is shown as typed."""
CALLED_FOR: Final[Mapping[str | None, Text]] = {"in_product": _("Keluhan baru untuk tim")}
"""What a call of the system tells those whom it calls, but for what is in their digests."""
REQUESTS: Final[Mapping[str, Text]] = {
    "withdrawal": _("pencabutan: hasilnya sudah didokumentasikan"),
    "duplicate": _("pengaitan: hasilnya sudah didokumentasikan"),
    "reopening": _("pembukaan kembali: kasus masih ditangani"),
}
"""What was asked for, and why it came to nothing."""
ENDED_BY: Final[Mapping[str, Text]] = {
    "complainant": _("keluhan dicabut oleh pelapor"),
    "officer": _("keluhan dicabut oleh petugas, atas permintaan pelapor"),
    "correction": _("formulirnya diperbaiki menjadi pujian"),
}
BY_RULE: Final = _("menurut aturan: batas waktu terlewat")
NOT_TOLD: Final = _("pelapor belum diberi tahu")
PERSON: Final[Mapping[str, Text]] = {
    "name": _("Nama"),
    "phone": _("Telepon"),
    "email": _("Surel"),
    "address": _("Alamat"),
}
FORM: Final[Mapping[str, Text]] = {
    "kind": _("Jenis"),
    "channel": _("Kanal"),
    "service_unit": _("Unit layanan"),
    "categories": _("Kategori"),
    "incident_at": _("Waktu kejadian"),
    "confidentiality": _("Kerahasiaan"),
    "relation": _("Hubungan dengan pasien"),
    "barrier": _("Hambatan saat menyampaikan"),
    "wants_answer_by": _("Ingin dikabari lewat"),
}
"""What stands on the complaint's form for everybody who reads the case."""
OUTCOMES: Final[Mapping[str, Text]] = {"resolved": _("Terselesaikan")}
EFFECTIVE: Final = {True: _("Efektif"), False: _("Tidak efektif, kembali ke analisis")}

CALLED: Final = ("complaint_team", "head", "quality_lead", "coordinator", "publisher", "officer")
"""The roles that a call by hand can name; the bell rings for those who hold them."""
_FIELDS: Final[Mapping[str, Text]] = {
    "grade": _("Tingkat"),
    "reason": _("Alasan"),
    "answer": _("Solusi yang diberikan"),
    "root_cause": _("Akar masalah"),
    "finding": _("Kesimpulan"),
    "summary": _("Hasil penanganan"),
    "outcome": _("Hasil akhir"),
    "effective": _("Hasil evaluasi"),
    "evaluation_note": _("Catatan"),
    "called": _("Siapa yang dipanggil"),
    "how": _("Dengan cara apa"),
    "met_by": _("Siapa yang menemui"),
    "meeting_note": _("Catatan pertemuan"),
    "reached": _("Siapa yang menerima panggilan"),
    "assignee": _("Ditugaskan kepada"),
    "unit": _("Unit"),
    "comment": _("Catatan"),
    "pause_reason": _("Apa yang ditunggu dari pelapor"),
    "resumption_note": _("Apa yang diterima"),
    "escalation_reason": _("Mengapa dinas diperlukan"),
    "decision": _("Arahan dinas"),
    "referred_to": _("Diteruskan kepada"),
    "referral_reason": _("Alasan"),
    "told_by": _("Pelapor diberi tahu lewat"),
    "reopening_reason": _("Mengapa dibuka kembali"),
}
_MOMENTS: Final = (
    "graded_at",
    "answered_at",
    "analysed_at",
    "planned_at",
    "documented_at",
    "evaluated_at",
    "called_at",
    "met_at",
    "reached_at",
    "assigned_at",
    "paused_at",
    "resumed_at",
    "escalated_at",
    "advised_at",
    "referred_at",
    "reopened_at",
)
PLAN_ROWS: Final = 6
"""Lines of the plan that the page has; those that stay empty are passed over."""
_ACTIONS_MOST: Final = 50
FIELDS: Final[Mapping[str, Text]] = {
    **_FIELDS,
    **dict.fromkeys(_MOMENTS, _("Kapan")),
    **dict.fromkeys((f"called_{role}" for role in CALLED), _("Siapa yang dipanggil")),
    **{
        f"{name}_{n}": label
        for n in range(1, PLAN_ROWS + 1)
        for name, label in (
            ("action", _("Tindakan {n}: apa yang akan dilakukan", n=n)),
            ("person", _("Tindakan {n}: penanggung jawab", n=n)),
            ("due", _("Tindakan {n}: batas", n=n)),
        )
    },
    **{
        f"{name}_{n}": label
        for n in range(1, _ACTIONS_MOST + 1)
        for name, label in (
            ("done_on", _("Tindakan {n}: dilakukan pada", n=n)),
            ("note", _("Tindakan {n}: apa yang dilakukan", n=n)),
        )
    },
}
"""What the fields of the steps' forms are called, for what is to be mended."""
