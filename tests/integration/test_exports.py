"""Exports over HTTP, on a real stream: what leaves is what the list shows and the calls say."""

import csv
import io
import re
import resource
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx
import msgspec
import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from services.kernel.clock import system_clock
from services.kernel.district import SHIPPED, load_district
from services.kernel.errors import Unavailable
from services.kernel.web.app import create_app
from services.kernel.web.words import WORDS
from services.reporting import api, pages
from services.reporting.exports.complaints import AS_OF, COLUMNS
from services.reporting.exports.log import Manifest
from services.reporting.exports.said import WHOLE
from services.reporting.exports.spool import AT_ONCE, Spool
from services.reporting.exports.suppression import LEAST
from services.reporting.messages import as_message, message_hash
from tests.histories import Told, hour
from tests.integration.test_reporting_api import HISTORY, case
from tests.integration.test_reporting_pages import PageSite

DISTRICT = load_district(SHIPPED)
QUESTIONS: list[dict[str, str]] = [
    {},
    {"puskesmas": "puring"},
    {"unit": "farmasi", "channel": "whatsapp"},
    {"category": "attitude"},
    {"area": "UKPP"},
    {"state": "open"},
    {"state": "closed"},
    {"from": "2026-11-03", "to": "2026-11-03"},
    {"as_of": "2026-11-02T09:30:00+07:00"},
    {"known_at": "{between}"},
    {"as_of": "2026-11-04", "known_at": "{between}"},
    {"as_of": "2026-11-01"},
    {"as_of": "2030-01-01"},
]
each_question = pytest.mark.parametrize("query", QUESTIONS, ids=lambda query: str(sorted(query)))
SPOKEN = ("kind", "channel", "state", "grade", "confidentiality")


def make_app(site: Any) -> FastAPI:
    app = create_app(
        "Uji",
        routers=[api.router(site.reporting, DISTRICT), pages.router(site.reporting, DISTRICT)],
        packages=["services.reporting"],
        nav=pages.NAV,
    )
    app.state.access = site.access
    return app


def crowd() -> list[Told]:
    """Many complaints at one Puskesmas and a few elsewhere, so that some counts are small."""
    found: list[Told] = []
    channels = ["web"] * 12 + ["phone"] * 6 + ["sms"] * 2
    for n, channel in enumerate(channels):
        found += case(100 + n, n, channel=channel)[:1]
    for n in range(3):
        found += case(200 + n, n, puskesmas="mirit")[:1]
    return [replace(each, source="intake-b") for each in found]


class TwiceToldSite(PageSite):
    """A site that heard of some complaints first, and of others after the instant `between`."""

    between: datetime

    def asked(self, query: dict[str, str]) -> dict[str, str]:
        return {
            name: value.format(between=self.between.isoformat()) for name, value in query.items()
        }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwiceToldSite]:
    made = TwiceToldSite(tmp_path_factory.mktemp("exports"))
    made.app = make_app(made)
    made.tell(HISTORY)
    made.between = system_clock()
    made.tell(crowd())
    yield made
    made.reporting.close()
    made.stream.close()
    made.access.close()


def had(answer: httpx.Response) -> bytes:
    assert answer.status_code == 200, answer.text
    return answer.content


def rows_of_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def listed(site: TwiceToldSite, name: str, query: dict[str, str]) -> list[dict[str, Any]]:
    """Return all that the call lists, page by page."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        more = {"cursor": cursor} if cursor else {}
        answer = site.call(name, "/reports/complaints", limit=7, **query, **more)
        found = msgspec.json.decode(had(answer))
        items += found["items"]
        cursor = found["next"]
        if cursor is None:
            return items


def as_said(item: dict[str, Any], name: str) -> Any:
    """Return what a column must say of an item of the call."""
    value = item.get(name)
    return str(WORDS[name][value]) if name in SPOKEN and value is not None else value


PLAIN = ("number", "puskesmas", "kind", "channel", "state", "grade", "confidentiality", "id")
FLAGS = ("closed", "overdue", "paused", "escalated", "published", "informed")
MOMENTS = ("received_at", "recorded_at", "response_due", "responded_at", "settled_at")
TITLE = {column.code: str(column.title) for column, _value in COLUMNS}


@each_question
@pytest.mark.parametrize("name", ["dinas", "tim", "auditor"])
def test_the_rows_are_those_that_the_call_lists(
    site: TwiceToldSite, name: str, query: dict[str, str]
) -> None:
    query = site.asked(query)
    items = listed(site, name, query)
    rows = rows_of_csv(had(site.call(name, "/exports/complaints.csv", **query)))
    assert len(rows) == len(items)
    for row, item in zip(rows, items, strict=True):
        for code in PLAIN:
            assert row[TITLE[code]] == (as_said(item, code) or ""), code
        for code in FLAGS:
            assert row[TITLE[code]] == {True: "ya", False: "tidak", None: ""}[item[code]], code
        for code in MOMENTS:
            shown = datetime.fromisoformat(row[TITLE[code]]) if row[TITLE[code]] else None
            assert shown == (item[code] and datetime.fromisoformat(item[code])), code


@each_question
def test_the_rows_are_those_of_the_page(site: TwiceToldSite, query: dict[str, str]) -> None:
    query = site.asked(query)
    shown = re.findall(
        r"PRG-2026-A-\d{6}</a>", site.page("dinas", "/laporan/keluhan", **query).text
    )
    content = had(site.page("dinas", "/laporan/unduh/keluhan.csv", **query))
    rows = [f"{row['Nomor']}</a>" for row in rows_of_csv(content)]
    assert sorted(shown) == sorted(rows) if "state" not in query else set(shown) == set(rows)


def test_a_workbook_has_typed_cells_and_says_what_they_mean(site: TwiceToldSite) -> None:
    query = {"puskesmas": "puring", "as_of": "2099-12-02", "known_at": "2099-12-02"}
    content = had(site.call("dinas", "/exports/complaints.xlsx", **query))
    book = load_workbook(io.BytesIO(content))
    sheet, about = book.worksheets
    heads = [cell.value for cell in sheet[1]]
    assert heads == [str(each.title) for each, _value in COLUMNS] + [
        str(c.title) for c in (*AS_OF, *WHOLE)
    ]
    texts = rows_of_csv(had(site.call("dinas", "/exports/complaints.csv", **query)))
    assert sheet.max_row == len(texts) + 1
    for cells, row in zip(sheet.iter_rows(min_row=2), texts, strict=True):
        for cell, (column, _value) in zip(cells, COLUMNS, strict=False):
            told = row[str(column.title)]
            if not told:
                assert cell.value is None
            elif column.kind == "moment":
                local = datetime.fromisoformat(told).replace(tzinfo=None)
                assert isinstance(cell.value, datetime)
                assert abs(cell.value - local).total_seconds() < 0.01
            elif column.kind == "flag":
                assert cell.value is (told == "ya")
            elif column.kind == "number":
                assert cell.value == int(told)
            else:
                assert cell.value == told and cell.data_type == "s"
    said = [row[:2] for row in about.iter_rows(values_only=True, max_row=4)]
    assert said[:2] == [
        ("Keadaan per", "Rab 2 Des 2099 23.59 WIB"),
        ("Sebagaimana diketahui", "Rab 2 Des 2099 23.59 WIB"),
    ]
    assert said[3] == ("Puskesmas", "Puskesmas Puring")
    meanings = {row[0]: row[2] for row in about.iter_rows(values_only=True) if row[2]}
    assert set(heads) <= set(meanings)


def test_the_same_question_gives_the_same_rows_in_another_language(site: TwiceToldSite) -> None:
    text = had(site.call("dinas", "/exports/complaints.csv", lang="en")).decode("utf-8-sig")
    assert text.startswith("Number;Puskesmas code;Puskesmas;Kind;")


def test_nobody_gets_what_the_role_does_not_hold(site: TwiceToldSite) -> None:
    for path in ("complaints.csv", "complaints.xlsx", "open-data.csv", "log.tar"):
        assert site.call("admin", f"/exports/{path}").status_code == 403
        assert site.call(None, f"/exports/{path}").status_code == 401
    assert site.call("dinas", "/exports/log.tar").status_code == 403
    assert site.call("tim", "/exports/complaints.csv", puskesmas="sadang").status_code == 403
    assert site.call("tim", "/exports/cases/PRG-2026-A-000003").status_code == 403
    assert site.page("admin", "/laporan/unduh").status_code == 403


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("complaints.csv", {"as_of": "2026-11-02T09:30:00"}, "as_of"),
        ("complaints.xlsx", {"known_at": "kemarin"}, "known_at"),
        ("complaints.csv", {"from": "2026-11-03", "to": "2026-11-02"}, "to"),
        ("open-data.csv", {"from": "2026-11-02"}, "from"),
        ("open-data.csv", {"to": "2026-11-29"}, "to"),
        ("open-data.xlsx", {"state": "open"}, "state"),
        ("log.tar", {"channel": "web"}, "channel"),
        ("log.tar", {"state": "open"}, "state"),
        ("log.tar", {"area": "UKM"}, "area"),
    ],
)
def test_what_is_asked_wrongly_names_its_field(
    site: TwiceToldSite, path: str, query: dict[str, str], field: str
) -> None:
    answer = site.call("auditor", f"/exports/{path}", **query)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_a_format_that_is_none_is_not_found(site: TwiceToldSite) -> None:
    assert site.call("dinas", "/exports/complaints.ods").status_code == 404


def test_open_data_adds_up_to_the_dashboard_and_shows_no_small_count(site: TwiceToldSite) -> None:
    query = {"as_of": "2026-12-05"}
    rows = rows_of_csv(had(site.call("dinas", "/exports/open-data.csv", **query)))
    month = {"from": "2026-11-01", "to": "2026-11-30", **query}
    figures = site.call("dinas", "/reports/dashboard", **month).json()
    whole = [row for row in rows if row["Rincian"] == "semua"]
    by_place = {row["Puskesmas"]: int(row["Jumlah"]) for row in whole}
    assert by_place.pop("") == figures["received"]
    assert sum(by_place.values()) == figures["received"]
    assert {int(row["Jumlah"]) >= LEAST for row in rows} == {True}
    # Sadang (1) and Mirit (3) are too few even together, so that Puring goes along.
    assert by_place == {"lainnya, disatukan": 26}


def test_open_data_of_one_place_keeps_its_small_channels_closed(site: TwiceToldSite) -> None:
    query = {"as_of": "2026-12-05", "puskesmas": "puring"}
    rows = rows_of_csv(had(site.call("tim", "/exports/open-data.csv", **query)))
    channels = {row["Bagian"]: int(row["Jumlah"]) for row in rows if row["Rincian"] == "kanal"}
    # SMS (2), WhatsApp and in person (1 each) are too few even together: telephone (6) goes along.
    assert channels == {"Situs web": 12, "lainnya, disatukan": 10}
    assert had(site.call("tim", "/exports/open-data.csv", as_of="2026-11-30")).count(b"\r\n") == 1
    # A report as of the end of the calendar looks at the months in which something came, only.
    far = had(site.call("tim", "/exports/open-data.csv", as_of="9998-12-30", puskesmas="puring"))
    assert len(rows_of_csv(far)) == len(rows)


def unpacked(content: bytes, folder: Path) -> Manifest:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        tar.extractall(folder, filter="data")
    return msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)


def read_back(folder: Path) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(
            f"FROM read_parquet('{folder}/month=*/events.parquet', hive_partitioning = false) "
            "ORDER BY source, id"
        )
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_the_log_is_read_back_with_the_same_bytes(site: TwiceToldSite, tmp_path: Path) -> None:
    manifest = unpacked(had(site.call("auditor", "/exports/log.tar")), tmp_path)
    rows = read_back(tmp_path)
    events = site.items("auditor", "/events", limit=10_000)
    assert manifest.rows == len(rows) == len(events) == sum(each.rows for each in manifest.files)
    hashes = {(row["source"], row["id"]): message_hash(as_message(row)) for row in rows}
    assert hashes == {(each["source"], each["id"]): each["hash"] for each in events}
    values = site.ask("SELECT source, id, value FROM log ORDER BY source, id")
    assert [(row["source"], row["id"], row["value"]) for row in rows] == values
    ends = site.ask("SELECT source, count(*), max(id) FROM log GROUP BY source ORDER BY source")
    assert [(each.source, each.events, each.last_id) for each in manifest.sources] == ends


@pytest.mark.parametrize(
    "query",
    [
        {"as_of": "2026-11-02T09:30:00+07:00"},
        {"known_at": "{between}"},
        {"puskesmas": "sadang"},
        {"from": "2026-11-03", "to": "2026-11-03"},
        {"as_of": "2020-01-01T00:00:00Z"},
    ],
)
def test_the_log_is_of_what_was_asked_for(
    site: TwiceToldSite, tmp_path: Path, query: dict[str, str]
) -> None:
    query = site.asked(query)
    manifest = unpacked(had(site.call("auditor", "/exports/log.tar", **query)), tmp_path)
    rows = read_back(tmp_path) if manifest.files else []
    events = site.items("auditor", "/events", limit=10_000)
    wanted = {(each["source"], each["id"]) for each in events if chosen(query, each)}
    assert {(row["source"], row["id"]) for row in rows} == wanted
    assert len(wanted) < len(events)


def chosen(query: dict[str, str], event: dict[str, Any]) -> bool:
    """Say whether an event is of what was asked for, read plainly."""

    def at(name: str) -> datetime:
        return datetime.fromisoformat(event[name])

    if "as_of" in query:
        return at("occurred_at") <= datetime.fromisoformat(query["as_of"])
    if "known_at" in query:
        until = datetime.fromisoformat(query["known_at"])
        return at("arrived_at") <= until and at("occurred_at") <= until
    if "puskesmas" in query:
        return bool(event["puskesmas"] == query["puskesmas"])
    # 3 November in western Indonesia.
    return hour(17) <= at("time") < hour(41)


def test_a_case_file_is_the_same_bytes_each_time_and_other_ones_for_the_past(
    site: TwiceToldSite,
) -> None:
    path = "/laporan/keluhan/PRG-2026-A-000001/berkas.pdf"
    first, second = (had(site.page("dinas", path)) for _time in range(2))
    assert first.startswith(b"%PDF-") and first == second
    past = had(site.page("dinas", path, as_of="2026-11-02T09:30:00+07:00"))
    assert past != first and past.startswith(b"%PDF-")
    assert had(site.call("dinas", "/exports/cases/PRG-2026-A-000001")) == first
    assert site.page("dinas", path, as_of="2020-01-01").status_code == 404
    assert site.call("dinas", "/exports/cases/PRG-2026-A-999999").status_code == 404


@pytest.mark.parametrize("path", ["complaints.csv", "complaints.xlsx", "log.tar"])
def test_a_full_disk_refuses_it_and_leaves_nothing(site: TwiceToldSite, path: str) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, limits[1]))
    try:
        answer = site.call("auditor", f"/exports/{path}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
    assert list((site.folder / "exports").iterdir()) == []
    assert site.call("auditor", f"/exports/{path}").status_code == 200
    assert list((site.folder / "exports").iterdir()) == []


def test_no_more_are_made_at_once_than_may_be(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "exports")

    def nested(depth: int) -> None:
        spool.made(lambda _file, _folder: nested(depth - 1) if depth else None).close()

    nested(AT_ONCE - 1)
    with pytest.raises(Unavailable):
        nested(AT_ONCE)
    nested(AT_ONCE - 1)


def test_what_a_process_that_died_left_is_gone_at_the_next_start(tmp_path: Path) -> None:
    left = tmp_path / "exports" / "tmp1234" / "month.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    Spool(tmp_path / "exports")
    assert not left.exists()


def test_the_download_page_says_what_is_in_the_files(site: TwiceToldSite) -> None:
    text = site.page("dinas", "/laporan/unduh", puskesmas="puring", state="open").text
    assert "/laporan/unduh/keluhan.xlsx?puskesmas=puring&amp;state=open" in text
    assert "Hitungan di bawah 5 tidak ditampilkan" in text and "log.tar" not in text
    assert "log.tar" in site.page("auditor", "/laporan/unduh").text
