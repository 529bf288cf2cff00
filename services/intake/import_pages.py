"""Intake's pages for a file of complaints: choosing it, how far it is, and what became of it."""

from typing import Annotated, Final, NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.importing import Importing
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import KEY_LENGTH, intent
from services.kernel.errors import Forbidden, Problem, invalid
from services.kernel.text import _
from services.kernel.web.flash import see_other
from services.kernel.web.forms import Form
from services.kernel.web.pages import render

RUN: Final = "import.run"
PATH: Final = "/catat/impor"
BYTES: Final = 11 << 20
LABELS: Final = {"file": _("Berkas"), "puskesmas": _("Puskesmas")}

Importer = Annotated[Principal, requires(RUN)]


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
        name, data = file.filename or "", await file.read()
    key = str(form.get("key", ""))
    mark = key if 1 <= len(key) <= KEY_LENGTH else None
    return Sent(str(form.get("puskesmas", "")), name, data, mark)


def add(pages: APIRouter, intake: Intake, importing: Importing) -> None:
    """Add the pages of imports."""

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

    @pages.post(PATH, max_body_size=BYTES)
    def begin(
        request: Request, principal: Importer, sent: Annotated[Sent, Depends(sent)]
    ) -> Response:
        """Store the file, sealed, and lead to the page that says how far it is."""
        try:
            if not sent.data:
                raise invalid("file", _("Pilih berkas yang akan diimpor."))
            who = intent(principal, RUN, sent.puskesmas)
            id = importing.begin(sent.puskesmas, sent.data, sent.filename, who, sent.key)
        except Forbidden:
            raise
        except Problem as problem:
            form = Form.refused({"puskesmas": sent.puskesmas}, problem)
            return show(request, principal, form, problem.status)
        return see_other(request, f"{PATH}/{sent.puskesmas}/{id}")

    @pages.get(PATH + "/{code}/{id}")
    def follow(request: Request, code: str, id: UUID, principal: Importer) -> Response:
        """Show how far an import is, and what became of each row that was not taken."""
        here = intake.district.puskesmas(code)
        principal.role_for(RUN, code)
        response = render(
            request,
            "intake/imported.html",
            section="desk",
            wide=False,
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            found=importing.outcome(code, str(id)),
        )
        response.headers["cache-control"] = "no-store"
        return response
