"""The complaint form on paper (SOP Lamaru: Form Keluhan Pengguna Layanan): blank, to be filled by
hand where there is no screen, and filled as a complaint and its handling stand."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.attachments.files import Attaching
from services.intake.cases import Cases
from services.intake.known import STEPS, known_history
from services.kernel.access.principal import Principal
from services.kernel.access.reach import must_see
from services.kernel.access.web import requires
from services.kernel.complaint_form import Printer, on_form
from services.kernel.handover.told import Thread
from services.kernel.keyring import Words
from services.kernel.paper import MEDIA_TYPE
from services.kernel.web.language import language_of

RECEIVE: Final = "complaint.receive"
READ: Final = "complaint.read"


def add(pages: APIRouter, intake: Intake, words: Words, cases: Cases, thread: Thread) -> None:
    """Add the documents; `thread` tells what was written of a complaint, whoever wrote it."""
    attaching = Attaching(intake, cases)

    @pages.get("/catat/formulir.pdf")
    def blank(
        request: Request, principal: Annotated[Principal, requires(RECEIVE)], puskesmas: str
    ) -> Response:
        """Return the blank form of a Puskesmas."""
        here = intake.at(puskesmas)
        principal.role_for(RECEIVE, here.code)
        made = Printer(intake.district, here, language_of(request)).blank()
        return _answer(made, f"formulir-{here.code}")

    @pages.get("/catat/{id}/formulir.pdf")
    def filled(
        request: Request, id: UUID, principal: Annotated[Principal, requires(READ)]
    ) -> Response:
        """Return a complaint's form with what was done since; words are opened by role."""
        complaint = intake.get(id)
        units_in = intake.district.units_in
        must_see(principal, READ, complaint.puskesmas, complaint.service_unit, units_in)
        here = intake.at(complaint.puskesmas)
        # The form as it stands here: what was just written down may not be in the log yet.
        handled = (each for each in thread(id) if each.type not in STEPS)
        form = on_form([*known_history(intake, id), *handled])
        boxes = form.boxes(identity=True)
        about = attaching.about(complaint, cases.standing(id).closed_at)
        opened = words.open(principal, "complaint_paper", [(about, box) for box in boxes.values()])
        printer = Printer(intake.district, here, language_of(request))
        made = printer.filled(
            form, dict(zip(boxes, opened, strict=True)), erased=bool(words.erased([str(id)]))
        )
        return _answer(made, complaint.number)


def _answer(content: bytes, name: str) -> Response:
    headers = {
        "content-disposition": f'inline; filename="{name}.pdf"',
        "cache-control": "no-store",
    }
    return Response(content, media_type=MEDIA_TYPE, headers=headers)
