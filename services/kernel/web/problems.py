"""Turns every refusal into one shape: RFC 9457 problem details for calls, a page for people.

A page that needs somebody signed in sends them to sign in and back; a form that came after its
session had ended is carried through signing in (`resumed.py`). Who opens a form's own address,
which only takes what is sent, is led to the page above it. Nothing else that was sent in is ever
repeated in an answer.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from math import ceil
from typing import Any, cast
from urllib.parse import quote, urlencode

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match
from starlette.types import Scope

from services.kernel.errors import (
    InvalidInput,
    NotFound,
    NotSignedIn,
    Problem,
    StaleVersion,
    TooLarge,
)
from services.kernel.text import Text, _
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of, say
from services.kernel.web.pages import home_at
from services.kernel.web.resumed import Resumed, resumed_from
from services.kernel.web.validation import field_errors
from services.kernel.web.words import ASKED

MEDIA_TYPE = "application/problem+json"
SIGN_IN_PAGE = "/masuk"

_TITLES: Mapping[int, Text] = {
    400: _("Permintaan tidak terbaca"),
    401: _("Belum masuk"),
    403: _("Tidak diizinkan"),
    404: _("Tidak ditemukan"),
    405: _("Cara ini tidak tersedia"),
    409: _("Belum bisa sekarang"),
    412: _("Sudah berubah"),
    413: _("Terlalu besar"),
    415: _("Jenis isi tidak diterima"),
    422: _("Ada yang perlu diperbaiki"),
    429: _("Terlalu sering"),
    500: _("Ada yang salah di sistem"),
    503: _("Sedang tidak tersedia"),
}
_CODES = {405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type"}
_DETAILS: Mapping[int, Text] = {
    401: _("Silakan masuk dahulu."),
    403: _("Peran Anda tidak mencakup halaman atau langkah ini."),
    404: _("Halaman atau data ini tidak ada. Periksa alamatnya."),
    405: _("Alamat ini tidak menerima cara permintaan itu."),
    413: _("Kiriman ini terlalu besar. Kecilkan lalu kirim lagi."),
}
_RETRY_DEFAULT = 2


class Malformed(Problem):
    """The body cannot be read at all."""

    status = 400
    code = "malformed_body"


class MalformedJson(Malformed):
    """The body should be JSON and is not."""

    code = "malformed_json"


class UnsupportedType(Problem):
    """The body came as another type than the call takes."""

    status = 415
    code = "unsupported_media_type"


class Unexpected(Problem):
    """A fault of ours; the log holds it under the request's number."""


def is_call(scope: Scope) -> bool:
    """Say whether a program asks (answer: JSON), not a person (answer: a page)."""
    path: str = scope["path"]
    return path.startswith(("/api/", "/health/", "/open311/")) or path == "/metrics"


def problem_body(request: Request, problem: Problem) -> dict[str, object]:
    """Return the members of the problem document, in the reader's language."""
    language = language_of(request)
    body: dict[str, object] = {
        "type": "about:blank",
        "title": say(_title(problem.status), language),
        "status": problem.status,
        "code": problem.code,
        "detail": say(problem.detail, language),
    }
    if problem.errors:
        body["errors"] = [
            {"field": error.field, "message": say(error.message, language)}
            for error in problem.errors
        ]
    for name, value in problem.extra.items():
        body[name] = say(value, language) if isinstance(value, Text) else value
    return body


def problem_response(request: Request, problem: Problem) -> Response:
    """Return the answer to a refused request: a problem document, a page, or the way to sign in."""
    if is_call(request.scope):
        return Response(
            msgspec.json.encode(problem_body(request, problem), enc_hook=str),
            problem.status,
            _headers(problem) | {"content-language": language_of(request)},
            MEDIA_TYPE,
        )
    if isinstance(problem, NotSignedIn) and request.method == "GET":
        return RedirectResponse(f"{SIGN_IN_PAGE}?next={quote(_here(request), safe='/')}", 303)
    page = request.app.state.pages.render(
        request,
        "error.html",
        status=problem.status,
        problem=problem,
        title=_title(problem.status),
        asked=ASKED,
        back=_without(request, problem) if problem.status == 422 else None,
        home=home_at(request.url.path, found=problem.status != 404),
    )
    page.headers.update(_headers(problem))
    return cast(Response, page)


def _without(request: Request, problem: Problem) -> str | None:
    """Return the address that was asked for without what is wrong in it, else the page above."""
    if request.method != "GET":
        return None
    wrong = {each.field for each in problem.errors}
    asked = request.query_params.multi_items()
    kept = [(name, value) for name, value in asked if name not in wrong]
    if len(kept) == len(asked):
        return _page_above(request)
    return quote(request.url.path) + (f"?{urlencode(kept)}" if kept else "")


def unexpected(request: Request) -> Unexpected:
    """Return the problem to show for a fault of ours, with the number to find it by."""
    number = request.scope.get("state", {}).get("request_id", "-")
    return Unexpected(
        _(
            "Bukan karena isian Anda. Coba lagi sebentar lagi; bila masih sama, "
            "sampaikan nomor {number} kepada pengelola sistem.",
            number=number,
        )
    )


def install(app: FastAPI) -> None:
    """Make `app` answer every refusal in this shape."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_fault)


async def _on_problem(request: Request, error: Exception) -> Response:
    problem = cast(Problem, error)
    if isinstance(problem, NotSignedIn) and not is_call(request.scope):
        kept = await resumed_from(request)
        if kept is not None:
            return _sign_in_again(request, problem, kept)
    return problem_response(request, problem)


def _sign_in_again(request: Request, problem: Problem, kept: Resumed) -> Response:
    context = {"form": Form(), "next": "/", "kept": kept, "on_device": False, "wide": False}
    context["outside"] = request.app.state.oidc is not None
    page = request.app.state.pages.render(
        request, "signin.html", status=problem.status, switches=(), **context
    )
    page.headers.update(_headers(problem))
    return cast(Response, page)


async def _on_invalid(request: Request, error: Exception) -> Response:
    return problem_response(request, _of_validation(request, cast(RequestValidationError, error)))


async def _on_fault(request: Request, _error: Exception) -> Response:
    return problem_response(request, unexpected(request))


async def _on_http(request: Request, error: Exception) -> Response:
    http = cast(HTTPException, error)
    if http.status_code < 400:
        return Response(status_code=http.status_code, headers=http.headers)
    if http.status_code == 405 and (page := _page_above(request)):
        return RedirectResponse(page, 303)
    response = problem_response(request, _of_http(http))
    response.headers.update(http.headers or {})
    return response


def _page_above(request: Request) -> str | None:
    """Return the nearest page above an address; where that only takes what is sent, its form
    stands there: it is in the bar after a refusal, so people open it again."""
    if request.method != "GET" or is_call(request.scope):
        return None
    path = request.url.path
    while path := path.rpartition("/")[0]:
        scope = {**request.scope, "path": path}
        if any(each.matches(scope)[0] is Match.FULL for each in request.app.router.routes):
            return quote(path)
    return None


def _of_validation(request: Request, error: RequestValidationError) -> Problem:
    errors: list[dict[str, Any]] = list(error.errors())
    if any(each["type"] == "json_invalid" for each in errors):
        place = next(each["loc"][-1] for each in errors if each["type"] == "json_invalid")
        return MalformedJson(
            _(
                "Isi permintaan bukan JSON yang utuh. Periksa di sekitar huruf ke-{place}.",
                place=place,
            )
        )
    if all(each["loc"][0] == "path" for each in errors):
        return NotFound(_DETAILS[404])
    whole = [each for each in errors if tuple(each["loc"]) == ("body",)]
    if any(each["type"] != "missing" for each in whole) and not _is_json(request):
        return UnsupportedType(_("Kirim isinya sebagai application/json."))
    return InvalidInput(*field_errors(errors))


def _of_http(error: HTTPException) -> Problem:
    status = error.status_code
    if status == 404:
        return NotFound(_DETAILS[404])
    if status == 413:
        return TooLarge(_DETAILS[413])
    if status == 400:
        return Malformed(
            _("Isi permintaan tidak terbaca. Kirim sebagai UTF-8, lengkap sampai akhir.")
        )
    problem = Problem(_DETAILS.get(status, _title(status)))
    problem.status = status
    problem.code = _CODES.get(status, HTTPStatus(status).phrase.lower().replace(" ", "_"))
    return problem


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def _title(status: int) -> Text:
    return _TITLES.get(status, _TITLES[500 if status >= 500 else 400])


def _headers(problem: Problem) -> dict[str, str]:
    headers: dict[str, str] = {}
    if problem.status in (429, 503):
        wait = problem.extra.get("retry_after", _RETRY_DEFAULT)
        headers["retry-after"] = str(ceil(float(cast(float, wait))))
    if problem.status == 401:
        headers["www-authenticate"] = "Bearer"
    return headers


def _here(request: Request) -> str:
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")


# Versions of what is read and changed: ETag and If-Match


def etag(version: int) -> str:
    """Return the `ETag` of a version of something."""
    return f'"{version}"'


_ETAG = re.compile(r'(?:W/)?"(\d{1,18})"')


def expected_version(request: Request) -> int | None:
    """Return the version that `If-Match` names; None when there is none to match (`*` or absent).

    Raises StaleVersion (412) when the header cannot be any version's tag, since then none matches.
    """
    header = request.headers.get("if-match", "*").strip()
    if header == "*":
        return None
    if found := _ETAG.fullmatch(header):
        return int(found[1])
    raise StaleVersion(_('Kirim If-Match seperti ETag yang dibaca sebelumnya, misalnya "3".'))
