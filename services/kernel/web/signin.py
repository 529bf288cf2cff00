"""Signing in and out, for people: `/masuk` and `/keluar`."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.kernel.access.store import AccessStore
from services.kernel.access.web import (
    PUBLIC,
    clear_session_cookie,
    client_address,
    current_principal,
    set_session_cookie,
    token_of,
)
from services.kernel.errors import Problem, TooMany, invalid
from services.kernel.text import _
from services.kernel.web import forms
from services.kernel.web.flash import flash, see_other
from services.kernel.web.pages import render
from services.kernel.web.problems import SIGN_IN_PAGE
from services.kernel.web.resumed import AGAIN, CHARACTERS, Resumed, unpacked

router = APIRouter(include_in_schema=False, dependencies=[PUBLIC])

SIGNED_OUT = flash("signed_out", _("Anda sudah keluar."))
_MOST = 1024
_BODY = 2 << 20
"""Bytes: a name, a password, and what a form carries along, as the browser encodes it."""


def local_address(wish: str) -> str:
    """Return `wish` when it is an address within this site, else the front page.

    An address of another site here would let a link send people on to a copy of this one.
    """
    parts = urlsplit(wish) if wish.isprintable() and "\\" not in wish else None
    if parts is None or parts.scheme or parts.netloc or not wish.startswith("/"):
        return "/"
    return "/" if wish.startswith("//") else wish


@router.get(SIGN_IN_PAGE)
def sign_in_page(
    request: Request, next: str = "/", on_device: Annotated[bool, Query()] = False
) -> Response:
    """Show the sign-in form; who is signed in already goes on.

    `on_device`: what was typed waits on the device, and the page says so.
    """
    if current_principal(request) is not None:
        return RedirectResponse(local_address(next), 303)
    return _form(request, forms.Form(), local_address(next), on_device=on_device)


@router.post(SIGN_IN_PAGE, max_body_size=_BODY)
def sign_in(
    request: Request,
    username: Annotated[str, Form(max_length=_MOST)] = "",
    password: Annotated[str, Form(max_length=_MOST)] = "",
    next: Annotated[str, Form(max_length=_MOST)] = "/",
    target: Annotated[str, Form(max_length=_MOST)] = "/",
    kept: Annotated[str, Form(max_length=CHARACTERS)] = "",
) -> Response:
    """Open a session and go on to `next`, or say what to mend; a password is never shown again.

    A form that came too late goes on to its `target` with what it held (`kept`).
    """
    store: AccessStore = request.app.state.access
    resumed = unpacked(local_address(target), kept)
    try:
        if not username.strip():
            raise invalid("username", _("Tulis nama pengguna Anda."))
        if not password:
            raise invalid("password", _("Tulis kata sandi Anda."))
        token = store.sign_in(username, password, client_address(request.scope))
    except Problem as problem:
        form = forms.Form.refused({"username": username}, problem)
        page = _form(request, form, local_address(next), problem.status, resumed)
        if isinstance(problem, TooMany):
            page.headers["retry-after"] = str(problem.extra.get("retry_after", 60))
        return page
    response: Response = see_other(request, local_address(next))
    if resumed is not None:
        request.state.principal = store.principal_of(token)
        response = render(
            request, "resume.html", kept=resumed, again=AGAIN, wide=False, switches=()
        )
    set_session_cookie(response, token, secure=request.app.state.secure_cookies)
    return response


@router.post("/keluar")
def sign_out(request: Request) -> Response:
    """End the session, here and in the store."""
    store: AccessStore = request.app.state.access
    if token := token_of(request):
        store.end_session(token)
    response = see_other(request, SIGN_IN_PAGE, SIGNED_OUT)
    clear_session_cookie(response, secure=request.app.state.secure_cookies)
    return response


def _form(
    request: Request,
    form: forms.Form,
    next: str,
    status: int = 200,
    kept: Resumed | None = None,
    *,
    on_device: bool = False,
) -> Response:
    # Another language is another page, on which nothing would be kept.
    more: dict[str, Any] = {"switches": ()} if kept else {}
    more |= {"kept": kept, "on_device": on_device, "outside": request.app.state.oidc is not None}
    return render(request, "signin.html", status=status, form=form, next=next, wide=False, **more)
