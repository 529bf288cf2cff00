"""What each step of a history says to people: who did what, without a word of what was said.

Names of people stand in the events of some steps; a sentence names roles only, for reporting's
pages and files are read away from home, too.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from services.kernel.contracts import Event, intake, meetings, publication, surveys
from services.kernel.contracts import resolution as told
from services.kernel.district import District
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web import words as glossary
from services.kernel.web.language import say
from services.reporting.replay.steps import Moved, Step
from services.reporting.words import Names

Written = Callable[[datetime], str]
"""Writes an instant as a page or paper does."""
BY_WHICH: Final[Mapping[str, Text]] = {
    "response": _("Batas tanggapan"),
    "settlement": _("Batas selesai"),
}
CLOCK: Final[Mapping[str, Text]] = {
    "running": _("berjalan"),
    "late": _("lewat batas"),
    "paused": _("berhenti: menunggu pelapor"),
    "settled": _("selesai"),
}
PASSED: Final[Mapping[str, Text]] = {
    "response": _("Batas tanggapan terlewat"),
    "settlement": _("Batas selesai terlewat"),
}
_PLAIN: Final[Mapping[type[Event], Text]] = {
    intake.ComplaintCorrectedV1: _("{who} membetulkan isian keluhan"),
    intake.DuplicateLinkedV1: _("{who} mengaitkannya dengan keluhan lain yang sama"),
    intake.DuplicateUnlinkedV1: _("{who} melepas kaitan dengan keluhan lain"),
    intake.AttachmentAddedV1: _("{who} menambahkan lampiran"),
    intake.ReopenRequestedV1: _("{who} meminta kasus dibuka kembali"),
    intake.ErasureRequestedV1: _("{who} meminta data orangnya dihapus"),
    intake.ErasureScheduledV1: _("{who} menutup isi keluhan; kuncinya menunggu dimusnahkan"),
    intake.ErasureRefusedV1: _("{who} menolak penghapusan data"),
    intake.ErasureCalledBackV1: _("{who} membatalkan penghapusan data"),
    intake.LegalHoldPlacedV1: _("{who} mencatat penahanan hukum"),
    intake.LegalHoldLiftedV1: _("{who} mencabut penahanan hukum"),
    intake.FeedbackHeardV1: _("{who} mencatat bahwa ini disampaikan dalam pertemuan"),
    meetings.ForumAnsweredV1: _("{who} menyampaikan hasilnya ke forum"),
    told.CaseOpenedV1: _("{who} membuka kasus"),
    told.CaseOpenedV2: _("{who} membuka kasus"),
    told.ComplainantMetV1: _("{who} menemui pelapor"),
    told.ImmediateAnswerGivenV1: _("{who} memberi solusi langsung"),
    told.TeamCallAcknowledgedV1: _("{who} mencatat bahwa panggilan sampai ke tim"),
    told.CaseCommentedV1: _("{who} menulis catatan"),
    told.CasePausedV1: _("{who} menjeda kasus: menunggu pelapor"),
    told.CaseResumedV1: _("{who} melanjutkan kasus sesudah jeda"),
    told.EscalationAnsweredV1: _("{who} menjawab kasus yang dinaikkan kepadanya"),
    told.CaseJoinedV1: _("{who} mengakhiri kasus: dijawab bersama keluhan yang sama"),
    told.CaseCorrectedV1: _("{who} menyesuaikan kasus dengan isian yang dibetulkan"),
    surveys.SurveyReturnedV1: _("{who} mengembalikan kerangka acuan survei"),
    surveys.SurveyApprovedV1: _("{who} menyetujui kerangka acuan survei"),
    surveys.SurveyOpenedV1: _("{who} membuka survei"),
    surveys.SurveyTabulatedV1: _("{who} mencatat tabel sebagai pengganti jawaban survei"),
    surveys.SurveyAnsweredV1: _("{who} mencatat satu jawaban survei"),
    surveys.SurveyRemarkLinkedV1: _("{who} mencatat masukan survei sebagai keluhan atau saran"),
    publication.PublicationDraftedV1: _("{who} menyimpan rancangan publikasi"),
    publication.PublicationDraftedV2: _("{who} menyimpan rancangan publikasi"),
    publication.PublicationReturnedV1: _("{who} mengembalikan rancangan publikasi"),
    publication.PublicationWithdrawnV1: _("{who} menarik publikasi"),
    publication.PlannedChangeDraftedV1: _("{who} menulis rencana perbaikan untuk umum"),
    publication.PlannedChangeDraftedV2: _("{who} menulis rencana perbaikan untuk umum"),
    publication.ReleaseCalledOffV1: _("{who} membatalkan jadwal terbit"),
    publication.MessageRequestedV1: _("{who} meminta pesan dikirim kepada pelapor"),
    publication.MessageAttemptedV1: _("{who} mencoba mengirim pesan kepada pelapor"),
    publication.MessagePostponedV1: _("{who} menunda pesan kepada pelapor"),
    publication.MessageSentV1: _("{who} mengirim pesan kepada pelapor"),
    publication.MessageDeliveredV1: _("{who} mencatat bahwa pesan sampai kepada pelapor"),
    publication.MessageFailedV1: _("{who} mencatat bahwa pesan kepada pelapor gagal"),
    publication.MessageOutcomeUnknownV1: _("{who} tidak tahu apakah pesan kepada pelapor terkirim"),
    publication.MessageDecidedV1: _("{who} memutuskan tentang pesan yang tidak pasti"),
}
_WITHDRAWN: Final[Mapping[str, Text]] = {
    "complainant": _("pelapor mencabutnya"),
    "officer": _("dicabut petugas atas permintaan pelapor"),
    "correction": _("isiannya dibetulkan menjadi pujian"),
}
_REFUSED: Final[Mapping[str, Text]] = {
    "withdrawal": _("pencabutan"),
    "duplicate": _("pengaitan dengan keluhan lain"),
    "reopening": _("pembukaan kembali"),
}
_EFFECTIVE: Final = {True: _("efektif"), False: _("belum efektif")}
_NOT_TOLD: Final = _("{who} mencatat bahwa pelapor tidak dapat diberi tahu")


class Sentences:
    """Says steps in one language, with the names of one district."""

    def __init__(self, district: District, language: str) -> None:
        self.language = language
        self.names = Names(district, language)

    def say(self, text: Text | str) -> str:
        """Return a sentence in this language."""
        return say(text, self.language)

    def word(self, kind: str, code: str) -> str:
        """Return the glossary's word for a code."""
        return self.say(glossary.word(kind, code))

    def of(self, step: Step) -> str:
        """Return what a step says: who did what."""
        return self.told(step.role, step.event, step.name)

    def told(self, role: str, event: Event, name: str) -> str:
        """Return what an event says that was recorded in a role."""
        who = self.word("role", role)
        text, more = self._parts(event, name)
        line = self.say(Text(text.msgid, (*text.values, ("who", who))))
        line += "".join(f" · {each}" for each in more if each)
        return line[:1].upper() + line[1:]

    def changes(self, step: Step, written: Written) -> list[str]:
        """Return what a step changed: the state, the promises, the clock; `written` writes an
        instant."""
        found = []
        before, after = step.before, step.after
        if after.state != before.state and after.state:
            states = [self.word("state", each) for each in (before.state, after.state) if each]
            found.append(self.say(_("Keadaan: {states}", states=" → ".join(states))))
        found += [self._moved(moved, after.paused, written) for moved in step.moved]
        if after.paused != before.paused:
            text = _("Jam berhenti") if after.paused else _("Jam berjalan lagi")
            found.append(self.say(text))
        if after.escalated and not before.escalated:
            found.append(self.say(_("Dinas kesehatan ikut menangani")))
        if before.escalated and not after.escalated:
            found.append(self.say(_("Kasus kembali ke Puskesmas")))
        return found

    def _moved(self, moved: Moved, paused: bool, written: Written) -> str:
        which = self.say(BY_WHICH[moved.name])
        before = moved.before and written(moved.before)
        after = moved.after and written(moved.after)
        if after and before:
            return f"{which}: {before} → {after}"
        if after:
            return f"{which}: {after}"
        if paused:
            return self.say(
                _("{which} {before} tidak berjalan selama jeda", which=which, before=before)
            )
        return self.say(_("{which} {before} gugur", which=which, before=before))

    def _parts(self, event: Event, name: str) -> tuple[Text, list[str]]:
        """Return an event's sentence, with `{who}` left open, and short facts after it."""
        if type(event) in _PLAIN:
            return _PLAIN[type(event)], []
        found = (
            self._of_case(event)
            or self._beside(event)
            or self._of_form(event)
            or self._of_survey(event)
        )
        return found or (_("{who} mencatat {name}", name=name), [])

    def _of_survey(self, event: Event) -> tuple[Text, list[str]] | None:
        match event:
            case surveys.SurveyProposedV1():
                asked = self.say(_("sampel {n} responden", n=event.sample))
                return _("{who} menulis kerangka acuan survei"), [event.period, asked]
            case surveys.SurveyUnitsCoordinatedV1():
                units = [self.names.unit(each) or each for each in event.units]
                return _("{who} berkoordinasi dengan unit yang ikut survei"), units
            case surveys.SurveyClosedV1() | surveys.SurveyClosedV2():
                told_by = self.say(_("{n} responden", n=event.respondents))
                return _("{who} menutup survei"), [told_by, self._index(event.converted)]
            case surveys.SurveyPublishedV1() | surveys.SurveyPublishedV2():
                index = self._index(event.converted)
                return _("{who} menerbitkan hasil survei"), [index, *self._media(event.media)]
        return None

    def _index(self, converted: str | None) -> str:
        if converted is None:
            return self.say(_("tanpa indeks"))
        return self.say(_("indeks {n}", n=formats.number(float(converted), self.language, 2)))

    def _of_case(self, event: Event) -> tuple[Text, list[str]] | None:
        match event:
            case told.TeamNotifiedV1():
                roles = [r for r in event.roles if r in glossary.WORDS["role"]]
                why = PASSED.get(event.how.removeprefix("overdue_"))
                told_to = ", ".join(self.word("role", role) for role in roles)
                text = _("{who} memberi tahu {roles}", roles=told_to or self.say(_("tim keluhan")))
                return text, [self.say(why)] if why else []
            case told.CaseGradedV1():
                grade = self.word("grade", event.grade).lower()
                return _("{who} memberi tingkat {grade}", grade=grade), []
            case told.ComplaintAnalysedV1():
                finding = self.word("finding", event.finding).lower()
                return _("{who} menganalisis keluhan: {finding}", finding=finding), []
            case told.ResponsePlannedV1():
                count = len(event.actions)
                return _("{who} menyusun rencana dengan {count} tindakan", count=count), []
            case told.FollowUpCarriedOutV1():
                text = _("{who} mencatat tindakan {n} selesai", n=event.action_number)
                done = _("dilakukan {day}", day=f"{event.done_on:%d-%m-%Y}")
                return text, [self.say(done)]
            case told.ResolutionDocumentedV1():
                outcome = self.word("finding", event.outcome)
                if event.outcome == "resolved":
                    outcome = self.say(_("Terselesaikan"))
                return _("{who} mendokumentasikan hasil: {what}", what=outcome.lower()), []
            case told.EvaluationRecordedV1():
                verdict = self.say(_EFFECTIVE[event.effective])
                return _("{who} menilai penanganan: {verdict}", verdict=verdict), []
            case told.CaseReopenedV1():
                return _("{who} membuka kembali kasus"), []
        return None

    def _beside(self, event: Event) -> tuple[Text, list[str]] | None:
        match event:
            case told.CaseAssignedV1():
                unit = self.names.unit(event.assigned_unit)
                return _("{who} menugaskan kasus"), [unit] if unit else []
            case told.CaseEscalatedV1():
                text = _("{who} menaikkan kasus ke dinas kesehatan")
                why = PASSED.get(event.overdue or "")
                return text, [self.say(why)] if why else []
            case told.CaseReferredV1():
                text = _("{who} meneruskan kasus ke instansi lain")
                return text, [] if event.told else [self.say(_("pelapor belum diberi tahu"))]
            case told.CaseWithdrawnV1():
                by = self.say(_WITHDRAWN.get(event.by, event.by))
                return _("{who} mengakhiri kasus: {why}", why=by), []
            case told.KeySharedV1():
                return _("{who} membagikan kunci isi keluhan ke {to}", to=event.receiver), []
            case told.CaseRestoredV1():
                return _("{who} melanjutkan kasus yang sudah berakhir"), []
            case told.CaseRequestRefusedV1():
                what = self.say(_REFUSED.get(event.request, event.request))
                return _("{who} tidak dapat memenuhi permintaan: {what}", what=what), []
        return None

    def _of_form(self, event: Event) -> tuple[Text, list[str]] | None:
        match event:
            case intake.ComplaintReceivedV1():
                kind = self.word("kind", event.kind).lower()
                text = _("{who} mencatat {kind} baru", kind=kind)
                return text, [self.word("channel", event.channel)]
            case intake.ComplaintWithdrawnV1():
                return _("{who} mencatat pencabutan keluhan"), []
            case intake.ComplainantRatedV1():
                return _("{who} menilai penanganan: {n} dari 4", n=event.rating), []
            case intake.PersonErasedV1():
                return _("{who} memusnahkan isi dan identitas"), [event.origin]
            case publication.PublicationApprovedV1():
                return _("{who} menyetujui publikasi"), self._media(event.media)
            case publication.ResolutionPublishedV1():
                return _("{who} menerbitkan hasil"), self._media(event.media)
            case publication.PlannedChangePublishedV1():
                return _("{who} menerbitkan rencana perbaikan"), self._media(event.media)
            case publication.ReleaseScheduledV1():
                return _("{who} menjadwalkan terbitnya"), self._media(event.media)
            case publication.PublicationEvidencedV1():
                return _("{who} mencatat bukti terbit"), self._media([event.medium])
            case publication.ComplainantInformedV1():
                if event.channel not in glossary.WORDS["channel"]:
                    return _NOT_TOLD, []
                return _("{who} memberi tahu pelapor"), [self.word("channel", event.channel)]
        return None

    def _media(self, media: list[str]) -> list[str]:
        return [self.word("media", each) for each in media]
