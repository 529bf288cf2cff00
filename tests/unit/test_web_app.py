"""What every answer carries, body limits, static files, health, figures and the access log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.store import AccessStore
from services.kernel.access.web import PUBLIC, undeclared_routes
from services.kernel.clock import system_clock
from services.kernel.web import shell
from services.kernel.web.app import create_app
from services.kernel.web.assets import Assets
from services.kernel.web.shell import AccessLog

LIMIT = 1000


def make_router() -> APIRouter:
    router = APIRouter(prefix="/api/v1", dependencies=[PUBLIC])

    @router.post("/sized")
    async def sized(request: Request) -> int:
        return len(await request.body())

    @router.post("/large", max_body_size=5 * LIMIT)
    async def large(request: Request) -> int:
        return len(await request.body())

    @router.get("/people/{name}")
    async def person(name: str) -> Response:
        return Response(name, headers={"cache-control": "public, max-age=5"})

    @router.get("/broken")
    async def broken() -> None:
        raise RuntimeError

    return router


def make_app(folder: Path, access_log: AccessLog = "notable", **more: Any) -> FastAPI:
    app = create_app(
        "Contoh", routers=[make_router()], max_body=LIMIT, access_log=access_log, **more
    )
    app.state.access = AccessStore(folder / "access.db", system_clock)
    return app


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    app = make_app(tmp_path)
    yield app
    app.state.access.close()


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app)


@pytest.mark.parametrize(
    "address", ["/masuk", "/tidak-ada", "/api/v1/people/a", "/api/v1/broken", "/health/live"]
)
def test_every_answer_carries_the_strict_policy(client: TestClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-request-id"]
    assert "strict-transport-security" not in headers


def test_nothing_is_stored_by_browsers_unless_the_route_says_so(client: TestClient) -> None:
    assert client.get("/masuk").headers["cache-control"] == "no-store"
    assert client.get("/api/v1/people/a").headers["cache-control"] == "public, max-age=5"


def test_https_is_insisted_on_where_it_is_the_public_address(tmp_path: Path) -> None:
    app = make_app(tmp_path, public_url="https://keluhan.example")
    assert "strict-transport-security" in TestClient(app).get("/masuk").headers
    app.state.access.close()


@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_body_over_the_limit_is_refused_in_the_usual_shape(
    client: TestClient, in_pieces: bool
) -> None:
    body = b"x" * (LIMIT + 1)
    content: Any = iter([body[:600], body[600:]]) if in_pieces else body
    answer = client.post("/api/v1/sized", content=content)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "too_large"
    assert "content-security-policy" in answer.headers


def test_a_body_up_to_the_limit_is_taken_and_a_route_may_take_more(client: TestClient) -> None:
    assert client.post("/api/v1/sized", content=b"x" * LIMIT).json() == LIMIT
    assert client.post("/api/v1/large", content=b"x" * 5 * LIMIT).json() == 5 * LIMIT
    assert client.post("/api/v1/large", content=b"x" * (5 * LIMIT + 1)).status_code == 413


def test_static_files_are_kept_for_ever_under_a_name_of_their_content(
    app: FastAPI, client: TestClient
) -> None:
    address = app.state.assets.url("tanggap.css")
    assert address in client.get("/masuk").text
    packed = client.get(address)
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert packed.headers["content-encoding"] == "gzip"
    plain = client.get(address, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == packed.text
    assert plain.headers["content-type"].startswith("text/css")
    old = client.get("/static/000000000000/tanggap.css")
    assert old.text == plain.text
    assert old.headers["cache-control"] == "no-cache"
    for missing in ("/static/x/nowhere.css", "/static/x/../app.py", "/static/x/%2e%2e/app.py"):
        assert client.get(missing).status_code == 404
    assert client.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_all_scripts_share_a_version_for_they_name_one_another(tmp_path: Path) -> None:
    (tmp_path / "one.js").write_text('import "./two.js";')
    (tmp_path / "two.js").write_text("1;")
    (tmp_path / "look.css").write_text("a {}")

    def versions() -> list[str]:
        assets = Assets([("", tmp_path)])
        return [assets.url(name).split("/")[2] for name in ("one.js", "two.js", "look.css")]

    before = versions()
    (tmp_path / "two.js").write_text("2;")
    after = versions()
    assert before[0] == before[1] != after[0] == after[1]
    assert before[2] == after[2]


def test_readiness_tells_what_fails(app: FastAPI, client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").status_code == 200
    app.state.ready = lambda: {"store": "disk full"}
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["failing"] == {"store": "disk full"}
    assert "retry-after" in answer.headers


def test_figures_and_log_hold_the_route_and_never_the_address(tmp_path: Path) -> None:
    app = make_app(tmp_path, "all")
    client = TestClient(app)
    with structlog.testing.capture_logs() as lines:
        client.get("/api/v1/people/siti-rahmawati?q=kenari-jingga")
        client.request("SITI", "/api/v1/nowhere-siti")
    figures = client.get("/metrics").text
    app.state.access.close()
    assert [line["route"] for line in lines] == ["/api/v1/people/{name}", "-"]
    assert set(lines[0]) == {
        *("event", "log_level", "id", "method", "route", "status", "ms", "account")
    }
    assert 'route="/api/v1/people/{name}"' in figures
    assert 'method="other"' in figures
    for word in ("siti", "kenari-jingga", "SITI"):
        assert word not in figures
        assert word not in str([{**line, "method": ""} for line in lines])


@pytest.mark.parametrize(
    ("mode", "address", "seconds", "noted"),
    [
        ("notable", "/api/v1/people/a", 0.2, False),
        ("notable", "/api/v1/people/a", 1.5, True),
        ("notable", "/api/v1/broken", 0.2, True),
        ("all", "/api/v1/people/a", 0.2, True),
        ("off", "/api/v1/broken", 1.5, False),
    ],
)
def test_the_access_log_notes_what_it_is_set_to(
    tmp_path: Path, mode: AccessLog, address: str, seconds: float, noted: bool
) -> None:
    app = make_app(tmp_path, mode)
    ticks = iter(range(100))
    app.shell = lambda inner: shell.Shell(  # type: ignore[attr-defined]
        inner,
        https=False,
        access_log=mode,
        max_body=LIMIT,
        clock=lambda: next(ticks) * seconds,
    )
    with structlog.testing.capture_logs() as lines:
        TestClient(app).get(address)
    app.state.access.close()
    assert [line["event"] for line in lines if line["event"] == "request"] == ["request"] * noted


def test_every_shared_route_declares_who_may_call_it(app: FastAPI) -> None:
    assert undeclared_routes(app) == []


def test_the_document_says_how_refusals_look(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    answers = document["paths"]["/api/v1/session"]["post"]["responses"]
    assert list(answers) == ["201", "400", "401", "403", "413", "415", "422", "429", "503"]
    refused = answers["429"]["content"]
    assert list(refused) == ["application/problem+json"]
    named = refused["application/problem+json"]["schema"]["$ref"].rpartition("/")[2]
    schema = document["components"]["schemas"][named]
    assert {"type", "title", "status", "code", "detail", "errors"} == set(schema["properties"])
    assert (
        schema["properties"]["errors"]["items"]["$ref"].rpartition("/")[2]
        in (document["components"]["schemas"])
    )
    assert "/masuk" not in document["paths"]
