"""Figures over HTTP: calls say what pages say, and behind each number are its cases and events."""

import html
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.kernel.district import SHIPPED, load_district
from services.kernel.web.app import create_app
from services.reporting import api, pages
from services.reporting.figures import FIGURES
from tests.histories import hour
from tests.integration.test_reporting_api import HISTORY, Site
from tests.integration.test_reporting_pages import PageSite
from tests.messages import subject
from tests.unit.test_figures import HISTORY as COUNTED

DISTRICT = load_district(SHIPPED)
ASKED = {"as_of": hour(20 * 24).isoformat()}
QUERIES = [ASKED, ASKED | {"unit": "kia-kb"}, ASKED | {"from": "2026-11-05", "puskesmas": "puring"}]


def make_app(site: Site) -> FastAPI:
    app = create_app(
        "Uji",
        routers=[api.router(site.reporting, DISTRICT), pages.router(site.reporting, DISTRICT)],
        packages=["services.reporting"],
        nav=pages.NAV,
    )
    app.state.access = site.access
    return app


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageSite]:
    made = PageSite(tmp_path_factory.mktemp("figures"))
    made.app = make_app(made)
    made.tell(COUNTED)
    yield made
    made.reporting.close()
    made.stream.close()
    made.access.close()


@pytest.fixture(scope="module")
def said(site: PageSite) -> dict[str, dict[str, Any]]:
    """What the call says of all figures, by the query that was asked."""
    return {
        str(query): answered(site.call("dinas", "/reports/dashboard", **query))["figures"]
        for query in QUERIES
    }


def answered(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def cell(text: str, code: str) -> str:
    """Return what a page shows as a figure's value, in the table of all of them."""
    found = re.search(rf'data-figure="{code}"[^>]*>([^<]*)<', text)
    assert found is not None, code
    return html.unescape(found[1]).strip()


def written(code: str, value: dict[str, Any]) -> str:
    """Return how a page writes what a call says of a figure."""
    figure = FIGURES[code]
    size = value["numerator"] if value["denominator"] is None else value["denominator"]
    if value["value"] is None:
        return "–"
    if size < figure.least:
        return "sedikit data"
    if figure.unit == "share":
        return f"{round(value['value'] * 100)} %"
    number = f"{value['value']:g}".replace(".", ",")
    return number if figure.unit == "cases" else f"{number} hari"


@pytest.mark.parametrize("query", QUERIES)
def test_a_page_shows_what_the_call_says(
    site: PageSite, said: dict[str, dict[str, Any]], query: dict[str, str]
) -> None:
    figures = said[str(query)]
    text = site.page("dinas", "/laporan", **query).text
    assert list(figures) == list(FIGURES)
    for code, value in figures.items():
        assert cell(text, code) == written(code, value), code


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("code", FIGURES)
def test_behind_a_number_are_as_many_cases_and_their_events(
    site: PageSite, said: dict[str, dict[str, Any]], code: str, query: dict[str, str]
) -> None:
    value = said[str(query)][code]
    page = site.page("dinas", f"/laporan/angka/{code}", **query).text
    assert page.count("data-case") == value["numerator"]
    audited: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        found = answered(site.call("auditor", f"/audit/figures/{code}", limit=2, **query, **cursor))
        audited += found["items"]
        assert found["value"] == value
        if found["next"] is None:
            break
        cursor = {"cursor": found["next"]}
    counted = [each for each in audited if each["counted"]]
    assert len(counted) == value["numerator"]
    assert len(audited) == (
        value["denominator"] if value["denominator"] is not None else len(counted)
    )
    assert len({each["id"] for each in audited}) == len(audited)
    for each in audited:
        assert each["items"][0]["type"] == "tanggap.ComplaintReceived.v1"
        assert all(len(event["hash"]) == 64 for event in each["items"])


def test_the_rule_version_and_the_days_of_a_case_are_told(site: PageSite) -> None:
    found = answered(site.call("auditor", "/audit/figures/response_working_days_p90", **ASKED))
    assert found["figure"]["unit"] == "working_days"
    days = {each["number"][-1]: (each["days"], each["rules_version"]) for each in found["items"]}
    assert days == {"1": (0, 1), "2": (3, 1), "6": (2, 1), "8": (0, 1)}


def test_an_events_page_shows_its_bytes_and_no_words(site: PageSite) -> None:
    events = answered(site.call("auditor", f"/audit/complaints/{subject(1)}"))["items"]
    for each in events:
        address = f"/laporan/kejadian{each['source']}/{each['id']}"
        text = html.unescape(site.page("auditor", address).text)
        ((value,),) = site.ask(
            f"SELECT value FROM log WHERE source = '{each['source']}' AND id = {each['id']}"
        )
        assert value.decode() in text
        assert each["hash"] in text and each["type"] in text
    assert site.page("tim", address).status_code == 403
    assert site.page("auditor", "/laporan/kejadian/node-a/intake/9999").status_code == 404
    steps = site.page("dinas", f"/laporan/keluhan/{subject(1)}").text
    assert steps.count("data-event") == len(events)
    assert "data-event" not in site.page("tim", f"/laporan/keluhan/{subject(1)}").text


def test_an_unknown_figure_is_told_which_there_are(site: PageSite) -> None:
    answer = site.call("auditor", "/audit/figures/happiness")
    assert answer.status_code == 404
    assert "happiness" in answer.json()["detail"] and "response_on_time" in answer.json()["detail"]
    assert site.page("dinas", "/laporan/angka/happiness").status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 100_000}, "limit"),
        ({"limit": 0}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"part": "half"}, "part"),
        ({"as_of": "2026-11-02T10:00:00"}, "as_of"),
        ({"known_at": "kemarin"}, "known_at"),
        ({"as_of": "9999-12-31T23:59:59+00:00"}, "as_of"),
        ({"from": "2026-11-09", "to": "2026-11-02"}, "to"),
        ({"area": "UKP"}, "area"),
        ({"cluster": "x"}, "cluster"),
        ({"state": "approve"}, "state"),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_its_field(
    site: PageSite, query: dict[str, Any], field: str
) -> None:
    answer = site.call("auditor", "/audit/figures/open", **query)
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_before_the_first_event_there_is_nothing_and_it_says_so(site: PageSite) -> None:
    asked = {"as_of": "2001-01-01"}
    found = answered(site.call("dinas", "/reports/dashboard", **asked))
    assert found["received"] == found["open"] == 0 and found["trend"]["points"] == []
    assert found["unheard"] == ["puring"]
    text = site.page("dinas", "/laporan", **asked).text
    assert "Belum ada yang tercatat pada saat itu." in text


def test_an_instant_that_has_not_come_says_so(site: PageSite) -> None:
    text = site.page("dinas", "/laporan", as_of="2999-01-01").text
    assert "Saat itu belum tiba" in text
    assert "Saat itu belum tiba" not in site.page("dinas", "/laporan").text


def test_what_differs_from_now_is_marked_beside_each_figure(site: PageSite) -> None:
    then = site.page("dinas", "/laporan", as_of="2026-11-04").text
    assert 'class="tag past differs"' in then
    assert 'class="tag past differs"' not in site.page("dinas", "/laporan").text


def test_one_sees_figures_of_ones_own_puskesmas_only(site: PageSite) -> None:
    site.tell([*COUNTED, *[each for each in HISTORY if each.puskesmas == "sadang"]])
    assert site.page("tim", "/laporan", puskesmas="sadang").status_code == 403
    assert site.page("tim", "/laporan/angka/open", puskesmas="sadang").status_code == 403
    assert site.call("tim", "/audit/figures/open").status_code == 403
    assert "Sadang" not in site.page("tim", "/laporan").text


def test_news_are_told_to_whoever_does_not_stream(site: PageSite) -> None:
    found = answered(site.page("dinas", "/laporan/berita", place=-1))
    assert found["new"] > 0
    assert answered(site.page("dinas", "/laporan/berita", place=10**6)) == {"new": 0, "changed": 0}


def test_each_figure_is_explained(site: PageSite) -> None:
    items = answered(site.call("dinas", "/reports/figures"))["items"]
    assert [each["code"] for each in items] == list(FIGURES)
    text = html.unescape(site.page("dinas", "/laporan/angka").text)
    for each in items:
        assert each["name"] in text and each["meaning"] in text and f'id="{each["code"]}"' in text
