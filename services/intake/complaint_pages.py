"""Intake's page of one complaint: its form as it stands, and what is done later to it."""

from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Annotated, Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from services.intake.amending import Amending
from services.intake.application import Intake
from services.intake.attachments import Attaching
from services.intake.cases import Cases, refusal
from services.intake.changes import changed
from services.intake.domain import BY_OFFICER, Complaint
from services.intake.filled import Person, person_of
from services.intake.forms import form_of
from services.intake.register import Register
from services.intake.suggesting import Suggesting
from services.intake.surveys.tables import from_survey
from services.intake.typed import line, moment, read_form, refused, spoken, typed_fields
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.aggregate import Intent
from services.kernel.commands import intent, once_of_form
from services.kernel.errors import FieldError, Forbidden, InvalidInput, Problem, invalid
from services.kernel.files.content import REQUEST_BYTES, SENT_MOST
from services.kernel.keyring import Standing, Words
from services.kernel.text import Text, _
from services.kernel.vocabulary import CASE_KINDS
from services.kernel.web import words as glossary
from services.kernel.web.flash import Flash, flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.opened import REASONS_WHY, WHY_LABELS, Why, say_why
from services.kernel.web.opened import opened as opened_by
from services.kernel.web.others import namer, version_of
from services.kernel.web.pages import render
from services.kernel.web.resumed import not_shown_yet

PATH: Final = "/catat/{id}"
CORRECT: Final = "complaint.correct"
CORRECTED: Final = flash("complaint.corrected", _("Pembetulan tersimpan."))
WITHDRAWN: Final = flash("complaint.withdrawn", _("Keluhan dicabut."))
LINKED: Final = flash("complaint.linked", _("Tautan duplikat tersimpan."))
UNLINKED: Final = flash("complaint.unlinked", _("Tautan duplikat dilepaskan."))
ATTACHED: Final = flash("complaint.attached", _("Lampiran tersimpan."))
MORE_LABELS: Final = {
    "reason": _("Mengapa dibetulkan"),
    "original": _("Nomor keluhan asal"),
    "file": _("Berkas"),
    "withdrawal_reason": _("Alasan pelapor, bila disebut"),
    "withdrawn_at": _("Kapan pelapor mengatakannya"),
}

Fields = Annotated[dict[str, str | list[str]], Depends(typed_fields)]
Values = Mapping[str, str | list[str]]
Choices = Callable[[Intake, Any, str], Mapping[str, Any]]
Do = Callable[[Complaint, Intent, dict[str, Any]], Any]


async def sent_file(request: Request) -> tuple[str, bytes, dict[str, str | list[str]]]:
    """Return the file that was chosen (or an empty one) and the form's other fields."""
    form = await request.form()
    file = form.get("file")
    values: dict[str, str | list[str]] = {
        name: value for name, value in form.items() if isinstance(value, str)
    }
    if isinstance(file, UploadFile):
        return file.filename or "", await file.read(REQUEST_BYTES), values
    return "", b"", values


def add(
    pages: APIRouter,
    intake: Intake,
    words: Words,
    suggesting: Suggesting,
    cases: Cases,
    labels: Mapping[str, Text],
    choices: Choices,
) -> None:
    """Add the page and its forms; `labels` and `choices` are the desk's."""
    amending, attaching = Amending(intake, cases), Attaching(intake, cases)
    register = Register(intake)

    def show(
        request: Request,
        principal: Principal,
        id: UUID,
        form: Form,
        status: int = 200,
        opened: str = "",
    ) -> Response:
        complaint = intake.get(id)
        here = intake.at(complaint.puskesmas)
        files = list(complaint.attachments.items())
        state, in_vain, closed_at = cases.standing(id)
        about = attaching.about(complaint, closed_at)
        boxes = [complaint.text, complaint.complainant, *(each.file_name for _id, each in files)]
        links = principal.may("complaint.link", complaint.puskesmas)
        suggested = suggesting.of(complaint) if links else []
        wanted = [
            (attaching.about(it, cases.standing(it.id).closed_at), it.text)
            for it in (each.complaint for each in suggested)
        ]
        text, person, *names = words.open(
            principal, "complaint_form", [(about, box) for box in boxes]
        )
        # An entry of its own: those complaints were not read on their own form.
        said = words.open(principal, "alike", wanted)
        gone = words.erased([str(each.complaint.id) for each in suggested])
        who, zone = namer(request.app.state.access), ZoneInfo(here.zone)
        openings = words.openings(principal, complaint.puskesmas, str(id))
        original = complaint.original and intake.get(UUID(complaint.original))
        stand = intake.stand(complaint)
        refusals = {name: refusal(state, name) for name in ("withdrawal", "duplicate")}
        response = render(
            request,
            "intake/complaint.html",
            status=status,
            section="desk",
            zone=zone,
            place=here.name,
            openings=opened_by(openings, str(id), zone, who),
            it=complaint,
            unread=stand.said,
            erased=stand.how is Standing.ERASED,
            asks_why=words.asks(principal, about, boxes),
            reasons_why=REASONS_WHY,
            has_case=complaint.kind in CASE_KINDS,
            text=text,
            person=person_of(person) if person else Person(),
            person_sealed=complaint.complainant is not None and person is None,
            incident=_local(complaint.incident_at, zone),
            files=[(each, one, name) for (each, one), name in zip(files, names, strict=True)],
            from_survey=from_survey(intake, id),
            original=original,
            duplicates=[intake.get(each) for each in amending.duplicates(id)],
            links=links,
            may_erase=principal.may("erasure.read", complaint.puskesmas),
            suggested=[
                (each, its, str(each.complaint.id) in gone)
                for each, its in zip(suggested, said, strict=True)
            ],
            choices=_with_standing(complaint, choices(intake, here, language_of(request))),
            labels={**labels, **MORE_LABELS, **WHY_LABELS},
            form=form,
            opened=opened,
            gone=opened == "withdraw" and bool(refusals["withdrawal"]),
            state=state,
            in_vain=in_vain,
            refusals=refusals,
            changes=changed(intake, id, form, labels, who),
            key=str(uuid4()),
        )
        response.headers["cache-control"] = "no-store"
        return response

    @pages.post(PATH + "/alasan")
    def why_opened(
        request: Request,
        id: UUID,
        principal: Annotated[Principal, requires("words.open")],
        why: Why = "",
        why_note: Why = "",
    ) -> Response:
        """Note why the reader opens the words of a complaint that is long past."""
        complaint = intake.get(id)
        about = attaching.about(complaint, cases.standing(id).closed_at)
        boxes = [complaint.text, complaint.complainant]
        form = say_why(words, principal, about, boxes, why, why_note)
        if form is not None:
            return show(request, principal, id, form, InvalidInput.status)
        return see_other(request, f"/catat/{id}")

    def take(
        request: Request,
        id: UUID,
        principal: Principal,
        permission: str,
        values: Values,
        do: Do,
        said: Flash,
        opened: str,
        at: str = "",
    ) -> Response:
        """Do one thing to a complaint and show it again, or what is to be mended."""
        complaint = intake.get(id)
        principal.role_for(permission, complaint.puskesmas)
        zone = ZoneInfo(intake.at(complaint.puskesmas).zone)
        try:
            not_shown_yet(values)
            wrong: list[FieldError] = []
            when = moment(line(values, at), at, zone, wrong) if at else None
            if wrong:
                raise InvalidInput(*wrong)
            who = intent(principal, permission, complaint.puskesmas, when)
            more = {
                "once": once_of_form(principal.account_id, f"POST {request.url.path}", values),
                "expected": version_of(values),
            }
            do(complaint, who, more)
        except Forbidden:
            raise
        except Problem as problem:
            form = refused(values, problem, _PLACES[opened])
            return show(request, principal, id, form, problem.status, opened)
        return see_other(request, f"/catat/{id}", said)

    @pages.get(PATH)
    def complaint(
        request: Request, id: UUID, principal: Annotated[Principal, requires(CORRECT)]
    ) -> Response:
        """Show a complaint's form as it stands, words opened by role."""
        principal.role_for(CORRECT, intake.get(id).puskesmas)
        return show(request, principal, id, Form())

    @pages.post(PATH + "/betulkan")
    def correct(
        request: Request,
        id: UUID,
        values: Fields,
        principal: Annotated[Principal, requires(CORRECT)],
    ) -> Response:
        """Put right what stands on the form."""

        def do(complaint: Complaint, who: Intent, more: dict[str, Any]) -> None:
            changes = _changes(complaint, values, principal)
            reason = spoken(values, "reason")
            if not reason:
                raise invalid("reason", _("Tulis mengapa dibetulkan."))
            amending.correct(id, who, changes, reason, **more).result()

        return take(request, id, principal, CORRECT, values, do, CORRECTED, "correct")

    def _changes(complaint: Complaint, values: Values, principal: Principal) -> dict[str, Any]:
        zone = ZoneInfo(intake.at(complaint.puskesmas).zone)
        about = attaching.about(complaint, cases.standing(complaint.id).closed_at)
        boxes = [(about, complaint.text), (about, complaint.complainant)]
        text, person = words.open(principal, "complaint_form", boxes)
        typed = dict(values)
        unread = text is None and not line(values, "text")
        if unread:
            typed["text"] = "-"
        elif text is not None and _lines(line(values, "text")) == _lines(text):
            typed["text"] = text
        changes = dict(vars(form_of(read_form(typed, zone))))
        if unread:
            del changes["text"]
        if complaint.complainant is not None and person is None:
            del changes["person"]
        return changes

    @pages.post(PATH + "/cabut")
    def withdraw(
        request: Request,
        id: UUID,
        values: Fields,
        principal: Annotated[Principal, requires("complaint.withdraw")],
    ) -> Response:
        """Record that the person took the complaint back."""

        def do(complaint: Complaint, who: Intent, more: dict[str, Any]) -> None:
            reason = spoken(values, "withdrawal_reason") or None
            amending.withdraw(id, who, BY_OFFICER, reason, **more).result()

        permission = "complaint.withdraw"
        return take(
            request, id, principal, permission, values, do, WITHDRAWN, "withdraw", "withdrawn_at"
        )

    @pages.post(PATH + "/duplikat")
    def link(
        request: Request,
        id: UUID,
        values: Fields,
        principal: Annotated[Principal, requires("complaint.link")],
    ) -> Response:
        """Say which complaint said the same before, by its number."""

        def do(complaint: Complaint, who: Intent, more: dict[str, Any]) -> None:
            number = line(values, "original")
            if not number:
                raise invalid("original", _("Tulis nomor keluhan asalnya."))
            other = register.by_number(number)
            if other is None or intake.get(other).puskesmas != complaint.puskesmas:
                raise invalid("original", _("Nomor ini tidak ditemukan di Puskesmas ini."))
            amending.link(id, who, other, **more).result()

        return take(request, id, principal, "complaint.link", values, do, LINKED, "link")

    @pages.post(PATH + "/duplikat/lepas")
    def unlink(
        request: Request,
        id: UUID,
        values: Fields,
        principal: Annotated[Principal, requires("complaint.link")],
    ) -> Response:
        """Take the link to the original back."""

        def do(complaint: Complaint, who: Intent, more: dict[str, Any]) -> None:
            # Pressed twice, it is gone already, which is what was wanted.
            if complaint.original is not None:
                amending.unlink(id, who, UUID(complaint.original), **more).result()

        return take(request, id, principal, "complaint.link", values, do, UNLINKED, "link")

    @pages.post(PATH + "/lampiran", max_body_size=SENT_MOST)
    def attach(
        request: Request,
        id: UUID,
        sent: Annotated[tuple[str, bytes, dict[str, str | list[str]]], Depends(sent_file)],
        principal: Annotated[Principal, requires("complaint.attach")],
    ) -> Response:
        """Put a photo or PDF with the complaint."""
        name, data, values = sent

        def do(complaint: Complaint, who: Intent, more: dict[str, Any]) -> None:
            if not data:
                raise invalid("file", _("Pilih berkas."))
            key = more["once"].key if more["once"] else None
            attaching.attach(id, who, data, name, key=key, expected=more["expected"])

        return take(request, id, principal, "complaint.attach", values, do, ATTACHED, "attach")


_PLACES: Final[Mapping[str, Mapping[str, str]]] = {
    "correct": {"occurred_at": "incident_date", "complainant": "confidentiality"},
    "withdraw": {"reason": "withdrawal_reason"},
    "link": {},
    "attach": {},
}


def _with_standing(complaint: Complaint, choices: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may be chosen, with what stands there: an import may come by other channels."""
    found = dict(choices)
    for field in ("channel", "wants_answer_by"):
        code = getattr(complaint, field)
        if code is not None and code not in dict(found[field]):
            found[field] = [*found[field], (code, glossary.word("channel", code))]
    return found


def _local(moment: datetime | None, zone: ZoneInfo) -> tuple[str, str]:
    """Return a day and an hour as a form shows them; a day from its beginning has no hour."""
    if moment is None:
        return "", ""
    local = moment.astimezone(zone)
    return local.date().isoformat(), "" if local.time() == time() else local.strftime("%H:%M")


def _lines(text: str) -> list[str]:
    """Return the lines of a text: browsers end them in their own way."""
    return text.strip().splitlines()
