"""Intake's pages for a file of complaints: choosing it, how it is understood, how far it is, and
what became of it."""

from collections.abc import Mapping
from typing import Annotated, Final, NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.import_labels import FIELD_LABELS
from services.intake.import_review import LISTED, Reviewing
from services.intake.importing import Importing
from services.intake.imports import Plan, chosen
from services.intake.imports.headings import FIELDS
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import KEY_LENGTH, intent
from services.kernel.errors import Forbidden, Problem, invalid
from services.kernel.files.content import REQUEST_BYTES, SENT_MOST
from services.kernel.text import _
from services.kernel.vocabulary import CHANNELS
from services.kernel.web.flash import see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render

RUN: Final = "import.run"
PATH: Final = "/catat/impor"
LABELS: Final = {"file": _("Berkas"), "puskesmas": _("Puskesmas")}

Importer = Annotated[Principal, requires(RUN)]


class Choice(NamedTuple):
    """What the columns mean, by their places, and whether the rows are to be taken now."""

    columns: Mapping[int, str]
    channel: str
    take: bool


class Sent(NamedTuple):
    """What the form sent: for which Puskesmas, the file, and the mark of this one form."""

    puskesmas: str
    filename: str
    data: bytes
    key: str | None


async def sent(request: Request) -> Sent:
    """Return what the form sent; a form without a file sends an empty one."""
    form = await request.form()
    file = form.get("file")
    name, data = "", b""
    if isinstance(file, UploadFile):
        name, data = file.filename or "", await file.read(REQUEST_BYTES)
    key = str(form.get("key", ""))
    mark = key if 1 <= len(key) <= KEY_LENGTH else None
    return Sent(str(form.get("puskesmas", "")), name, data, mark)


async def choice(request: Request) -> Choice:
    """Return what the form of a waiting file sent."""
    form = await request.form()
    columns = {
        int(name[1:]): str(value)
        for name, value in form.items()
        if name[:1] == "c" and name[1:].isascii() and name[1:].isdigit() and len(name) < 5
    }
    return Choice(columns, str(form.get("channel", "")), form.get("do") == "take")


def add(pages: APIRouter, intake: Intake, importing: Importing) -> None:
    """Add the pages of imports."""
    reviewing = Reviewing(intake, importing)
    _add_choosing(pages, intake, importing)

    def show(
        request: Request, principal: Principal, code: str, id: UUID, plan: Plan | None = None
    ) -> Response:
        here = intake.at(code)
        found = importing.outcome(code, str(id))
        waiting = importing.stored(code, str(id)) if found.state == "waiting" else None
        review = waiting and reviewing.review(code, waiting, principal, plan)
        errors = tuple(review.errors) if review and plan else ()
        response = render(
            request,
            "intake/import_check.html" if review else "intake/imported.html",
            status=422 if errors else 200,
            section="desk",
            wide=review is not None,
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            id=id,
            found=found,
            review=review,
            listed=((review and review.outcome) or found).rejected[:LISTED],
            fields=FIELDS,
            channels=CHANNELS,
            labels=FIELD_LABELS,
            form=Form({}, errors),
        )
        response.headers["cache-control"] = "no-store"
        return response

    @pages.get(PATH + "/{code}/{id}")
    def follow(request: Request, code: str, id: UUID, principal: Importer) -> Response:
        """Show a waiting file, how far an import is, and what became of its rows."""
        principal.role_for(RUN, code)
        return show(request, principal, code, id)

    @pages.post(PATH + "/{code}/{id}")
    def decide(
        request: Request,
        code: str,
        id: UUID,
        principal: Importer,
        sent: Annotated[Choice, Depends(choice)],
    ) -> Response:
        """Keep what the columns mean, and have the rows taken if that is asked."""
        principal.role_for(RUN, code)
        stored = importing.stored(code, str(id))
        address = f"{PATH}/{code}/{id}"
        if stored is None or importing.outcome(code, str(id)).state != "waiting":
            return see_other(request, address)
        if not stored.sheet.chat:
            headings = stored.sheet.headings
            plan = chosen(sent.columns, len(headings), sent.channel)
            importing.choose(code, str(id), plan, headings)
            if plan.errors():
                return show(request, principal, code, id, plan)
        if sent.take:
            importing.confirm(code, str(id))
        return see_other(request, address)

    @pages.post(PATH + "/{code}/{id}/henti")
    def stop(request: Request, code: str, id: UUID, principal: Importer) -> Response:
        """Take no further rows; those that were taken stay."""
        principal.role_for(RUN, code)
        importing.stop(code, str(id))
        return see_other(request, f"{PATH}/{code}/{id}")

    @pages.get(PATH + "/{code}/{id}/perbaikan.csv")
    def mend(request: Request, code: str, id: UUID, principal: Importer) -> Response:
        """Give out the rows to mend, as a file to correct and send again."""
        principal.role_for(RUN, code)
        data = reviewing.mends(code, str(id), principal, language_of(request))
        return Response(
            data,
            media_type="text/csv; charset=utf-8",
            headers={
                "content-disposition": f'attachment; filename="perbaikan-{code}.csv"',
                "cache-control": "no-store",
            },
        )


def _add_choosing(pages: APIRouter, intake: Intake, importing: Importing) -> None:
    def show(request: Request, principal: Principal, form: Form, status: int = 200) -> Response:
        scope = principal.scope(RUN)
        places = [
            (each.code, each.name)
            for each in intake.district.all_puskesmas
            if scope is None or each.code in scope
        ]
        return render(
            request,
            "intake/import.html",
            status=status,
            section="desk",
            wide=False,
            places=places,
            labels=LABELS,
            form=form,
            key=str(uuid4()),
        )

    @pages.get(PATH)
    def choose(request: Request, principal: Importer, puskesmas: str | None = None) -> Response:
        """Show the form that sends a file."""
        return show(request, principal, Form({"puskesmas": puskesmas} if puskesmas else {}))

    @pages.post(PATH, max_body_size=SENT_MOST)
    def begin(
        request: Request, principal: Importer, sent: Annotated[Sent, Depends(sent)]
    ) -> Response:
        """Store the file, sealed, and lead to the page that shows how it is understood."""
        try:
            if not sent.data:
                raise invalid("file", _("Pilih berkas yang akan diimpor."))
            who = intent(principal, RUN, sent.puskesmas)
            id = importing.begin(
                sent.puskesmas, sent.data, sent.filename, who, sent.key, waits=True
            )
        except Forbidden:
            raise
        except Problem as problem:
            form = Form.refused({"puskesmas": sent.puskesmas}, problem)
            return show(request, principal, form, problem.status)
        return see_other(request, f"{PATH}/{sent.puskesmas}/{id}")
