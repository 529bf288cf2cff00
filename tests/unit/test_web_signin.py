"""Signing in and out as a person does, by plain forms."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from services.kernel.access.passwords import Passwords
from services.kernel.access.principal import Grant
from services.kernel.access.store import AccessStore
from services.kernel.access.web import COOKIE
from services.kernel.clock import system_clock
from services.kernel.web.app import create_app
from services.kernel.web.signin import local_address

PASSWORD = "sandi-untuk-uji-9"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = create_app("Contoh")
    app.state.access = AccessStore(tmp_path / "access.db", system_clock, passwords=Passwords())
    app.state.access.add_account("sari", PASSWORD, [Grant("complaint_team")])
    with TestClient(app, follow_redirects=False) as client:
        yield client
    app.state.access.close()


def test_the_right_password_leads_on_and_opens_a_session(client: TestClient) -> None:
    answer = client.post(
        "/masuk", data={"username": "sari", "password": PASSWORD, "next": "/kasus?unit=kia"}
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/kasus?unit=kia"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert client.get("/masuk?next=/kasus").headers["location"] == "/kasus"


def test_a_wrong_one_says_so_and_keeps_only_the_name(client: TestClient) -> None:
    answer = client.post("/masuk", data={"username": "sari<", "password": "salah-sekali-1"})
    assert answer.status_code == 401
    assert "Nama pengguna atau kata sandi tidak cocok." in answer.text
    assert 'value="sari&lt;"' in answer.text
    assert "salah-sekali-1" not in answer.text
    assert "set-cookie" not in answer.headers


def test_an_empty_field_is_named(client: TestClient) -> None:
    answer = client.post("/masuk", data={"username": " ", "password": "x"})
    assert answer.status_code == 422
    assert 'id="s-username">Tulis nama pengguna Anda.' in answer.text
    assert "Tulis kata sandi Anda." in client.post("/masuk", data={"username": "sari"}).text


def test_too_many_failures_say_when_to_come_back(client: TestClient) -> None:
    wrong = {"username": "sari", "password": "salah-sekali-1"}
    statuses = [client.post("/masuk", data=wrong).status_code for _attempt in range(5)]
    assert statuses == [401] * 5
    answer = client.post("/masuk", data=wrong)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Coba lagi dalam" in answer.text


def test_signing_out_ends_the_session_and_says_so_once(client: TestClient) -> None:
    opened = client.post("/masuk", data={"username": "sari", "password": PASSWORD})
    token = opened.cookies[COOKIE]
    left = client.post("/keluar")
    assert left.headers["location"] == "/masuk"
    assert client.app.state.access.principal_of(token) is None  # type: ignore[attr-defined]
    page = client.get("/masuk")
    assert page.status_code == 200
    assert "Anda sudah keluar." in page.text
    assert "Anda sudah keluar." not in client.get("/masuk").text


def test_another_site_cannot_sign_anybody_in(client: TestClient) -> None:
    answer = client.post(
        "/masuk",
        data={"username": "sari", "password": PASSWORD},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")


def test_choosing_a_language_is_remembered(client: TestClient) -> None:
    assert "Sign in" in client.get("/masuk?lang=en").text
    assert "Sign in" in client.get("/masuk").text
    assert "Masuk" in client.get("/masuk?lang=id").text


@pytest.mark.parametrize(
    ("wish", "address"),
    [
        ("/kasus?x=1#a", "/kasus?x=1#a"),
        ("//jahat.example/", "/"),
        ("/\\jahat.example", "/"),
        ("https://jahat.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\tjahat", "/"),
        ("/a\r\nset-cookie: x", "/"),
        ("kasus", "/"),
        ("", "/"),
        ("///jahat.example", "/"),
    ],
)
def test_the_way_on_stays_within_this_site(wish: str, address: str) -> None:
    assert local_address(wish) == address
