"""Signing in with the account of one's institution: `/masuk/luar`, there and back, and out again.

Links, no forms: a browser lets no form lead to another site from here.
"""

import base64
from typing import TYPE_CHECKING, Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.kernel.access.outside import Asked
from services.kernel.access.store import AccessStore
from services.kernel.access.web import PUBLIC, client_address, set_session_cookie
from services.kernel.errors import Conflict, NotFound, Problem
from services.kernel.text import _
from services.kernel.web.flash import see_other
from services.kernel.web.forms import Form
from services.kernel.web.pages import render
from services.kernel.web.problems import SIGN_IN_PAGE
from services.kernel.web.signin import local_address

if TYPE_CHECKING:
    from services.kernel.access.oidc import Oidc

PATH: Final = SIGN_IN_PAGE + "/luar"
BACK: Final = PATH + "/kembali"
COOKIE: Final = "tanggap_outside"
SECONDS: Final = 600
"""So long somebody may take at the provider."""

router = APIRouter(include_in_schema=False, dependencies=[PUBLIC])


@router.get(PATH)
def begin(request: Request, next: str = "/") -> Response:
    """Send the browser to the provider."""
    try:
        address, asked = _oidc(request).begin(_here(request, BACK), local_address(next))
    except NotFound:
        raise
    except Problem as problem:
        return _refused(request, problem)
    response = RedirectResponse(address, 303)
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(msgspec.json.encode(asked)).decode(),
        max_age=SECONDS,
        path=PATH,
        secure=request.app.state.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return response


@router.get(BACK)
def back(request: Request) -> Response:
    """Open a session for who came back, or say on the sign-in page why not."""
    oidc, store = _oidc(request), _store(request)
    try:
        asked = _asked(request)
        given = dict(request.query_params)
        outside = oidc.finish(asked, _here(request, BACK), given)
        token = store.sign_in_linked(outside.issuer, outside.subject, client_address(request.scope))
        response: Response = see_other(request, asked.next)
        set_session_cookie(response, token, secure=request.app.state.secure_cookies)
    except Problem as problem:
        response = _refused(request, problem)
    response.delete_cookie(COOKIE, path=PATH)
    return response


@router.get(PATH + "/keluar")
def end(request: Request) -> Response:
    """Send the browser to end its session at the provider, too."""
    address = _oidc(request).ending(_here(request, SIGN_IN_PAGE))
    return RedirectResponse(address or SIGN_IN_PAGE, 303)


def _asked(request: Request) -> Asked:
    try:
        kept = base64.urlsafe_b64decode(request.cookies.get(COOKIE, ""))
        return msgspec.json.decode(kept, type=Asked)
    except (ValueError, msgspec.DecodeError):
        raise Conflict(
            _("Permintaan masuk ini sudah tidak berlaku. Mulai lagi dari halaman masuk.")
        ) from None


def _oidc(request: Request) -> "Oidc":
    """Return the provider; raises NotFound where none is set."""
    found: Oidc | None = request.app.state.oidc
    if found is None:
        raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
    return found


def _store(request: Request) -> AccessStore:
    store: AccessStore = request.app.state.access
    return store


def _here(request: Request, path: str) -> str:
    base = request.app.state.public_url or str(request.base_url)
    return str(base).rstrip("/") + path


def _refused(request: Request, problem: Problem) -> Response:
    form = Form.refused({}, problem)
    return render(
        request,
        "signin.html",
        status=problem.status,
        form=form,
        next="/",
        kept=None,
        on_device=False,
        outside=True,
        wide=False,
    )
