"""Reporting's pages over HTTP, on a real stream: what people see, and what nobody may see."""

import asyncio
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from services.kernel.access.web import undeclared_routes
from services.kernel.district import SHIPPED, load_district
from services.kernel.web.app import create_app
from services.reporting import pages
from tests.histories import told
from tests.integration.test_reporting_api import CODE, HISTORY, PASSWORD, Site
from tests.messages import subject

DISTRICT = load_district(SHIPPED)


def make_app(site: Site) -> FastAPI:
    app = create_app(
        "Uji",
        routers=[pages.router(site.reporting, DISTRICT)],
        packages=["services.reporting"],
        nav=pages.NAV,
    )
    app.state.access = site.access
    return app


class PageSite(Site):
    """The site of the calls' tests, with pages."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._signed_in: dict[str, httpx.Cookies] = {}

    def page(
        self, name: str | None, path: str, *, form: Any = None, **query: Any
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
                if name is not None:
                    await self._sign_in(client, name)
                if form is not None:
                    return await client.post(path, data=form)
                return await client.get(path, params=query or None)

        return asyncio.run(ask())

    async def _sign_in(self, client: httpx.AsyncClient, name: str) -> None:
        """Sign in by the form the first time; later go on in that session."""
        if name in self._signed_in:
            client.cookies.update(self._signed_in[name])
        else:
            await client.post("/masuk", data={"username": name, "password": PASSWORD})
            self._signed_in[name] = httpx.Cookies(client.cookies)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageSite]:
    made = PageSite(tmp_path_factory.mktemp("pages"))
    made.app = make_app(made)
    made.tell(HISTORY)
    yield made
    made.reporting.close()
    made.stream.close()
    made.access.close()


def test_every_page_says_who_may_see_it(site: PageSite) -> None:
    assert undeclared_routes(site.app) == []


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        (None, "/p/puring"),
        (None, "/p/puring/papan"),
        (None, "/r"),
        ("dinas", "/laporan"),
        ("dinas", "/laporan?puskesmas=puring&as_of=2026-11-03"),
        ("dinas", "/laporan?from=2026-11-01&to=2026-11-30"),
        ("tim", "/laporan"),
        ("dinas", "/laporan/angka"),
        ("dinas", "/laporan/angka/response_on_time?part=among"),
        ("dinas", "/laporan/kejadian/node-a/intake/1"),
        ("dinas", "/laporan/keluhan"),
        ("dinas", "/laporan/kendali"),
        ("dinas", "/laporan/kendali?by=category"),
        ("dinas", "/laporan/keluhan/PRG-2026-A-000001"),
        ("admin", "/operasi"),
    ],
)
def test_every_page_shows(site: PageSite, name: str | None, path: str, language: str) -> None:
    answer = site.page(name, path + ("&" if "?" in path else "?") + f"lang={language}")
    assert answer.status_code == 200, answer.text
    assert f'<html lang="{language}">' in answer.text
    assert "style=" not in answer.text


def test_a_page_asks_to_sign_in_and_refuses_who_may_not(site: PageSite) -> None:
    assert site.page(None, "/laporan").headers["location"].startswith("/masuk")
    assert site.page("admin", "/laporan").status_code == 403
    assert site.page("tim", "/laporan", puskesmas="sadang").status_code == 403
    assert site.page("tim", f"/laporan/keluhan/{subject(3)}").status_code == 403


def test_the_filters_stay_in_the_addresses_of_a_report(site: PageSite) -> None:
    text = site.page("dinas", "/laporan", puskesmas="puring", **{"from": "2026-11-01"}).text
    assert "/laporan/angka/open?puskesmas=puring&amp;from=2026-11-01" in text


def test_the_past_is_marked_and_now_is_one_click_away(site: PageSite) -> None:
    text = site.page("dinas", "/laporan/keluhan", as_of="2026-11-02").text
    assert 'class="time past"' in text and 'href="/laporan/keluhan"' in text
    assert "PRG-2026-A-000001" in text and "PRG-2026-A-000003" not in text
    assert 'class="time past"' not in site.page("dinas", "/laporan/keluhan").text


def test_what_was_closed_and_goes_on_is_not_called_as_the_state_is(site: PageSite) -> None:
    for language, name, state in (
        ("id", "Aktif kembali: sudah selesai, lalu dikerjakan lagi.", "dibuka kembali"),
        ("en", "Brought back: closed, and worked on again.", "reopened"),
    ):
        page = site.page("dinas", "/laporan/kendali", lang=language).text
        assert name in page and state not in page.lower()


@pytest.mark.parametrize("by", ["puskesmas", "unit", "channel", "category"])
def test_each_control_total_leads_to_its_cases(site: PageSite, by: str) -> None:
    # No case of this history moved the same way twice, and so each number is that of its list.
    asked = {"by": by, "from": "2026-11-01", "to": "2026-11-30"}
    table = site.page("dinas", "/laporan/kendali", **asked).text
    cells = re.findall(r'<td class="n(?: soft)?"><a href="([^"]+)">(\d+)</a>', table)
    assert len(cells) > 4
    for address, number in cells:
        page = site.page("dinas", unescape(address)).text
        assert page.count('<td class="nowrap"><a href="/laporan/keluhan/') == int(number), address
    assert {"total", "state"} <= {name for address, _n in cells for name in query_of(address)}


def query_of(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(unescape(address)).query)


@pytest.mark.parametrize("name", ["total", "state"])
def test_a_word_that_is_none_of_those_is_refused(site: PageSite, name: str) -> None:
    for path in ("/laporan/keluhan", "/laporan/kendali"):
        answer = site.page("dinas", path, **{name: "selesaii"})
        assert answer.status_code == 422
        assert "Tulis salah satu: " in answer.text


def test_an_empty_filter_is_none(site: PageSite) -> None:
    query = dict.fromkeys(("from", "to", "puskesmas", "unit", "channel", "state", "as_of"), "")
    assert "PRG-2026-A-000003" in site.page("dinas", "/laporan/keluhan", **query).text


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-30", "besok"])
@pytest.mark.parametrize("name", ["from", "to"])
def test_a_day_beyond_the_calendar_is_refused(site: PageSite, name: str, day: str) -> None:
    for path in ("/laporan", "/laporan/keluhan", "/laporan/kendali"):
        answer = site.page("dinas", path, **{name: day})
        assert answer.status_code == 422
        assert "Tulis tanggal seperti 2026-11-09." in answer.text


def test_a_receipt_shows_the_way_and_the_published_answer(site: PageSite) -> None:
    answer = site.page(None, "/r", form={"receipt": CODE})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "Antrean kini bernomor." in answer.text and "Kami nilai lagi hasilnya" in answer.text
    assert CODE not in answer.text


def test_a_receipt_that_is_none_says_what_to_do(site: PageSite) -> None:
    answer = site.page(None, "/r", form={"receipt": "AAAA-BBBB-CCCC"})
    assert answer.status_code == 404
    assert "Periksa huruf dan angkanya" in answer.text
    assert site.page(None, "/r", form={"receipt": " "}).status_code == 422


def test_a_puskesmas_that_is_none_is_not_found(site: PageSite) -> None:
    assert site.page(None, "/p/atlantis").status_code == 404


def test_a_confidential_result_shows_neither_unit_nor_date(site: PageSite) -> None:
    hidden = told(
        "ResolutionPublished",
        7,
        source="publication",
        about=2,
        publication=subject(502),
        text="Sudah kami perbaiki.",
        shows_unit_and_date=False,
    )
    site.tell([*HISTORY, hidden])
    text = site.page(None, "/p/puring/papan").text
    article = text[text.index("Sudah kami perbaiki.") :].split("</article>")[0]
    assert "<time" not in article and "Farmasi" not in article
