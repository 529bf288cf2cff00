"""Signing in at a real OpenID Connect provider, a process on loopback, and what is refused."""

from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from services.kernel.access.oidc import Oidc
from services.kernel.access.principal import Grant
from services.kernel.access.store import AccessStore
from services.kernel.access.web import COOKIE
from services.kernel.clock import system_clock
from services.kernel.errors import Forbidden, InvalidInput, Unavailable
from services.kernel.web.app import create_app
from services.kernel.web.outside import BACK, PATH
from tests.running import free_port
from tests.servers.oidc import CLIENT, SECRET, running


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running(free_port()) as found:
        yield found


class Browser:
    """A browser of one app, which goes to the provider and back as it is told."""

    def __init__(self, app: Any, issuer: str) -> None:
        self.client = TestClient(app, base_url="http://testserver", follow_redirects=False)
        self.issuer = issuer

    def provider(self, **how: Any) -> None:
        httpx.post(f"{self.issuer}/control", json=how, trust_env=False).raise_for_status()

    def out(self, next: str = "/akun") -> httpx.Response:
        """Begin here, and return what the provider answers."""
        sent = self.client.get(PATH, params={"next": next})
        assert sent.status_code == 303, sent.text
        return httpx.get(sent.headers["location"], trust_env=False)

    def there_and_back(self, next: str = "/akun") -> Any:
        return self.client.get(self.out(next).headers["location"])

    def says(self, answer: Any) -> str:
        assert COOKIE not in self.client.cookies
        return unescape(answer.text)


@pytest.fixture
def browser(tmp_path: Path, issuer: str) -> Iterator[Browser]:
    app = create_app("Contoh")
    app.state.access = store = AccessStore(tmp_path / "access.db", system_clock)
    app.state.oidc = Oidc(issuer, CLIENT, SECRET)
    found = Browser(app, issuer)
    found.provider(subject="sub-1")
    yield found
    store.close()


def account(browser: Browser, subject: str | None = "sub-1") -> str:
    store: AccessStore = browser.client.app.state.access  # type: ignore[attr-defined]
    id = store.add_account("sari", "sandi-untuk-uji-9", [Grant("complaint_team")]).id
    if subject is not None:
        store.link(id, browser.issuer, subject)
    return id


def store_of(browser: Browser) -> AccessStore:
    store: AccessStore = browser.client.app.state.access  # type: ignore[attr-defined]
    return store


def test_who_was_linked_signs_in_and_goes_on(browser: Browser) -> None:
    id = account(browser)
    assert PATH in browser.client.get("/masuk").text
    answer = browser.there_and_back("/akun?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/akun?x=1")
    assert browser.client.get("/akun").status_code == 200
    assert store_of(browser).account_events(id)[1].kind == "signed_in"
    assert browser.client.post("/keluar").status_code == 303
    assert browser.client.get("/akun").status_code == 303
    out = browser.client.get(f"{PATH}/keluar").headers["location"]
    assert out.startswith(f"{browser.issuer}/logout?client_id={CLIENT}")


def test_nobody_is_known_by_an_email_or_by_being_somebody_there(browser: Browser) -> None:
    account(browser, subject=None)
    answer = browser.there_and_back()
    said = browser.says(answer)
    assert answer.status_code == 403 and "belum dihubungkan" in said and "sub-1" in said
    assert "sari@" not in said
    assert store_of(browser).sign_ins(1)[0].kind == "sign_in_failed"


def test_a_closed_or_unlinked_account_lets_nobody_in(browser: Browser) -> None:
    id = account(browser)
    token = store_of(browser).sign_in_linked(browser.issuer, "sub-1", "192.0.2.1")
    store_of(browser).disable(id)
    assert browser.there_and_back().status_code == 403
    store_of(browser).enable(id)
    again = store_of(browser).sign_in_linked(browser.issuer, "sub-1", "192.0.2.1")
    store_of(browser).unlink(id)
    assert [store_of(browser).principal_of(each) for each in (token, again)] == [None, None]
    with pytest.raises(Forbidden):
        store_of(browser).sign_in_linked(browser.issuer, "sub-1", "192.0.2.1")


def test_one_subject_is_one_account(browser: Browser) -> None:
    account(browser)
    other = store_of(browser).add_account("budi", "sandi-untuk-uji-9", []).id
    for subject in ("sub-1", "", "x" * 256):
        with pytest.raises(InvalidInput):
            store_of(browser).link(other, browser.issuer, subject)
    store_of(browser).link(other, "https://another.example", "sub-1")
    assert store_of(browser).linked(other) == [("https://another.example", "sub-1")]


@pytest.mark.parametrize(
    "how",
    [
        {"nonce": "of-somebody-else"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"iss": "https://another.example"},
        {"exp": -3600},
        {"alg": "HS256"},
        {"alg": "none"},
        {"forged": True},
    ],
    ids=str,
)
def test_what_the_provider_says_must_hold(browser: Browser, how: dict[str, Any]) -> None:
    account(browser)
    browser.provider(subject="sub-1", **how)
    answer = browser.there_and_back()
    assert answer.status_code == 409 and "tidak dapat dipercaya" in browser.says(answer)


def test_an_answer_is_taken_once_and_by_the_browser_that_asked(browser: Browser) -> None:
    account(browser)
    back = browser.out().headers["location"]
    stranger = Browser(browser.client.app, browser.issuer)
    assert "tidak berlaku" in stranger.says(stranger.client.get(back))
    other = stranger.out().headers["location"]
    mixed = httpx.URL(other).copy_set_param("code", httpx.URL(back).params["code"])
    # The code was asked for by another browser: its verifier does not fit.
    assert "tidak berlaku" in stranger.says(stranger.client.get(str(mixed)))
    assert browser.client.get(str(httpx.URL(back).copy_set_param("state", "x"))).status_code == 409
    assert "tidak berlaku" in browser.says(browser.client.get(back))


def test_who_says_no_there_comes_back_to_the_sign_in_page(browser: Browser) -> None:
    browser.provider(subject="sub-1", error="access_denied")
    answer = browser.there_and_back()
    assert answer.status_code == 409 and "tidak memberi izin" in browser.says(answer)


def test_a_way_back_to_another_site_is_not_taken(browser: Browser) -> None:
    account(browser)
    assert browser.there_and_back("https://evil.example/").headers["location"] == "/"


def test_a_provider_that_is_away_is_said_and_passwords_still_work(browser: Browser) -> None:
    account(browser)
    browser.client.app.state.oidc = Oidc(f"http://127.0.0.1:{free_port()}", CLIENT, SECRET)  # type: ignore[attr-defined]
    answer = browser.client.get(PATH)
    assert answer.status_code == 503 and "tidak menjawab" in browser.says(answer)
    typed = {"username": "sari", "password": "sandi-untuk-uji-9"}
    assert browser.client.post("/masuk", data=typed).status_code == 303
    with pytest.raises(Unavailable):
        Oidc(f"http://127.0.0.1:{free_port()}", CLIENT, None).begin("http://here/", "/")


def test_without_a_provider_there_is_no_such_way(browser: Browser) -> None:
    browser.client.app.state.oidc = None  # type: ignore[attr-defined]
    assert PATH not in browser.client.get("/masuk").text
    assert browser.client.get(PATH).status_code == 404
    assert browser.client.get(BACK).status_code == 404
