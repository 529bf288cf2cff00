"""The reader's own account: where it is signed in, another password, and an end to all sessions."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter
from fastapi import Form as Field
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.records import SessionInfo
from services.kernel.access.store import AccessStore
from services.kernel.access.store.history import KEPT
from services.kernel.access.web import (
    clear_session_cookie,
    client_address,
    requires,
    set_session_cookie,
    token_of,
)
from services.kernel.errors import Problem, TooMany, invalid
from services.kernel.text import _
from services.kernel.web.account_words import EVENTS
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.pages import render
from services.kernel.web.problems import SIGN_IN_PAGE

PATH: Final = "/akun"
OWN: Final = "account.own"
CHANGED: Final = flash("password.changed", _("Kata sandi diganti. Semua sesi lain diakhiri."))
ENDED: Final = flash("sessions.ended", _("Semua sesi dan token Anda diakhiri. Masuklah lagi."))
ENDED_ONE: Final = flash("session.ended", _("Sesi atau token itu diakhiri."))
SHOWN: Final = 20
HISTORY: Final = 30
_MOST = 1024

router = APIRouter(include_in_schema=False)
Own = Annotated[Principal, requires(OWN)]


@router.get(PATH)
def own_account(request: Request, principal: Own) -> Response:
    """Show where the reader is signed in, and the form for another password."""
    return _page(request, principal, Form())


@router.post(PATH + "/sandi")
def change_password(
    request: Request,
    principal: Own,
    current: Annotated[str, Field(max_length=_MOST)] = "",
    password: Annotated[str, Field(max_length=_MOST)] = "",
    again: Annotated[str, Field(max_length=_MOST)] = "",
) -> Response:
    """Give the reader another password; every other session ends. What was typed is not kept."""
    store: AccessStore = request.app.state.access
    try:
        if password != again:
            raise invalid("again", _("Kedua kata sandi baru tidak sama."))
        if password == current:
            raise invalid("password", _("Pilih kata sandi yang lain dari yang sekarang."))
        if (
            store.verify_password(principal.username, current, client_address(request.scope))
            is None
        ):
            raise invalid("current", _("Kata sandi ini tidak cocok."))
        store.set_password(principal.account_id, password)
    except Problem as problem:
        page = _page(request, principal, Form.refused({}, problem), problem.status)
        if isinstance(problem, TooMany):
            page.headers["retry-after"] = str(problem.extra.get("retry_after", 60))
        return page
    response = see_other(request, PATH, CHANGED)
    token = store.open_session(principal.account_id, client_address(request.scope))
    set_session_cookie(response, token, secure=request.app.state.secure_cookies)
    return response


@router.post(PATH + "/akhiri")
def end_everywhere(request: Request, principal: Own) -> Response:
    """End every session and token of the reader, this one too."""
    store: AccessStore = request.app.state.access
    store.end_all(principal.account_id)
    response = see_other(request, SIGN_IN_PAGE, ENDED)
    clear_session_cookie(response, secure=request.app.state.secure_cookies)
    return response


@router.post(PATH + "/akhiri/{session}")
def end_one(request: Request, principal: Own, session: str) -> Response:
    """End one of the reader's sessions or tokens."""
    store: AccessStore = request.app.state.access
    here = store.session_of(token_of(request) or "") == session
    store.end_one(principal.account_id, session)
    response = see_other(request, SIGN_IN_PAGE if here else PATH, ENDED_ONE)
    if here:
        clear_session_cookie(response, secure=request.app.state.secure_cookies)
    return response


def _page(request: Request, principal: Principal, form: Form, status: int = 200) -> Response:
    store: AccessStore = request.app.state.access
    return render(
        request,
        "account.html",
        status=status,
        form=form,
        username=principal.username,
        **_sessions(store.sessions(principal.account_id), datetime.now(UTC)),
        here=store.session_of(token_of(request) or ""),
        history=store.account_events(principal.account_id, HISTORY),
        said=EVENTS,
        kept=KEPT.days,
        wide=False,
    )


def _sessions(found: Iterable[SessionInfo], now: datetime) -> dict[str, Any]:
    alive = [
        each
        for each in found
        if each.ended_at is None and (each.expires_at is None or each.expires_at > now)
    ]
    return {"sessions": alive[:SHOWN], "more": max(len(alive) - SHOWN, 0)}
