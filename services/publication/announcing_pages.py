"""The page on which a planned change is worded, beside the complaint and the plan's actions."""

from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import intent, once_of_form
from services.kernel.district import District
from services.kernel.errors import InvalidInput, NotFound, Problem
from services.kernel.keyring import Words
from services.kernel.keyring.words import About
from services.kernel.text import _
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.pages import render
from services.kernel.web.resumed import not_shown_yet
from services.kernel.web.validation import field_errors
from services.publication import shown
from services.publication.announcing import NO_PLAN, Announcing, Plan
from services.publication.api import DraftBody

PATH: Final = "/terbitkan/rencana"
MAY: Final = "publication.draft"
LABELS: Final = {"text": _("Teks untuk umum")}
SAVED: Final = flash("publication.announced", _("Rancangannya tersimpan dan menunggu persetujuan."))


async def _typed(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


def add(pages: APIRouter, announcing: Announcing, words: Words, district: District | None) -> None:
    """Add the page and its form."""

    def plan_of(principal: Principal, complaint: UUID) -> Plan:
        plan = announcing.plan_of(complaint)
        if plan is None:
            raise NotFound(NO_PLAN)
        principal.role_for(MAY, plan.puskesmas)
        return plan

    def show(
        request: Request, principal: Principal, plan: Plan, form: Form, status: int = 200
    ) -> Response:
        area = district.area_of(plan.service_unit) if district else None
        about = About(
            str(plan.complaint), plan.puskesmas, plan.confidentiality, plan.entered_by, area
        )
        boxes = [(about, box) for box in (plan.said, *plan.actions)]
        said, *actions = words.open(principal, "publication", boxes)
        opened = [each for each in actions if each]
        return render(
            request,
            "publication/announce.html",
            status=status,
            section="publications",
            place=shown.place_of(district, plan.puskesmas),
            plan=plan,
            said=said,
            actions=actions,
            begun="\n".join(opened),
            labels=LABELS,
            form=form,
            key=str(uuid4()),
        )

    @pages.get(PATH)
    def planned(
        request: Request, complaint: UUID, principal: Annotated[Principal, requires(MAY)]
    ) -> Response:
        """Show what a case's plan will change, to be worded for the public; or the draft that
        there is."""
        plan = plan_of(principal, complaint)
        if announcing.announced(plan):
            return RedirectResponse(f"/terbitkan/{plan.announcement}", 303)
        return show(request, principal, plan, Form())

    @pages.post(PATH)
    def announce(
        request: Request,
        complaint: UUID,
        values: Annotated[dict[str, str], Depends(_typed)],
        principal: Annotated[Principal, requires(MAY)],
    ) -> Response:
        """Save the words as a draft, which waits for its approval."""
        plan = plan_of(principal, complaint)
        try:
            not_shown_yet(values)
            body = _read(values)
            who = intent(principal, MAY, plan.puskesmas)
            once = once_of_form(principal.account_id, f"POST {request.url.path}", values)
            announcing.announce(complaint, who, body.text, once=once).result()
        except Problem as problem:
            form = Form.refused(values, problem)
            return show(request, principal, plan, form, problem.status)
        return see_other(request, f"/terbitkan/{plan.announcement}", SAVED)


def _read(values: dict[str, str]) -> DraftBody:
    try:
        return DraftBody(text=values.get("text", ""))
    except ValidationError as refused:
        located = [{**each, "loc": ("body", *each["loc"])} for each in refused.errors()]
        raise InvalidInput(*field_errors(located)) from None
