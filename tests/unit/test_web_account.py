"""The reader's own account: another password, and an end to what is open elsewhere."""

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

PASSWORD, NEW = "sandi-untuk-uji-9", "kalimat pendek yang mudah"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = create_app("Contoh")
    app.state.access = AccessStore(tmp_path / "access.db", system_clock, passwords=Passwords())
    app.state.access.add_account("sari", PASSWORD, [Grant("complaint_team")])
    with TestClient(app, follow_redirects=False) as client:
        client.post("/masuk", data={"username": "sari", "password": PASSWORD})
        yield client
    app.state.access.close()


def store(client: TestClient) -> AccessStore:
    found: AccessStore = client.app.state.access  # type: ignore[attr-defined]
    return found


def change(client: TestClient, **typed: str) -> tuple[int, str]:
    given = {"current": PASSWORD, "password": NEW, "again": NEW} | typed
    answer = client.post("/akun/sandi", data=given)
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"current": "salah-sama-sekali"}, "Kata sandi ini tidak cocok."),
        ({"again": "bukan-yang-sama-9"}, "Kedua kata sandi baru tidak sama."),
        ({"password": PASSWORD, "again": PASSWORD}, "Pilih kata sandi yang lain"),
        ({"password": "xq7-z", "again": "xq7-z"}, "Kata sandi harus 8 sampai 256 huruf."),
    ],
)
def test_a_password_that_cannot_be_taken_changes_nothing(
    client: TestClient, typed: dict[str, str], said: str
) -> None:
    status, page = change(client, **typed)
    assert (status, said in page) == (422, True)
    assert not any(word in page for word in (PASSWORD, NEW, *typed.values()))
    assert store(client).verify_password("sari", PASSWORD, "10.0.0.9") is not None


def test_another_password_ends_every_other_session_and_keeps_this_one(client: TestClient) -> None:
    id = store(client).get_account("sari").id  # type: ignore[union-attr]
    elsewhere, token = store(client).open_session(id), store(client).open_token(id, "naskah")
    assert "naskah" in client.get("/akun").text
    before = client.cookies[COOKIE]
    assert change(client)[0] == 303
    assert client.cookies[COOKIE] != before
    assert client.get("/akun").status_code == 200
    assert [store(client).principal_of(each) for each in (elsewhere, token, before)] == [None] * 3
    assert store(client).verify_password("sari", NEW, "10.0.0.9") is not None
    assert store(client).verify_password("sari", PASSWORD, "10.0.0.9") is None


def test_wrong_guesses_of_the_present_password_are_throttled(client: TestClient) -> None:
    statuses = [change(client, current=f"tebakan-ke-{n}")[0] for n in range(8)]
    assert statuses[0] == 422 and statuses[-1] == 429


def test_all_sessions_are_ended_at_once(client: TestClient) -> None:
    id = store(client).get_account("sari").id  # type: ignore[union-attr]
    token = store(client).open_token(id)
    assert client.post("/akun/akhiri").headers["location"] == "/masuk"
    assert store(client).principal_of(token) is None
    assert client.get("/akun").status_code == 303


def test_one_of_them_is_ended_alone_and_ones_own_signs_out(client: TestClient) -> None:
    id = store(client).get_account("sari").id  # type: ignore[union-attr]
    token = store(client).open_token(id, "naskah")
    page = client.get("/akun").text
    here, other = store(client).session_of(client.cookies[COOKIE]), store(client).session_of(token)
    assert page.count("yang sedang dipakai ini") == 1
    assert f'action="/akun/akhiri/{here}"' in page and f'action="/akun/akhiri/{other}"' in page
    assert client.post(f"/akun/akhiri/{other}").headers["location"].startswith("/akun")
    assert store(client).principal_of(token) is None
    assert "naskah" not in client.get("/akun").text
    assert client.post(f"/akun/akhiri/{other}").status_code == 404
    assert client.post(f"/akun/akhiri/{here}").headers["location"].startswith("/masuk")
    assert client.get("/akun").status_code == 303


def test_ones_own_history_says_when_and_from_which_network(client: TestClient) -> None:
    store(client).verify_password("sari", "salah-sama-sekali", "192.0.2.77")
    page = client.get("/akun").text
    assert "gagal masuk" in page and "192.0.2.0/24" in page and "192.0.2.77" not in page
