"""Refusals as programs and people get them: shape, language, mend, and nothing sent in repeated."""

from collections.abc import Iterator
from datetime import date, datetime
from html import unescape
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from fastapi import APIRouter, Form, Query
from fastapi.testclient import TestClient
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request

from services.kernel.access.store import AccessStore
from services.kernel.access.web import PUBLIC, requires
from services.kernel.clock import system_clock
from services.kernel.errors import StaleVersion, StepNotAllowed, TooMany, Unavailable
from services.kernel.text import _
from services.kernel.web.app import create_app
from services.kernel.web.problems import etag, expected_version

WORDS = "rahasia pelapor"


def not_evil(value: str) -> str:
    if value == "evil":
        raise ValueError(_("Wajib diisi."))
    if value == WORDS:
        raise ValueError(value)
    return value


class Action(BaseModel):
    due_on: date


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=20)]
    channel: Literal["web", "phone"] = "web"
    score: Annotated[int, Field(ge=1, le=4)] = 1
    at: AwareDatetime | None = None
    plain: datetime | None = None
    sure: bool = False
    actions: Annotated[list[Action], Field(max_length=2)] = []
    checked: Annotated[str, AfterValidator(not_evil)] = ""


def make_router() -> APIRouter:
    router = APIRouter()

    @router.post("/api/v1/things", dependencies=[PUBLIC])
    async def make(body: Body) -> dict[str, str]:
        return {"text": body.text}

    @router.get("/api/v1/things/{number}", dependencies=[PUBLIC])
    async def read(number: int, after: date | None = None) -> int:
        return number

    @router.get("/api/v1/refused/{name}", dependencies=[PUBLIC])
    async def refused(name: str) -> None:
        raise {
            "step": StepNotAllowed(_("Belum bisa sekarang"), ["grade", "analysis"]),
            "many": TooMany(_("Terlalu sering"), extra={"retry_after": 7.2}),
            "away": Unavailable(_("Sedang tidak tersedia")),
            "teapot": HTTPException(418, headers={"x-pot": "tea"}),
            "fault": RuntimeError(WORDS),
        }[name]

    @router.put("/api/v1/versions", dependencies=[PUBLIC])
    async def versions(request: Request) -> int | None:
        return expected_version(request)

    @router.get("/kasus/{number}", dependencies=[requires("case.read")])
    async def case(number: str) -> str:
        return number

    @router.post("/kasus/{number}", dependencies=[requires("case.read")])
    async def change(number: str, word: Annotated[str, Form()]) -> str:
        return number + word

    @router.get("/laporan", dependencies=[PUBLIC])
    async def report(
        since: Annotated[date | None, Query(alias="from")] = None,
        until: Annotated[date | None, Query(alias="to")] = None,
        unit: str = "",
    ) -> str:
        return unit

    @router.get("/laporan/rekap", dependencies=[PUBLIC])
    async def recap(puskesmas: str) -> str:
        return puskesmas

    @router.post("/kasus/{number}/panggilan", dependencies=[requires("case.read")])
    @router.post("/kasus/{number}/panggilan/sampai", dependencies=[requires("case.read")])
    @router.post("/keluar", dependencies=[PUBLIC])
    async def step(number: str = "") -> str:
        return number

    return router


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = create_app("Contoh", routers=[make_router()])
    app.state.access = AccessStore(tmp_path / "access.db", system_clock)
    with TestClient(app, follow_redirects=False) as client:
        yield client
    app.state.access.close()


def errors_of(client: TestClient, body: dict[str, Any], language: str = "id") -> dict[str, str]:
    answer = client.post("/api/v1/things", json=body, headers={"accept-language": language})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["code"] == "invalid_input"
    assert document["status"] == 422
    return {error["field"]: error["message"] for error in document["errors"]}


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({}, "text", "Wajib diisi."),
        ({"text": ""}, "text", "Tidak boleh kosong."),
        ({"text": "x" * 21}, "text", "Paling banyak 20 huruf."),
        ({"text": 7}, "text", "Tulis sebagai teks."),
        ({"text": "a", "channel": WORDS}, "channel", "Pilih salah satu: web, phone."),
        ({"text": "a", "score": WORDS}, "score", "Tulis angka bulat, misalnya 3."),
        ({"text": "a", "score": 5}, "score", "Paling besar 4."),
        ({"text": "a", "score": 0}, "score", "Paling kecil 1."),
        ({"text": "a", "sure": WORDS}, "sure", "Pilih ya atau tidak (true atau false)."),
        (
            {"text": "a", "at": "2026-11-09T08:30:00"},
            "at",
            "Tulis waktu lengkap dengan zonanya, misalnya 2026-11-09T08:30:00+07:00.",
        ),
        ({"text": "a", "plain": WORDS}, "plain", "Tulis waktu lengkap dengan zonanya, misalnya"),
        (
            {"text": "a", "actions": [{"due_on": WORDS}]},
            "actions[0].due_on",
            "Tulis tanggal seperti 2026-11-09.",
        ),
        ({"text": "a", "actions": WORDS}, "actions", "Kirim sebagai daftar."),
        ({"text": "a", "actions": [{}, {}, {}]}, "actions", "Isi paling banyak 2."),
        ({"text": "a", "checked": "evil"}, "checked", "Wajib diisi."),
        ({"text": "a", "checked": WORDS}, "checked", "Isian ini tidak dapat diterima."),
        ({"text": "a", "oops": WORDS}, "oops", "Isian ini tidak dikenal."),
    ],
)
def test_each_wrong_input_is_named_with_its_mend_and_never_repeated(
    client: TestClient, wrong: dict[str, Any], field: str, message: str
) -> None:
    errors = errors_of(client, wrong)
    assert errors[field].startswith(message)
    assert WORDS not in str(errors)


def test_the_sentences_are_in_the_asked_language(client: TestClient) -> None:
    assert errors_of(client, {}, "en-GB,en;q=0.9")["text"] == "This is required."
    assert errors_of(client, {}, "fr, id;q=0.5, en;q=0.3")["text"] == "Wajib diisi."
    assert errors_of(client, {}, "fr")["text"] == "Wajib diisi."
    assert errors_of(client, {}, "en;q=x, ,;q=")["text"] == "Wajib diisi."
    by_address = client.post("/api/v1/things?lang=en", json={}, headers={"accept-language": "id"})
    assert by_address.json()["title"] == "Something needs mending"
    assert by_address.headers["content-language"] == "en"
    client.cookies.set("tanggap_lang", "en")
    assert errors_of(client, {}, "id")["text"] == "This is required."


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b'{"text": ', "application/json", 400, "malformed_json"),
        (b'{"text": "\xff\xfe"}', "application/json", 400, "malformed_body"),
        (b"text=a", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b'{"text": "a"}', "text/plain", 415, "unsupported_media_type"),
        (b"[1]", "application/json", 422, "invalid_input"),
        (b"", "application/json", 422, "invalid_input"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_apart(
    client: TestClient, content: bytes, kind: str, status: int, code: str
) -> None:
    answer = client.post("/api/v1/things", content=content, headers={"content-type": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]


def test_a_number_in_the_path_that_is_none_is_simply_not_there(client: TestClient) -> None:
    assert client.get("/api/v1/things/satu").json()["code"] == "not_found"
    wrong = client.get("/api/v1/things/1?after=besok")
    assert wrong.json()["errors"] == [
        {"field": "after", "message": "Tulis tanggal seperti 2026-11-09."}
    ]


def test_refusals_keep_their_code_extras_and_headers(client: TestClient) -> None:
    step = client.get("/api/v1/refused/step")
    assert (step.status_code, step.json()["allowed"]) == (409, ["grade", "analysis"])
    assert client.get("/api/v1/refused/many").headers["retry-after"] == "8"
    assert client.get("/api/v1/refused/away").headers["retry-after"] == "2"
    teapot = client.get("/api/v1/refused/teapot")
    assert (teapot.status_code, teapot.headers["x-pot"]) == (418, "tea")
    method = client.delete("/api/v1/things")
    assert (method.status_code, method.headers["allow"]) == (405, "POST")
    assert method.json()["code"] == "method_not_allowed"
    assert client.get("/api/v1/nowhere").json()["code"] == "not_found"


@pytest.mark.parametrize("step", ["panggilan", "panggilan/sampai"])
def test_the_address_of_a_form_leads_to_the_page_that_it_stands_on(
    client: TestClient, step: str
) -> None:
    led = client.get(f"/kasus/satu%20dua/{step}?x=1")
    assert (led.status_code, led.headers["location"]) == (303, "/kasus/satu%20dua")
    # That page asks who reads it.
    signed_out = client.get(led.headers["location"])
    assert signed_out.headers["location"].startswith("/masuk?next=")
    assert client.put(f"/kasus/1/{step}").status_code == 405
    assert client.get("/keluar").status_code == 405
    assert client.get("/api/v1/things").status_code == 405


@pytest.mark.parametrize(
    ("address", "language", "label", "back"),
    [
        (
            "/laporan?from=2026-11-01&to=besok&unit=gigi",
            "id",
            "Sampai tanggal",
            "from=2026-11-01&amp;unit=gigi",
        ),
        ("/laporan?from=x&to=y", "en", "From", None),
        ("/laporan/rekap", "id", "Puskesmas", None),
    ],
)
def test_a_page_names_a_wrong_filter_by_its_label_and_leads_back_without_it(
    client: TestClient, address: str, language: str, label: str, back: str | None
) -> None:
    page = client.get(address, headers={"accept-language": language})
    assert page.status_code == 422
    assert f"<b>{label}</b>" in page.text
    there = f"/laporan?{back}" if back else "/laporan"
    assert f'<a class="button" href="{there}">' in page.text
    assert client.get(unescape(there)).status_code == 200


def test_a_fault_of_ours_gives_a_number_and_none_of_its_words(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/api/v1/refused/fault")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    number = answer.headers["x-request-id"]
    assert number in answer.json()["detail"]
    printed = capsys.readouterr().out
    assert number in printed
    assert "RuntimeError" in printed
    assert "/api/v1/refused/{name}" in printed
    assert WORDS not in printed + answer.text


def test_versions_are_read_from_if_match(client: TestClient) -> None:
    def put(header: str | None) -> Any:
        headers = {} if header is None else {"if-match": header}
        return client.put("/api/v1/versions", headers=headers)

    assert put(None).json() is None
    assert put("*").json() is None
    assert put(etag(7)).json() == 7
    assert put('W/"7"').json() == 7
    for wrong in ("7", '"x"', '"1", "2"', ""):
        assert put(wrong).status_code == 412
        assert put(wrong).json()["code"] == StaleVersion.code


def test_a_page_sends_strangers_to_sign_in_and_back(client: TestClient) -> None:
    answer = client.get("/kasus/PRG-1?unit=a%26b")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/masuk?next=/kasus/PRG-1%3Funit%3Da%2526b"


@pytest.mark.parametrize("path", ["/p/tidakada", "/p/tidakada/lapor", "/r/tidakada"])
def test_the_public_is_never_led_to_the_staff_sign_in(client: TestClient, path: str) -> None:
    missing = client.get(path)
    assert missing.status_code == 404
    assert '<a class="button plain" href="/r">' in missing.text and 'href="/"' not in missing.text


def test_a_page_that_fails_is_a_page(client: TestClient) -> None:
    missing = client.get("/tidak-ada", headers={"accept-language": "en"})
    assert missing.status_code == 404
    assert missing.headers["content-type"].startswith("text/html")
    assert "<h1>Not found</h1>" in missing.text
    assert '<html lang="en">' in missing.text
    stranger = client.post("/kasus/1", data={"word": "x"})
    assert stranger.status_code == 401
    assert 'action="/masuk"' in stranger.text
    script = client.post("/kasus/1", data={"word": "x"}, headers={"sec-fetch-mode": "cors"})
    assert script.status_code == 401
    assert 'href="/masuk"' in script.text
