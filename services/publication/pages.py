"""Publication's pages: what waits to be published, and one result beside the words it answers."""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Final, NamedTuple
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import intent, once_of_form
from services.kernel.contracts import SealedBox, in_order, intake, read
from services.kernel.district import District
from services.kernel.errors import FieldError, NotFound, Problem
from services.kernel.files.content import REQUEST_BYTES, SENT_MOST
from services.kernel.follower import arrived
from services.kernel.keyring import Words
from services.kernel.text import Text, _
from services.kernel.web import words as glossary
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of, say
from services.kernel.web.opened import REASONS_WHY
from services.kernel.web.others import namer, since, version_of
from services.kernel.web.pages import Entry, NavItem, render
from services.kernel.web.resumed import not_shown_yet
from services.publication import announcing_pages, evidence_pages, post_pages, shown
from services.publication.announcing import Announcing
from services.publication.api import EvidenceBody
from services.publication.application import Publishing, why_taken_back
from services.publication.domain import INFORMED_BY, MEDIA, Publication
from services.publication.domain.redaction import (
    NOBODY,
    gives_away,
    kinds,
)
from services.publication.messages.pages import STATES as MESSAGES
from services.publication.messages.table import newest
from services.publication.pictures import NAMES as PICTURES
from services.publication.proving import Proving
from services.publication.scheduling import Scheduling
from services.publication.steps import FORMS, Desk, StepForm, Values, must_confirm, read_form

READ: Final = "publication.read"
PATH: Final = "/terbitkan"
NAV: Final = (NavItem("publications", _("Terbitkan"), PATH, READ),)
REPLACED: Final = (_("Diganti"), "quiet", "–")
SAVED: Final = flash("publication.saved", _("Langkah ini sudah tercatat."))
STATES: Final[Mapping[str, tuple[Text, str, str]]] = {
    "drafted": (_("Rancangan"), "soon", "○"),
    "returned": (_("Dikembalikan"), "late", "↩"),
    "approved": (_("Disetujui"), "", "●"),
    "released": (_("Dipublikasikan"), "well", "✓"),
    "withdrawn": (_("Ditarik"), "quiet", "–"),
}
WAITS: Final[Mapping[str, Text]] = {
    "redraft": _("Menunggu disusun ulang"),
    "approval": _("Menunggu persetujuan"),
    "release": _("Menunggu diterbitkan"),
    "informed": _("Menunggu kabar ke pelapor"),
}
"""By the step that is next; `menunggu` in the address of the list."""
TV_WORDS: Final = 25
"""On a screen across a waiting room people read no more than this in the time that it stands."""
LABELS: Final = {
    "draft_text": _("Teks untuk umum"),
    "approval_text": _("Teks hasil"),
    "approval_media": _("Boleh ditampilkan di"),
    "approval_confirm": _("Persetujuan kedua"),
    "return_reason": _("Apa yang perlu diperbaiki"),
    "release_media": _("Tampilkan di"),
    "schedule_release_at": _("Terbit pada"),
    "schedule_media": _("Tampilkan di"),
    "evidence_medium": _("Terlihat di"),
    "evidence_link": _("Alamat kiriman"),
    "evidence_file": _("Foto atau pindaian"),
    "evidence_seen_at": _("Kapan terlihat"),
    "withdrawal_reason": _("Mengapa ditarik"),
    "informed_channel": _("Dikabari lewat"),
    "informed_informed_at": _("Kapan"),
}

EVENTS: Final[Mapping[str, Text]] = {
    "PublicationDrafted": _("Rancangan publikasi disimpan"),
    "PublicationApproved": _("Publikasi disetujui"),
    "PublicationReturned": _("Rancangan publikasi dikembalikan"),
    "ResolutionPublished": _("Hasil dipublikasikan"),
    "PublicationWithdrawn": _("Publikasi ditarik"),
    "ComplainantInformed": _("Pelapor diberi tahu"),
    "PlannedChangeDrafted": _("Rencana untuk umum ditulis"),
    "PlannedChangePublished": _("Rencana dipublikasikan"),
    "ReleaseScheduled": _("Terbitnya dijadwalkan"),
    "ReleaseCalledOff": _("Jadwal terbit dibatalkan"),
    "PublicationEvidenced": _("Bukti terbit dicatat"),
}


class Sent(NamedTuple):
    """What a form brought: its fields, and a photo."""

    values: Values
    photo: bytes | None


async def _fields(request: Request) -> Sent:
    form = await request.form()
    values: Values = {name: value for name, value in form.items() if isinstance(value, str)}
    for name in ("approval_media", "release_media", "schedule_media"):
        values[name] = [each for each in form.getlist(name) if isinstance(each, str)]
    file = form.get("evidence_file")
    photo = await file.read(REQUEST_BYTES) if isinstance(file, UploadFile) else b""
    return Sent(values, photo or None)


Fields = Annotated[Sent, Depends(_fields)]
Reader = Annotated[Principal, requires(READ)]


def router(
    publishing: Publishing, proving: Proving, words: Words, district: District | None = None
) -> APIRouter:
    """Return publication's pages.

    `district` gives a Puskesmas its name and its zone; without it the code stands for the name,
    and a step is recorded as of now.
    """
    pages = APIRouter(include_in_schema=False)
    _add_lists(pages, publishing, words, district)
    post_pages.add(pages, publishing, district)
    announcing_pages.add(pages, Announcing(publishing), words, district)
    evidence_pages.add(pages, publishing, proving, district)
    desk = Desk(publishing, Scheduling(publishing), proving)
    _add_one(pages, desk, words, district)
    return pages


def _add_lists(
    pages: APIRouter, publishing: Publishing, words: Words, district: District | None
) -> None:
    @pages.get(PATH)
    def waiting(
        request: Request,
        principal: Reader,
        menunggu: str | None = None,
        cursor: Annotated[int, Query(ge=0, le=2**62)] = 0,
    ) -> Response:
        """Show what waits to be approved, released, or told to the complainant."""
        chosen = menunggu if menunggu in WAITS else None
        found, following = publishing.waiting(
            principal.scope(READ),
            chosen,
            reaches=lambda each: shown.reaches(principal, each, district),
            after=cursor,
        )
        boxes = [
            (shown.about(district, each), box) for each in found for box in shown.boxes_of(each)
        ]
        opened = iter(words.open(principal, "publications", boxes))
        complaints = [each.complaint for each in found]
        erased, told = words.erased(complaints), newest(publishing, complaints)
        here = f"{PATH}?menunggu={chosen}" if chosen else PATH
        more = f"{here}{'&' if chosen else '?'}cursor={following}"
        return render(
            request,
            "publication/list.html",
            section="publications",
            rows=[
                {
                    "it": each,
                    "text": next(opened),
                    "why": next(opened),
                    "erased": str(each.complaint) in erased,
                    "place": shown.place_of(district, each.puskesmas),
                    "unit": shown.unit_shown(district, each, language_of(request)),
                    "waits_for": shown.all_waits_for(each),
                    "message": MESSAGES.get(told.get(each.complaint, "")),
                }
                for each in found
            ],
            title=WAITS[chosen] if chosen else _("Menunggu diterbitkan atau dikabarkan"),
            states=STATES,
            waits=WAITS,
            chosen=chosen,
            first=here if cursor else None,
            next=None if following is None else more,
        )

    @pages.get("/publikasi")
    def of_complaint(request: Request, principal: Reader, complaint: UUID) -> Response:
        """Lead from a complaint to its newest publication."""
        found = publishing.of_complaint(complaint)
        if not found:
            raise NotFound(_("Keluhan ini belum punya rancangan publikasi."))
        principal.role_for(READ, found[-1].puskesmas)
        return RedirectResponse(f"{PATH}/{found[-1].id}", 303)


def _add_one(pages: APIRouter, desk: Desk, words: Words, district: District | None) -> None:
    publishing = desk.publishing

    def show(
        request: Request,
        it: Publication,
        principal: Principal,
        form: Form,
        status: int = 200,
        refused: str | None = None,
        begin: str | None = None,
    ) -> Response:
        zone = shown.zone_of(district, it.puskesmas)
        allowed = publishing.allowed(it)
        may = [s for s in allowed if principal.may(FORMS[s].permission, it.puskesmas)]
        asks_why, (said, text, why, *links) = _opened(publishing, words, district, principal, it)
        person = NOBODY if text is None else publishing.complainant(it)
        language = language_of(request)
        marking = partial(
            shown.marked,
            person,
            it.confidentiality == "confidential",
            shown.unit_of(district, it, language),
        )
        beginnings = shown.beginnings(district, publishing.categories(it), language)
        replaced, replaced_by = publishing.also_released(it)
        reaching = publishing.ways_to_inform(it)
        return render(
            request,
            "publication/publication.html",
            status=status,
            section="publications",
            place=shown.place_of(district, it.puskesmas),
            zone=zone,
            dated=zone is not None,
            it=it,
            said=said,
            asks_why=asks_why,
            reasons_why=REASONS_WHY,
            text=text,
            why=why,
            post=post_pages.post_of(request, publishing, district, it),
            picture_names=PICTURES,
            replaced=replaced,
            replaced_by=replaced_by,
            worded_by=namer(request.app.state.access)(*it.worded_by),
            erased=bool(words.erased([str(it.complaint)])),
            beginnings=beginnings,
            begun=next((said for code, _name, said in beginnings if code == begin), None),
            pieces=(marked := marking(text)),
            marked=kinds(marked),
            said_pieces=marking(said),
            named=gives_away(text or "", person) or bool(form.error("approval_text")),
            second=it.state == "approved" and it.needs_confirmation,
            unit=shown.unit_shown(district, it, language),
            tv_words=TV_WORDS,
            may=may,
            tells=principal.may("message.read", it.puskesmas),
            message=MESSAGES.get(newest(publishing, [it.complaint]).get(it.complaint, "")),
            taken_back=why_taken_back(it) if (taken_back := publishing.taken_back(it)) else None,
            waits_for=None if taken_back else shown.waits_for(it),
            next_of=shown.roles_said(shown.next_step(it)),
            state=REPLACED if replaced_by and it.state == "released" else STATES[it.state],
            media=[(code, glossary.word("media", code)) for code in MEDIA],
            scheduled=it.scheduled
            and [say(glossary.word("media", code), language) for code in it.scheduled.media],
            proofs=evidence_pages.shown(it, links, namer(request.app.state.access)),
            unproven=[say(glossary.word("media", code), language) for code in it.unproven],
            out=[(code, glossary.word("media", code)) for code in it.shown],
            unshown=[(code, glossary.word("media", code)) for code in it.not_shown],
            shown=[say(glossary.word("media", code), language) for code in it.shown],
            channels=[(code, shown.channel_said(code)) for code in INFORMED_BY],
            reaching=[(code, shown.channel_said(code)) for code in reaching],
            labels=LABELS,
            form=form,
            refused=refused,
            gone=refused is not None and refused not in may,
            changes=_changed(request, publishing, it.id, form),
            key=str(uuid4()),
        )

    @pages.get(PATH + "/{id}")
    def publication(
        request: Request, id: UUID, principal: Reader, awal: str | None = None
    ) -> Response:
        """Show one result beside the complaint, with the forms of the steps that are open; `awal`
        is the category with whose words the draft is to begin."""
        it = publishing.get(id)
        principal.role_for(READ, it.puskesmas)
        return show(request, it, principal, Form(), begin=awal)

    def take(request: Request, id: UUID, name: str, sent: Sent) -> Response:
        values = sent.values
        principal: Principal = request.state.principal
        step, it = FORMS[name], publishing.get(id)
        principal.role_for(step.permission, it.puskesmas)
        try:
            not_shown_yet(values)
            body = read_form(step, name, values, shown.zone_of(district, it.puskesmas))
            if name == "approval" and it.state == "approved" and it.needs_confirmation:
                must_confirm(body)
            marked: Values = values
            if isinstance(body, EvidenceBody) and sent.photo:
                body.photo = sent.photo
                marked = {**values, "photo": hashlib.sha256(sent.photo).hexdigest()}
            at = getattr(body, "informed_at", None) or getattr(body, "seen_at", None)
            who = intent(principal, step.permission, it.puskesmas, at)
            repeat = once_of_form(principal.account_id, f"POST {request.url.path}", marked)
            step.call(desk, id, who, body, once=repeat, expected=version_of(values))
        except Problem as problem:
            # Also a refusal by rule (the approver is the author): the page says it in place.
            errors = tuple(FieldError(f"{name}_{e.field}", e.message) for e in problem.errors)
            form = Form.refused(values, problem, errors)
            return show(request, publishing.get(id), principal, form, problem.status, name)
        return see_other(request, f"{PATH}/{id}", SAVED)

    def add_step(name: str, step: StepForm) -> None:
        @pages.post(
            f"{PATH}/{{id}}/{name}",
            dependencies=[requires(step.permission)],
            max_body_size=SENT_MOST if name == "evidence" else None,
        )
        def one(request: Request, id: UUID, sent: Fields) -> Response:
            """Record one step of a publication."""
            return take(request, id, name, sent)

    for name, step in FORMS.items():
        add_step(name, step)


def _opened(
    publishing: Publishing,
    words: Words,
    district: District | None,
    principal: Principal,
    it: Publication,
) -> tuple[bool, tuple[str | None, ...]]:
    """Return whether the reader is to say first why they open words of so long ago; and the
    complaint's words, the publication's, and why it was handed back, None for what stays
    sealed."""
    original: SealedBox | None = None
    for message in sorted(arrived(publishing, it.complaint), key=in_order):
        event = read(message)
        if isinstance(event, intake.ComplaintReceivedV1 | intake.ComplaintCorrectedV1):
            original = event.text
    about = shown.about(district, it, shown.settled_at(publishing, it))
    boxes = (original, *shown.boxes_of(it), *(each.link for each in it.evidence))
    opened = words.open(principal, "publication", [(about, box) for box in boxes])
    return words.asks(principal, about, boxes), tuple(opened)


def _changed(request: Request, publishing: Publishing, id: UUID, form: Form) -> list[Entry]:
    """Return what others did to the publication since a form that came back was made."""
    shown = version_of(form.values)
    if shown is None:
        return []
    return since(publishing.history(id), shown, EVENTS, namer(request.app.state.access))
