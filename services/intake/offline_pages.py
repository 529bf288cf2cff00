"""The desk without the server: the copy of its form that a browser keeps, and what it sends later.

What a browser keeps, and how, is in `static/` ([0012](../../docs/decisions/0012-offline-desk.md)).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.intake.application import Intake
from services.intake.forms import form_of
from services.intake.typed import line, read_form, refused, typed_fields
from services.kernel.access.principal import Principal
from services.kernel.access.web import PUBLIC, requires
from services.kernel.commands import intent, once_of_form
from services.kernel.district import Puskesmas
from services.kernel.errors import Conflict, Problem, invalid
from services.kernel.text import Text, _
from services.kernel.web.assets import Assets
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of, say
from services.kernel.web.pages import render
from services.kernel.web.problems import problem_body

RECEIVE: Final = "complaint.receive"
DESK: Final = "/catat"
PATH: Final = "/catat/luring"
AWAY: Final = "/catat/luring/jauh"
WORKER: Final = "/catat/luring.js"
SCOPE: Final = "/"
"""Every page of ours: while the server is away each says so, and leads to the form."""

Fields = Annotated[dict[str, str | list[str]], Depends(typed_fields)]
Desk = Annotated[Principal, requires(RECEIVE)]
Choices = Callable[[Intake, Puskesmas, str], Mapping[str, Any]]


class OtherAccount(Conflict):
    """What one account wrote down is sent by another one's session."""

    code = "other_account"


def add(pages: APIRouter, intake: Intake, labels: Mapping[str, Text], choices: Choices) -> None:
    """Add the offline desk's routes, which must come before those of `/catat/{id}`."""

    @pages.get(PATH)
    def kept_form(request: Request, principal: Desk, puskesmas: str) -> Response:
        """Show the desk form as it is kept: nothing of any complaint stands in it."""
        here = intake.at(puskesmas)
        principal.role_for(RECEIVE, here.code)
        return render(
            request,
            "intake/desk.html",
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            reachable=(),
            choices=choices(intake, here, language_of(request)),
            labels=labels,
            form=Form(),
            key="",
            kept=True,
            told=None,
            nav=(),
            switches=(),
        )

    @pages.post(PATH)
    def take_kept(request: Request, principal: Desk, values: Fields) -> Response:
        """Write down what a browser kept while the server was away; the answer is JSON.

        It is the same command as the desk's: what reached the desk before the line broke is known
        again by its key.
        """
        try:
            return JSONResponse(_taken(intake, principal, values), 201)
        except Problem as problem:
            return _refusal(request, values, problem, labels)

    @pages.get(AWAY)
    def away(request: Request, principal: Desk) -> Response:
        """Show the page that a browser keeps and shows in the place of any other one while the
        server is away: nobody's name stands in it, and nothing that needs the server."""
        return render(request, "intake/away.html", principal=None, nav=(), switches=(), told=None)

    @pages.get(WORKER, dependencies=[PUBLIC])
    async def worker(request: Request) -> Response:
        """Serve the service worker: one line, which changes when any script does."""
        assets: Assets = request.app.state.assets
        return Response(
            f'import "{assets.url("intake/worker.js")}";\n',
            # It lies beside the desk, and is for the pages above it as well.
            headers={"service-worker-allowed": SCOPE, "cache-control": "no-cache"},
            media_type="text/javascript",
        )


def _taken(
    intake: Intake, principal: Principal, values: dict[str, str | list[str]]
) -> dict[str, Any]:
    """Receive one kept form; return its id and number. Raises what `Intake.receive` raises."""
    here = intake.at(line(values, "puskesmas"))
    principal.role_for(RECEIVE, here.code)
    if line(values, "account") != principal.account_id:
        message = _("Catatan ini milik akun lain. Masuklah dengan akun yang menulisnya.")
        raise OtherAccount(message)
    entered = _entered(str(values.pop("entered_at", "")), intake.clock())
    body = read_form(values, ZoneInfo(here.zone), intake.clock())
    who = intent(principal, RECEIVE, here.code, body.received_at or entered)
    repeat = once_of_form(principal.account_id, f"POST {DESK}", values)
    answer = intake.receive(here.code, form_of(body), who, repeat).result()
    return {"id": str(answer.ids["id"]), "number": answer.ids["number"]}


def _entered(written: str, now: datetime) -> datetime:
    """Return when a form was filled in by the browser's clock, which may be fast: never after now.

    Raises InvalidInput.
    """
    try:
        return min(datetime.fromisoformat(written).astimezone(UTC), now)
    except (ValueError, OverflowError):
        message = _("Tulis waktu seperti 2026-11-09T08:30.")
        raise invalid("entered_at", message) from None


def _refusal(
    request: Request,
    values: Mapping[str, str | list[str]],
    problem: Problem,
    labels: Mapping[str, Text],
) -> Response:
    """Return a refusal whose errors name the fields of the page, and what they are called there."""
    language = language_of(request)
    errors: Sequence[dict[str, str]] = [
        {
            "field": each.field,
            "label": say(labels[each.field], language) if each.field in labels else "",
            "message": say(each.message, language),
        }
        for each in refused(values, problem).errors
    ]
    body = problem_body(request, problem) | {"errors": errors}
    return JSONResponse(body, problem.status, media_type="application/problem+json")
