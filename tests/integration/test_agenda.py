"""The agenda over HTTP: what is due, done and late, for one Puskesmas and for the district; and the
calendar that anybody may subscribe to."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from services.kernel.district import SHIPPED, load_district
from services.kernel.web.app import create_app
from services.reporting import agenda_api, agenda_pages
from services.reporting.agenda import Agenda
from tests.histories import BOX, DAWN, hour, told
from tests.integration.test_reporting_pages import PageSite

DISTRICT = load_district(SHIPPED)
START = -120 * 24
ASKED = {"as_of": hour(0).isoformat(), "from": "2026-09-01", "to": "2026-10-31"}


def place(code: str) -> list[Any]:
    of_it = {"source": "intake", "puskesmas": code}
    return [
        told("PuskesmasRegistered", START, subject=code, **of_it, code=code),
        told("SuggestionBoxRegistered", START, subject=f"box:{code}:utama", **of_it),
    ]


DECISION = {
    "number": 1,
    "decision": BOX,
    "person_responsible": "KTU",
    "due_on": "2026-11-01",
    "complaint": None,
    "action_number": None,
}
HISTORY = [
    *place("puring"),
    *place("sadang"),
    # A decision of 31 October's lokmin was due on the day after.
    told("MeetingPlanned", -4 * 24, kind="monthly_lokmin", starts_at=hour(-3 * 24)),
    told("MeetingHeld", -3 * 24, kind="monthly_lokmin", decisions=[DECISION]),
    # Of September an empty box, two days before its day; of October none.
    told("SuggestionBoxOpened", -40 * 24, source="intake", about=700, slips=0),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageSite]:
    made = PageSite(tmp_path_factory.mktemp("agenda"))
    agenda = Agenda(made.reporting, DISTRICT)
    made.app = create_app(
        "Uji",
        routers=[
            agenda_api.router(made.reporting, agenda, DISTRICT),
            agenda_pages.router(made.reporting, agenda, DISTRICT),
        ],
        packages=["services.reporting"],
        nav=(agenda_pages.NAV,),
    )
    made.app.state.access = made.access
    made.tell(HISTORY)
    yield made
    made.reporting.close()
    made.stream.close()
    made.access.close()


def items(site: PageSite, name: str, **query: Any) -> list[dict[str, Any]]:
    answer = site.call(name, "/reports/agenda", **query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_the_call_says_what_is_done_and_what_was_missed(site: PageSite) -> None:
    found = items(site, "tim", puskesmas="puring", **ASKED)
    boxes = [each for each in found if each["kind"] == "box_opening"]
    assert [(each["due_on"], each["state"], each["counted"]) for each in boxes] == [
        ("2026-09-25", "done", 0),
        ("2026-10-24", "missed", None),
    ]
    assert boxes[0]["title"] == "Kotak saran utama"
    assert boxes[0]["position"] == "/node-a/intake:5"
    assert boxes[1]["days_late"] == 6, "working days until its month was over"
    assert {each["state"] for each in found if each["kind"] == "recap_closing"} == {"overdue"}


def test_a_meeting_is_named_in_the_readers_language(site: PageSite) -> None:
    found = items(site, "tim", puskesmas="puring", lang="en", **ASKED)
    held = [each for each in found if each["about"] == "monthly_lokmin"]
    assert [(each["due_on"], each["state"], each["counted"]) for each in held] == [
        ("2026-09-30", "missed", None),
        ("2026-10-31", "done", 1),
    ]
    assert (
        held[1]["title"] == "Monthly workshop (lokmin)"
        and held[1]["position"] == "/node-a/resolution:2"
    )


def test_decisions_that_are_past_their_day_are_counted(site: PageSite) -> None:
    later = {"month": "2026-11", "as_of": "2026-11-03"}
    alone = site.page("tim", "/agenda", **later).text
    assert "1 keputusan rapat lewat batas" in alone
    assert 'href="/rapat?puskesmas=puring&amp;lihat=keputusan"' in alone
    before = site.page("tim", "/agenda", month="2026-10", as_of="2026-11-01").text
    assert "keputusan rapat lewat batas" not in before


def test_as_of_an_earlier_day_it_was_still_to_be_done(site: PageSite) -> None:
    earlier = ASKED | {"as_of": "2026-10-20"}
    found = items(site, "tim", puskesmas="puring", **earlier)
    october = [each for each in found if each["due_on"] == "2026-10-24"]
    assert [each["state"] for each in october] == ["ahead"]


def test_who_sees_one_puskesmas_is_told_of_no_other(site: PageSite) -> None:
    assert {each["puskesmas"] for each in items(site, "tim", **ASKED)} == {"puring"}
    assert {each["puskesmas"] for each in items(site, "dinas", **ASKED)} == {"puring", "sadang"}
    assert site.call("tim", "/reports/agenda", puskesmas="sadang").status_code == 403
    assert site.page("tim", "/agenda", puskesmas="sadang").status_code == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-09"}, "from"),
        ({"from": "2026-10-01", "to": "2026-09-30"}, "to"),
        ({"from": "2020-01-01", "to": "2026-09-30"}, "to"),
        ({"as_of": "kemarin"}, "as_of"),
    ],
)
def test_bad_days_name_their_field(site: PageSite, query: dict[str, str], field: str) -> None:
    answer = site.call("dinas", "/reports/agenda", **query)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_no_such_puskesmas_is_not_found_and_no_such_month_is_refused(site: PageSite) -> None:
    assert site.call("dinas", "/reports/agenda", puskesmas="atlantis").status_code == 404
    assert site.page("dinas", "/agenda", puskesmas="atlantis").status_code == 404
    assert site.page("dinas", "/agenda", month="2026-13").status_code == 422
    assert site.page(None, "/p/atlantis/agenda.ics").status_code == 404


def test_the_page_of_a_puskesmas_shows_what_is_overdue_and_leads_to_it(site: PageSite) -> None:
    text = site.page("tim", "/agenda", month="2026-10", as_of="2026-10-27").text
    assert "Lewat batas dan masih dapat dilakukan" in text
    assert 'href="/catat/kotak?puskesmas=puring&amp;kotak=utama"' in text
    assert "lewat 2 hari kerja" in text, "from Saturday the 24th to Tuesday the 27th"
    gone = site.page("tim", "/agenda", month="2026-09", as_of="2026-10-27").text
    assert "nihil" in gone and "selesai" in gone
    english = site.page("tim", "/agenda", month="2026-09", as_of="2026-10-27", lang="en").text
    assert "nil" in english and "Opening of the suggestion box" in english


def test_the_district_sees_all_beside_each_other(site: PageSite) -> None:
    text = site.page("dinas", "/agenda", month="2026-09", as_of="2026-11-02").text
    rows = re.findall(
        r'<tr><th scope="row"><a href="([^"]*)">([^<]*)</a>(.*?)</tr>', text, re.DOTALL
    )
    by_name = {name: cells for _address, name, cells in rows}
    assert set(by_name) == {"Puskesmas Puring", "Puskesmas Sadang"}
    assert "nihil" in by_name["Puskesmas Puring"] and "nihil" not in by_name["Puskesmas Sadang"]
    assert "terlewat" in by_name["Puskesmas Sadang"]
    address = next(address for address, name, _cells in rows if name == "Puskesmas Sadang")
    assert "puskesmas=sadang" in address and "month=2026-09" in address
    assert "Tidak ada yang jatuh tempo" in site.page("dinas", "/agenda", month="2020-01").text


def test_anybody_may_subscribe_to_dates_and_kinds_and_to_nothing_else(site: PageSite) -> None:
    answer = site.page(None, "/p/Puring/agenda.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    events = calendar.walk("VEVENT")
    assert len(events) > 20, "a year of boxes and recaps"
    assert len({str(each["uid"]) for each in events}) == len(events)
    allowed = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "TRANSP"}
    assert all(set(each) <= allowed for each in events)
    assert {str(each["summary"]) for each in events} == {
        "Pembukaan kotak saran: Kotak saran utama",
        "Penutupan rekap bulanan",
        "Rekap diketahui kepala Puskesmas",
        "Rapat: Rapat tim mutu",
        "Rapat: Lokmin bulanan",
        "Rapat: Lokmin triwulanan",
        "Rapat: Pertemuan lintas sektor",
        "Rapat: SMD (survei mawas diri)",
        "Rapat: MMD (musyawarah masyarakat desa)",
        "Rapat: Rapat tinjauan manajemen",
        "Survei kepuasan masyarakat",
    }
    for each in events:
        starts = each.decoded("dtstart")
        assert isinstance(starts, date) and each.decoded("dtend") - starts == timedelta(days=1)
    assert str(DAWN.date()) not in answer.text
