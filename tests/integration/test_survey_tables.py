"""A survey that ran on another site comes back as a table: counts per score, or only means, by page
and by call, up to its publication; and what is to be mended in such a file."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from services.intake.domain.satisfaction import PERMENPANRB_14_2017
from tests.by_hand import Office
from tests.codes import words as text_of
from tests.integration.test_survey_pages import SCORES, hidden
from tests.integration.test_surveys import KEYS, TERMS, filled
from tests.unit.uploads import as_csv, as_xlsx

ANYBODY: Final = "wulan"
"""Who opens the public's form, which asks nobody who they are."""
SITE: Final = "skm.kebumenkab.go.id"
NAMES: Final = [str(PERMENPANRB_14_2017.names[key]) for key in KEYS]
COUNTED: Final = ["Unit layanan", "Unsur", 1, 2, 3, 4, "Jumlah responden"]
WORDS: Final = {"analysis": "Waktu terendah.", "follow_up": "Loket kedua dibuka."}
Rows = list[list[object]]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = Office(tmp_path_factory.mktemp("office"))
    yield office
    office.end()


@pytest.fixture(scope="module")
def waiting(office: Office) -> str:
    """A survey that is open and has nothing yet."""
    return opened(office)


def step(office: Office, by: str, id: str, name: str, /, **body: Any) -> httpx.Response:
    return office.ask(by, "POST", f"/api/v1/surveys/{id}/{name}", json=body)


def opened(office: Office, **more: Any) -> str:
    path = "/api/v1/puskesmas/puring/surveys"
    id = str(office.ask("sari", "POST", path, json=TERMS | more).json()["id"])
    for who, name, body in (
        ("kukuh", "approval", {}),
        ("sari", "coordination", {"units": ["loket"], "who": ["Bu Yuli"]}),
        ("sari", "opening", {}),
    ):
        answer = step(office, who, id, name, **body)
        assert answer.status_code == 200, answer.text
    return id


def counts(**wrong: Sequence[object]) -> Rows:
    """Ten gave 4 to the desk and twenty 3 to the pharmacy, one of whom left the costs out."""
    rows: Rows = [["loket", name, 0, 0, 0, 10, 10] for name in NAMES]
    rows += [["Farmasi (loket obat)", name, 0, 0, 20, 0, 20] for name in NAMES]
    rows[12][4] = 19
    for at, row in wrong.items():
        rows[int(at.removeprefix("at_"))] = list(row)
    return [list(COUNTED), *rows]


def sent(office: Office, id: str, data: bytes, **more: str) -> httpx.Response:
    file = {"file": ("rekap.csv", data)}
    return office.ask("rini", "POST", f"/survei/{id}/impor", files=file, data=more)


def result_of(office: Office, id: str) -> Any:
    return office.get("bayu", f"/surveys/{id}/result")


def test_counts_of_a_site_are_recorded_closed_and_published(office: Office) -> None:
    id = opened(office, population=25)
    form = office.ask(ANYBODY, "GET", f"/s/{id}")
    at = sent(office, id, as_csv(counts(), ";").encode()).headers["location"]
    seen = office.ask("rini", "GET", at)
    # Eight elements of 100 / 30, the costs 97 / 29: in all 3.33461.
    assert "83,37" in seen.text and "Tabel jumlah per skor" in seen.text
    assert "lebih banyak daripada populasi" in seen.text and "1 jawaban kosong" in seen.text
    assert (result_of(office, id)["basis"], result_of(office, id)["answers"]) == ("answers", 0)
    typed = hidden(seen)
    unnamed = office.ask("rini", "POST", f"{at}/tabel", data=typed)
    assert unnamed.status_code == 422 and 'href="#f-source"' in unnamed.text
    for _press in range(2):
        done = office.ask("rini", "POST", f"{at}/tabel", data=typed | {"source": SITE})
        assert done.status_code == 303, done.text
    assert "sudah dicatat sebagai pengganti jawaban" in office.ask("rini", "GET", at).text

    result = result_of(office, id)
    assert (result["basis"], result["source"], result["answers"]) == ("counts", SITE, None)
    assert (result["respondents"], result["blanks"], result["left_out"]) == (30, 1, 0)
    assert (result["index"]["converted"], result["index"]["quality"]) == ("83.37", "B")
    parts = {each["name"]: each["index"]["converted"] for each in result["parts"]}
    assert parts == {"loket": "100.00", "farmasi": "75.00"}
    for late in (
        office.ask(ANYBODY, "GET", f"/s/{id}"),
        office.ask(ANYBODY, "POST", f"/s/{id}", data=hidden(form) | SCORES),
    ):
        assert "diisi di sistem lain" in late.text
    refused = step(office, "rini", id, "answers", answers=[filled()])
    assert refused.status_code == 409 and refused.json()["allowed"] == ["table", "closing"]
    assert office.ask("rini", "GET", f"/survei/{id}/kertas").status_code == 409
    assert "tidak memuat masukan" in office.ask("sari", "GET", f"/survei/{id}/masukan").text

    assert step(office, "sari", id, "closing").status_code == 200
    shown = office.ask("bayu", "GET", f"/survei/{id}/hasil").text
    assert SITE in shown and "Kelompok responden dan masukan" in shown
    done = step(office, "dewi", id, "publication", media=["notice_board"], **WORDS)
    assert done.status_code == 200, done.text
    told = office.ask(ANYBODY, "GET", f"/s/{id}").text
    assert "83,37" in told and "Tabel jumlah per skor, bukan dari jawaban" in told
    report = office.ask("bayu", "GET", f"/survei/{id}/laporan.pdf").content
    paper = " ".join(text_of(report).split())
    assert SITE in paper and "tidak ada di dalam tabel" in paper
    office.settle()
    reported = office.ask("kukuh", "GET", f"/laporan/survei/{id}").text
    assert "tabel jumlah per skor" in reported and "mencatat tabel sebagai pengganti" in reported
    found = office.get("kukuh", "/reports/dashboard", puskesmas="puring")
    assert [each["basis"] for each in found["surveys"] if each["id"] == id] == ["counts"]


def test_means_of_a_workbook_are_asked_how_many_gave_them(office: Office) -> None:
    id = opened(office, method="weight=0.111,blanks=drop")
    rows: Rows = [["Unsur", "NRR"], *([name, 3.25] for name in NAMES)]
    at = sent(office, id, as_xlsx(rows), unit="loket").headers["location"]
    seen = office.ask("rini", "GET", at)
    assert "Tabel rata-rata per unsur" in seen.text and "81,17" in seen.text
    for wrong in ("", "empat puluh", "0"):
        typed = hidden(seen) | {"source": SITE, "respondents": wrong}
        page = office.ask("rini", "POST", f"{at}/tabel", data=typed)
        assert page.status_code == 422 and 'href="#f-respondents"' in page.text, wrong
        assert SITE in page.text
    typed = hidden(page) | {"source": SITE, "respondents": "40"}
    assert office.ask("rini", "POST", f"{at}/tabel", data=typed).status_code == 303
    result = result_of(office, id)
    assert (result["basis"], result["respondents"], result["blanks"]) == ("means", 40, None)
    assert [each["name"] for each in result["parts"]] == ["loket"]
    shown = office.ask("bayu", "GET", f"/survei/{id}/hasil").text
    assert "unsur kosong: menurut pembuat tabelnya" in shown

    rows = [["Unsur", "NRR", "Jumlah responden"], *([name, "3,5", 44] for name in NAMES)]
    at = sent(office, id, as_csv(rows, ";").encode()).headers["location"]
    typed = hidden(office.ask("rini", "GET", at)) | {"source": SITE}
    silent = office.ask("rini", "POST", f"{at}/tabel", data=typed)
    assert silent.status_code == 409 and 'href="#f-replaces"' in silent.text
    typed = hidden(silent) | {"source": SITE, "replaces": "true"}
    assert office.ask("rini", "POST", f"{at}/tabel", data=typed).status_code == 303
    assert result_of(office, id)["respondents"] == 44


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (counts(at_0=["loket", NAMES[0], 0, 0, 0, 10, 9]), r"Baris 2.*Lebih sedikit"),
        (counts(at_1=["loket", "Keamanan", 0, 0, 0, 10, 10]), r"Baris 3.*Unsur ini"),
        (counts(at_0=["loket", NAMES[0], 0, "x", 0, 10, 10]), r"Baris 2.*angka bulat"),
        (counts(at_0=["Bandara", NAMES[0], 0, 0, 0, 10, 10]), r"Bandara.*tidak ikut survei"),
        (counts(at_0=["", NAMES[0], 0, 0, 0, 10, 10]), r"sekaligus"),
        ([*counts()[:10], *counts()[11:]], r"Farmasi.*belum ada untuk unit ini"),
        ([["Skor", *NAMES], [5, *[10] * 9]], r"Baris 2.*Tulis 1, 2, 3, atau 4"),
        ([["Unsur", "NRR"], [NAMES[0], "4,2"]], r"belum ada.*antara 1 dan 4"),
        (
            [["Unit", "n", *NAMES], ["loket", "", *["3,1"] * 9], ["farmasi", 9, *["3,5"] * 9]],
            r"loket.*banyaknya responden",
        ),
    ],
    ids=["sum", "stranger", "word", "unit", "whole", "missing", "score", "mean", "respondents"],
)
def test_a_table_with_something_to_mend_is_not_recorded(
    office: Office, waiting: str, rows: Rows, said: str
) -> None:
    at = sent(office, waiting, as_csv(rows, ";").encode()).headers["location"]
    page = office.ask("rini", "GET", at)
    assert "Perlu diperbaiki" in page.text and "Catat tabel ini" not in page.text
    found = re.sub(r"<[^>]+>", " ", page.text)
    assert re.search(said, found, re.DOTALL), found
    typed = {"key": str(uuid4()), "source": SITE}
    assert office.ask("rini", "POST", f"{at}/tabel", data=typed).status_code == 422
    assert result_of(office, waiting)["basis"] == "answers"


def test_where_somebody_has_answered_no_table_is_taken(office: Office) -> None:
    id = opened(office)
    late = sent(office, id, as_csv(counts(), ";").encode()).headers["location"]
    typed = hidden(office.ask("rini", "GET", late)) | {"source": SITE}
    assert step(office, "rini", id, "answers", answers=[filled(2)]).status_code == 201
    raced = office.ask("rini", "POST", f"{late}/tabel", data=typed)
    assert raced.status_code == 409 and "sudah punya jawaban" in raced.text
    refused = sent(office, id, as_csv(counts(), ";").encode())
    assert refused.status_code == 409 and "sudah punya jawaban" in refused.text
    assert "hanya berkas satu baris" in office.ask("rini", "GET", f"/survei/{id}/impor").text
    table = {"source": SITE, "units": [{"respondents": 1, "means": dict.fromkeys(KEYS, "4")}]}
    assert step(office, "rini", id, "table", **table).status_code == 409
    assert result_of(office, id)["index"]["converted"] == "50.00"


def test_a_call_records_a_table_once_and_names_every_wrong_field(office: Office) -> None:
    id, key = opened(office), {"Idempotency-Key": str(uuid4())}
    ten = {"respondents": 10, "counts": {key: [0, 0, 5, 5] for key in KEYS}}
    body = {"source": SITE, "units": [{"unit": "loket"} | ten]}
    path = f"/api/v1/surveys/{id}/table"
    answers = [office.ask("rini", "POST", path, json=body, headers=key) for _ in range(2)]
    assert answers[0].status_code == 200 and answers[0].json() == answers[1].json()
    assert step(office, "rini", id, "table", **body).json()["code"] == "already_done"
    older = {"If-Match": '"1"'}
    stale = office.ask("rini", "POST", path, json=body | {"replaces": True}, headers=older)
    assert stale.status_code == 412
    wrong = [
        {"unit": "bandara", "respondents": 3, "counts": {"time": [0, 0, 1, 3], "parking": [1] * 4}},
        {"unit": "loket", "respondents": 9} | {"means": dict.fromkeys(KEYS, "3.1")},
    ]
    mixed = step(office, "rini", id, "table", source=SITE, replaces=True, units=wrong)
    assert [each["field"] for each in mixed.json()["errors"]] == ["units[1]"]
    alone = step(office, "rini", id, "table", source=SITE, replaces=True, units=wrong[:1])
    fields = {each["field"] for each in alone.json()["errors"]}
    assert alone.status_code == 422
    assert {"units[0].unit", "units[0].time", "units[0].parking", "units[0].cost"} <= fields
    assert result_of(office, id)["index"]["converted"] == "87.50"
