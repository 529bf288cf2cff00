"""The slip that whoever complains at the desk takes home: as a page, and on paper."""

from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.application import Intake
from services.intake.domain import Complaint
from services.intake.slips import on_paper, receipt_of
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import Puskesmas
from services.kernel.paper import MEDIA_TYPE
from services.kernel.paper.slip import Format
from services.kernel.text import _
from services.kernel.vocabulary import CASE_KINDS
from services.kernel.web.language import language_of
from services.kernel.web.pages import render

RECEIVE: Final = "complaint.receive"
PATH: Final = "/catat/{id}/slip"
NOT_OWN: Final = _(
    "Kode tanda terima hanya ditampilkan kepada yang mencatat keluhannya, sebab dengan kode itu "
    "orang berbicara atas nama pelapor."
)

Desk = Annotated[Principal, requires(RECEIVE)]


def add(pages: APIRouter, intake: Intake) -> None:
    """Add the pages."""

    def found(principal: Principal, id: UUID) -> tuple[Complaint, Puskesmas, bool]:
        complaint = intake.get(id)
        principal.role_for(RECEIVE, complaint.puskesmas)
        own = complaint.received_by == principal.account_id
        return complaint, intake.at(complaint.puskesmas), own

    @pages.get(PATH)
    def slip(request: Request, id: UUID, principal: Desk) -> Response:
        """Show the slip that the complainant takes home.

        Only to whoever wrote the complaint down: the code speaks for the complainant, and of what
        came by the public's form nobody here ever had it.
        """
        complaint, here, own = found(principal, id)
        shown: dict[str, Any] = receipt_of(request, intake, here, complaint)
        response = render(
            request,
            "intake/slip.html",
            section="desk",
            wide=False,
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            complaint=complaint,
            has_case=complaint.kind in CASE_KINDS,
            own=own,
            not_own=NOT_OWN,
            **shown,
        )
        response.headers["cache-control"] = "no-store"
        return response

    @pages.get(PATH + ".pdf")
    def slip_on_paper(
        request: Request, id: UUID, principal: Desk, paper: Format = "80mm"
    ) -> Response:
        """Return the slip as PDF, for a till's printer or on A6; others than whoever wrote the
        complaint down are led to the page, which says why there is none for them."""
        complaint, here, own = found(principal, id)
        if not own:
            return RedirectResponse(f"{PATH.format(id=id)}?puskesmas={here.code}", 303)
        shown = receipt_of(request, intake, here, complaint)
        made = on_paper(shown, here, complaint, language_of(request), paper)
        # The number is in the name, the code is not: names of files stay in lists.
        name = f'inline; filename="{complaint.number}-{paper}.pdf"'
        headers = {"content-disposition": name, "cache-control": "no-store"}
        return Response(made, media_type=MEDIA_TYPE, headers=headers)
