"""The public's form: three short steps that need no script, then the receipt.

What was typed travels from step to step in the form itself, so nothing is kept here before it is
sent; no word of it stands in an address.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.attachments import Attaching
from services.intake.forms import form_of
from services.intake.slips import receipt_of
from services.intake.typed import YEARS_BACK, Values, day_of_incident, line, read_form, refused
from services.kernel.access.web import PUBLIC, count_a_form
from services.kernel.aggregate import Intent
from services.kernel.commands import once_of_form
from services.kernel.district import Puskesmas
from services.kernel.errors import FieldError, InvalidInput, Problem, TooMany
from services.kernel.files.content import REQUEST_BYTES, SENT_MOST, cleaned
from services.kernel.text import UNREADABLE, Text, _, is_readable
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render

Choices = Callable[[Intake, Puskesmas, str], Mapping[str, list[tuple[str, object]]]]

ANYBODY: Final = "public"
# The fields of each step; only these are the public's to fill in, the rest is the desk's.
STEPS: Final[tuple[tuple[str, ...], ...]] = (
    ("kind", "text"),
    ("service_unit", "incident_date"),
    ("name", "phone", "anonymous", "file"),
)
TITLES: Final = (
    _("Apa yang ingin Anda sampaikan?"),
    _("Di bagian mana, dan kapan?"),
    _("Bagaimana kami mengabari Anda?"),
)
LABELS: Final[Mapping[str, Text]] = {
    "text": _("Ceritakan"),
    "name": _("Nama Anda"),
    "phone": _("Nomor telepon Anda"),
    "file": _("Foto atau PDF"),
}
TEXT_MOST: Final = 10_000
IN_BROWSER: Final = "private, no-cache"
"""The browser may keep a step for its own Back button, which would else show an error instead of
what was typed, and the receipt with its code; nobody in between may."""
_LAST: Final = len(STEPS)
_CARRIED: Final = tuple(name for step in STEPS for name in step if name != "file")
_PLACES: Final = {
    "complainant": "anonymous",
    "confidentiality": "anonymous",
    "occurred_at": "incident_date",
}


async def sent(request: Request) -> tuple[Values, str, bytes]:
    """Return what was typed, and the name and bytes of the photo (none: empty).

    Of a photo that is too large no more is read than shows that it is.
    """
    form = await request.form()
    values = {name: value for name, value in form.items() if isinstance(value, str)}
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        return values, file.filename, await file.read(REQUEST_BYTES)
    return values, "", b""


Sent = Annotated[tuple[Values, str, bytes], Depends(sent)]


def add(
    pages: APIRouter, intake: Intake, desk_labels: Mapping[str, Text], choices: Choices
) -> None:
    """Add the form; `desk_labels` and `choices` are the desk's."""
    attaching = Attaching(intake)
    labels = {**desk_labels, **LABELS}

    def show(
        request: Request, here: Puskesmas, form: Form, step: int, status: int = 200
    ) -> Response:
        zone = ZoneInfo(here.zone)
        response = render(
            request,
            "intake/report.html",
            status=status,
            wide=False,
            home=f"/p/{here.code}",
            zone=zone,
            here=here,
            choices=choices(intake, here, language_of(request)),
            labels=labels,
            form=form,
            step=step,
            steps=_LAST,
            title=TITLES[step - 1],
            carried=[name for name in _CARRIED if name not in STEPS[step - 1]],
            happened=_day(form.value("incident_date")),
            today=intake.clock().astimezone(zone).date(),
            key=form.value("key") or str(uuid4()),
        )
        response.headers["cache-control"] = IN_BROWSER
        return response

    @pages.get("/p/{code}/lapor", dependencies=[PUBLIC])
    def report_form(request: Request, code: str, unit: str = "") -> Response:
        """Show the first step; `unit` is filled in by the picture that hangs at a unit."""
        here = intake.at(code.lower())  # as people type it
        known = {each.code for each in intake.district.units_of(here.code)}
        # A poster may hang longer than its unit is there: then the person chooses.
        values = {"service_unit": unit} if unit in known else {}
        return show(request, here, Form(values), 1)

    @pages.post("/p/{code}/lapor", dependencies=[PUBLIC], max_body_size=SENT_MOST)
    async def report(request: Request, code: str, given: Sent) -> Response:
        """Show the step that is wanted; after the last one, answer with the receipt."""
        return await run_in_threadpool(step_on, request, intake.at(code.lower()), *given)

    def step_on(
        request: Request, here: Puskesmas, values: Values, photo_name: str, photo: bytes
    ) -> Response:
        step = _step(values)
        if line(values, "go") == "back":
            return show(request, here, Form(values), max(1, step - 1))
        if line(values, "go") == "stay":
            return show(request, here, Form(values), step)
        if step < _LAST:
            errors = _wrong(step, values, here, intake)
            if errors:
                problem = InvalidInput(*errors)
                return show(request, here, refused(values, problem, {}), step, problem.status)
            return show(request, here, Form(values), step + 1)
        try:
            count_a_form(request)
            id, without_photo = _receive(intake, attaching, here, values, photo_name, photo)
        except Problem as problem:
            form = refused(values, problem, _PLACES)
            page = show(request, here, form, _place(form), problem.status)
            if isinstance(problem, TooMany):
                page.headers["retry-after"] = str(problem.extra["retry_after"])
            return page
        return thank(request, here, id, without_photo)

    def thank(request: Request, here: Puskesmas, id: UUID, without_photo: Text | None) -> Response:
        complaint = intake.get(id)
        response = render(
            request,
            "intake/thanks.html",
            status=201,
            wide=False,
            home=f"/p/{here.code}",
            zone=ZoneInfo(here.zone),
            here=here,
            complaint=complaint,
            without_photo=without_photo,
            **receipt_of(request, intake, here, complaint),
        )
        response.headers["cache-control"] = IN_BROWSER
        return response


def _receive(
    intake: Intake,
    attaching: Attaching,
    here: Puskesmas,
    values: Values,
    photo_name: str,
    photo: bytes,
) -> tuple[UUID, Text | None]:
    """Write it down; return its id, and why the photo could not be put with it, if so.

    A photo that cannot be taken is refused before anything is written.
    """
    anonymous = bool(line(values, "anonymous"))
    errors: list[FieldError] = []
    if anonymous and (line(values, "name") or line(values, "phone")):
        message = _("Kosongkan nama dan nomor telepon, atau hapus centang ini.")
        errors.append(FieldError("anonymous", message))
    if photo:
        errors += cleaned_errors(photo)
    typed: dict[str, str | list[str]] = {
        name: line(values, name) for name in _CARRIED if name != "anonymous"
    }
    typed["channel"] = "web"
    typed["confidentiality"] = "anonymous" if anonymous else "open"
    try:
        body = read_form(typed, ZoneInfo(here.zone))
    except InvalidInput as problem:
        raise InvalidInput(*problem.errors, *errors) from None
    if errors:
        raise InvalidInput(*errors)
    who = Intent(ANYBODY, ANYBODY)
    kept = {name: line(values, name) for name in ("key", *_CARRIED)}
    repeat = once_of_form(ANYBODY, f"POST /p/{here.code}/lapor", kept)
    answer = intake.receive(here.code, form_of(body), who, repeat).result()
    id = UUID(answer.ids["id"])
    if photo:
        try:
            attaching.attach(id, who, photo, photo_name, key=line(values, "key") or None)
        except Problem as problem:
            return id, problem.detail
    return id, None


def cleaned_errors(photo: bytes) -> list[FieldError]:
    """Return why a photo cannot be taken, if so."""
    try:
        cleaned(photo)
    except Problem as problem:
        return list(problem.errors) or [FieldError("file", problem.detail)]
    return []


def _wrong(step: int, values: Values, here: Puskesmas, intake: Intake) -> list[FieldError]:
    """Return what must be put right before the step is left."""
    errors: list[FieldError] = []
    if step == 1:
        text = line(values, "text")
        if not text:
            errors.append(FieldError("text", _("Tulis apa yang disampaikan.")))
        if len(text) > TEXT_MOST:
            message = _("Paling banyak {limit} huruf.", limit=TEXT_MOST)
            errors.append(FieldError("text", message))
        if not is_readable(text):
            errors.append(FieldError("text", UNREADABLE))
        return errors
    happened = day_of_incident(values, ZoneInfo(here.zone), errors)
    if happened is not None and happened > intake.clock():
        message = _("Tanggal ini belum tiba. Isi dengan hari yang sudah lewat.")
        errors.append(FieldError("incident_date", message))
    if happened is not None and happened < intake.clock() - timedelta(days=YEARS_BACK * 365):
        errors.append(FieldError("incident_date", _("Sudah lama sekali: periksa tahunnya.")))
    return errors


def _day(written: str) -> date | None:
    """Return a day that was typed, for the page to say it as days are said; None for no day."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _step(values: Values) -> int:
    """Return the step that was filled in; a form sent whole is at its last."""
    step = line(values, "step")
    return int(step) if step in {str(number) for number in range(1, _LAST)} else _LAST


def _place(form: Form) -> int:
    """Return the first step that something is wrong with, else the last."""
    wrong: Sequence[str] = [each.field for each in form.errors]
    for number, fields in enumerate(STEPS, start=1):
        if any(name in fields for name in wrong):
            return number
    return _LAST
