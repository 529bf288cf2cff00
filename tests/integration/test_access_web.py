"""Routes and what they declare, over HTTP: signing in, refusals, other sites."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from services.kernel.access.api import router as session_router
from services.kernel.access.origin import SameOriginOnly
from services.kernel.access.principal import Grant, Principal
from services.kernel.access.store import AccessStore
from services.kernel.access.web import (
    COOKIE,
    PUBLIC,
    clear_session_cookie,
    current_principal,
    declared_routes,
    requires,
    set_session_cookie,
    undeclared_routes,
)
from services.kernel.clock import system_clock
from services.kernel.errors import Problem

PASSWORD = "rahasia-besar-7"


def answer_problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return JSONResponse({"code": problem.code}, problem.status, media_type="application/x-test")


def make_router() -> APIRouter:
    router = APIRouter()

    @router.post("/cases/{id}/grade")
    def grade(principal: Annotated[Principal, requires("case.grade")]) -> str:
        return principal.username

    @router.get("/puskesmas/{code}/queue", dependencies=[requires("case.read")])
    async def queue(request: Request) -> str:
        return str(request.state.principal.account_id)

    @router.post("/receipts/status", dependencies=[PUBLIC])
    def status() -> str:
        return "known"

    @router.get("/welcome", dependencies=[PUBLIC])
    def welcome(request: Request) -> str:
        principal = current_principal(request)
        return principal.username if principal else "nobody"

    return router


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AccessStore]:
    opened = AccessStore(tmp_path / "access.db", system_clock)
    opened.add_account("tim", PASSWORD, [Grant("complaint_team", frozenset({"puring"}))])
    opened.add_account("auditor", PASSWORD, [Grant("auditor")])
    yield opened
    opened.close()


@pytest.fixture
def app(store: AccessStore) -> FastAPI:
    made = FastAPI(docs_url=None, redoc_url=None)
    made.add_exception_handler(Problem, answer_problem)
    made.state.access = store
    made.add_middleware(SameOriginOnly, public_url="https://keluhan.example")
    made.include_router(session_router)
    made.include_router(make_router(), prefix="/api/v1")
    return made


def call(
    app: FastAPI, method: str, path: str, *, json: object = None, **headers: str
) -> httpx.Response:
    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=("192.0.2.10", 40000))
        async with httpx.AsyncClient(transport=transport, base_url="http://node.test") as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, json=json, headers=named)

    return asyncio.run(go())


def sign_in(app: FastAPI, username: str) -> str:
    made = call(app, "POST", "/api/v1/session", json={"username": username, "password": PASSWORD})
    assert made.status_code == 201
    return str(made.json()["token"])


def test_signing_in_and_out_with_a_bearer_token(app: FastAPI) -> None:
    bearer = f"Bearer {sign_in(app, 'tim')}"
    grade = "/api/v1/cases/1/grade"
    assert call(app, "POST", grade, authorization=bearer).json() == "tim"
    assert call(app, "DELETE", "/api/v1/session", authorization=bearer).status_code == 204
    refused = call(app, "POST", grade, authorization=bearer)
    assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")


def test_a_wrong_password_is_401_and_too_many_are_429_and_nothing_is_echoed(app: FastAPI) -> None:
    wrong = {"username": "tim", "password": "salah-sekali"}
    answers = [call(app, "POST", "/api/v1/session", json=wrong) for _round in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert all("salah-sekali" not in answer.text for answer in answers)


def test_nobody_is_401_another_role_403_and_another_puskesmas_403(app: FastAPI) -> None:
    team, auditor = (f"Bearer {sign_in(app, name)}" for name in ("tim", "auditor"))
    grade, here, there = (
        f"/api/v1/{path}"
        for path in ("cases/1/grade", "puskesmas/puring/queue", "puskesmas/lamaru/queue")
    )
    assert call(app, "POST", grade).status_code == 401
    assert call(app, "POST", grade, authorization="Bearer ").status_code == 401
    assert call(app, "POST", grade, authorization=auditor).status_code == 403
    assert call(app, "GET", here, authorization=team).status_code == 200
    assert call(app, "GET", there, authorization=team).status_code == 403
    assert call(app, "GET", here).status_code == 401


def test_the_cookie_signs_in_as_well_and_a_wrong_bearer_is_not_replaced_by_it(
    app: FastAPI,
) -> None:
    cookie = f"{COOKIE}={sign_in(app, 'tim')}"
    assert call(app, "GET", "/api/v1/welcome", cookie=cookie).json() == "tim"
    assert call(app, "GET", "/api/v1/welcome").json() == "nobody"
    assert call(app, "POST", "/api/v1/cases/1/grade", cookie=cookie).json() == "tim"
    both = call(app, "POST", "/api/v1/cases/1/grade", cookie=cookie, authorization="Bearer x")
    assert both.status_code == 401


CAME_FROM = [
    ({}, True),
    ({"sec_fetch_site": "same-origin"}, True),
    ({"sec_fetch_site": "none"}, True),
    ({"sec_fetch_site": "same-site"}, False),
    ({"sec_fetch_site": "cross-site"}, False),
    ({"sec_fetch_site": "cross-site", "origin": "http://node.test"}, False),
    ({"sec_fetch_site": "same-origin", "origin": "https://evil.example"}, True),
    ({"origin": "http://node.test"}, True),
    ({"origin": "http://NODE.test"}, True),
    ({"origin": "https://keluhan.example"}, True),
    ({"origin": "http://keluhan.example"}, False),
    ({"origin": "http://node.test:8081"}, False),
    ({"origin": "https://evil.example"}, False),
    ({"origin": "null"}, False),
    ({"origin": ""}, False),
]


@pytest.mark.parametrize(("headers", "taken"), CAME_FROM)
def test_other_sites_cannot_use_the_cookie_nor_the_public_forms(
    app: FastAPI, headers: dict[str, str], taken: bool
) -> None:
    token = sign_in(app, "tim")
    cookie = f"{COOKIE}={token}"
    with_cookie = call(app, "POST", "/api/v1/cases/1/grade", cookie=cookie, **headers)
    in_public = call(app, "POST", "/api/v1/receipts/status", **headers)
    assert [with_cookie.status_code, in_public.status_code] == [200 if taken else 403] * 2
    if not taken:
        assert with_cookie.headers["content-type"] == "application/x-test"
        assert with_cookie.json() == {"code": "forbidden"}
    bearer = f"Bearer {token}"
    assert call(app, "POST", "/api/v1/cases/1/grade", authorization=bearer, **headers).is_success
    assert call(app, "GET", "/api/v1/welcome", cookie=cookie, **headers).is_success


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_every_unsafe_method_is_checked(app: FastAPI, method: str) -> None:
    refused = call(app, method, "/api/v1/receipts/status", sec_fetch_site="cross-site")
    assert refused.status_code == 403


def test_without_a_handler_the_refusal_is_a_problem_document() -> None:
    app = FastAPI()
    app.add_middleware(SameOriginOnly)
    refused = call(app, "POST", "/anything", origin="https://evil.example")
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "forbidden"


def test_the_cookie_is_kept_from_scripts_and_from_plain_http() -> None:
    response = PlainTextResponse("")
    set_session_cookie(response, "t", secure=True)
    given = response.headers["set-cookie"].lower()
    for part in ("tanggap_session=t", "httponly", "secure", "samesite=lax", "path=/"):
        assert part in given
    plain = PlainTextResponse("")
    set_session_cookie(plain, "t", secure=False)
    assert "secure" not in plain.headers["set-cookie"].lower()
    gone = PlainTextResponse("")
    clear_session_cookie(gone, secure=False)
    assert "max-age=0" in gone.headers["set-cookie"].lower()


def test_every_route_of_an_app_is_found_with_what_it_declares(app: FastAPI) -> None:
    found = {(method, path): permission for method, path, permission in declared_routes(app)}
    assert found[("POST", "/api/v1/cases/{id}/grade")] == "case.grade"
    assert found[("GET", "/api/v1/puskesmas/{code}/queue")] == "case.read"
    assert found[("POST", "/api/v1/session")] == "public"
    assert found[("DELETE", "/api/v1/session")] == "account.own"
    assert found[("GET", "/openapi.json")] == "public"
    assert undeclared_routes(app) == []


def test_a_forgotten_declaration_is_found_wherever_it_hides(tmp_path: Path) -> None:
    app = FastAPI(docs_url=None, redoc_url=None)
    inner, middle = APIRouter(), APIRouter()

    def endpoint() -> str:
        return ""

    inner.get("/deep")(endpoint)
    inner.get("/deep-and-declared", dependencies=[requires("case.read")])(endpoint)
    middle.include_router(inner, prefix="/inner")
    app.include_router(middle, prefix="/middle")
    app.post("/plain")(endpoint)
    app.get("/two", dependencies=[requires("case.read"), requires("audit.read")])(endpoint)
    app.get("/narrowed", dependencies=[PUBLIC, requires("case.read")])(endpoint)
    app.router.routes.append(Route("/starlette", lambda _request: PlainTextResponse("")))
    mounted = FastAPI(docs_url=None, redoc_url=None)
    mounted.get("/below")(endpoint)
    app.mount("/mounted", mounted)
    app.mount("/opaque", SameOriginOnly(PlainTextResponse("")))
    app.mount("/static", StaticFiles(directory=tmp_path))
    app.mount("/older", Starlette(routes=[Mount("/a", routes=[Route("/b", endpoint)])]))
    covered = APIRouter(dependencies=[requires("report.read")])
    covered.get("/covered")(endpoint)
    app.include_router(covered)
    also = APIRouter()
    also.get("/covered-by-inclusion")(endpoint)
    app.include_router(also, dependencies=[requires("report.read")])
    assert sorted(undeclared_routes(app)) == [
        "* /opaque",
        "GET /middle/inner/deep",
        "GET /mounted/below",
        "GET /older/a/b",
        "GET /starlette",
        "GET /two",
        "HEAD /older/a/b",
        "HEAD /starlette",
        "POST /plain",
    ]


def test_a_misspelt_permission_stops_the_import() -> None:
    with pytest.raises(ValueError, match=r"case\.garde"):
        requires("case.garde")


def test_the_openapi_document_says_which_calls_need_a_token(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    assert paths["/api/v1/cases/{id}/grade"]["post"]["security"] == [{"bearer": []}]
    assert "security" not in paths["/api/v1/receipts/status"]["post"]
