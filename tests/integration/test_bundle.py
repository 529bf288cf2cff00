"""The accreditation bundle: its index names what lies in each of the ten items and what is missing,
words are in it by role, and who complained never is; and the complaint form on paper."""

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from services.intake.domain.satisfaction import PERMENPANRB_14_2017
from services.intake.surveys.application import Surveys
from services.kernel.errors import Unavailable
from services.kernel.months import Month
from services.main.asking import Questions, RemoteLists, router
from services.main.lists import CasesOf
from services.main.survey_papers import (
    RemoteSurveyPapers,
    SurveyPapersOf,
    address_router,
    papers_router,
)
from tests.by_hand import Office, on
from tests.codes import words as text_of

SAID: Final = "Loket obat kosong dua jam."
NAME: Final = "Tarsih Misal"
AT: Final = "/api/v1/puskesmas/puring/accreditation"
SPAN: Final = {"from": "2026-01-01", "to": "2026-02-28"}


def step(office: Office, by: str, path: str, /, **body: Any) -> Any:
    answer = office.ask(by, "POST", f"/api/v1{path}", json=body)
    assert answer.status_code in (200, 201), answer.text
    office.settle()
    office.clock.wait(timedelta(minutes=1))
    return answer.json()


def case(office: Office) -> str:
    """A complaint that went the whole way."""
    person = {"name": NAME, "phone": "081234567890"}
    id = str(office.receive(service_unit="farmasi", text=SAID, complainant=person)["id"])
    step(office, "sari", f"/cases/{id}/grade", grade="yellow")
    step(office, "sari", f"/cases/{id}/analysis", root_cause="Jaga sendiri.", finding="upheld")
    action = {"action": "Tambah petugas", "person_responsible": "KTU", "due_on": "2026-01-30"}
    step(office, "sari", f"/cases/{id}/plan", actions=[action])
    step(office, "sari", f"/cases/{id}/actions/1", done_on="2026-01-06", note="Dua petugas jaga.")
    step(office, "sari", f"/cases/{id}/documentation", summary="Loket terisi lagi.")
    return id


def told(office: Office, id: str) -> None:
    """Publish a result, tell the complainant, evaluate."""
    (draft,) = office.get("kukuh", "/publications", complaint=id)["items"]
    at = f"/publications/{draft['id']}"
    step(office, "kukuh", f"{at}/approval", text="Loket obat terisi.", media=["notice_board"])
    step(office, "dewi", f"{at}/release", media=["notice_board"])
    step(office, "dewi", f"{at}/informed", channel="phone")
    step(office, "bayu", f"/cases/{id}/evaluation", effective=True, note="Sudah baik.")


def survey(office: Office) -> None:
    terms = {
        "period": "2026-Q1",
        "opens_on": "2026-01-06",
        "closes_on": "2026-01-31",
        "agenda": "Sebar di loket.",
        "target": "Pengguna loket.",
        "units": ["loket"],
        "ways": ["paper"],
        "population": 100,
    }
    id = step(office, "sari", "/puskesmas/puring/surveys", **terms)["id"]
    step(office, "kukuh", f"/surveys/{id}/approval")
    step(office, "sari", f"/surveys/{id}/coordination", units=["loket"], who=["Bu Yuli"])
    step(office, "sari", f"/surveys/{id}/opening")
    scores = dict.fromkeys(PERMENPANRB_14_2017.keys, 4)
    step(office, "rini", f"/surveys/{id}/answers", answers=[{"scores": scores}])
    step(office, "sari", f"/surveys/{id}/closing")


def meeting(office: Office) -> None:
    held = {
        "held_at": office.clock().isoformat(),
        "chair": "dr. Kukuh",
        "note_taker": "Siti",
        "attendance": [{"name": "dr. Kukuh"}],
        "minutes": "Rekap dibahas.",
        "decisions": [],
    }
    plan = {"kind": "quality_meeting", "starts_at": office.clock().isoformat(), "venue": "Aula"}
    step(office, "bayu", "/puskesmas/puring/meetings", **plan, held=held)


def closed(office: Office, month: str) -> None:
    answer = office.ask("sari", "POST", f"/api/v1/puskesmas/puring/recaps/{month}/closing")
    assert answer.status_code == 201, answer.text
    office.settle()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Two months in which everything was done that the SOPs ask for, and then half a year."""
    office = Office(tmp_path_factory.mktemp("office"))
    office.at("2026-01-06")
    told(office, case(office))
    office.receive(kind="praise", text="Terima kasih.")
    survey(office)
    opened = {"opened_at": on("2026-01-06", 9).isoformat(), "officers": ["Rini"], "slips": []}
    step(office, "rini", "/puskesmas/puring/box-openings", **opened, witnesses=["Bu Lurah"])
    office.at("2026-02-03")
    closed(office, "2026-01")
    meeting(office)
    office.at("2026-03-03")
    closed(office, "2026-02")
    office.at("2026-08-03")
    yield office
    office.end()


def contents(office: Office, who: str = "bayu", **more: str) -> dict[str, Any]:
    found = office.ask(who, "GET", AT, params=SPAN | more)
    assert found.status_code == 200, found.text
    return dict(found.json())


def bundle(office: Office, who: str, **more: str) -> dict[str, str]:
    """Return the words of each file of the bundle."""
    answer = office.ask(who, "GET", f"{AT}/bundle", params=SPAN | more)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: text_of(archive.read(name)) for name in archive.namelist()}


def test_all_ten_items_are_whole_and_each_paper_is_in_the_index(office: Office) -> None:
    listed = contents(office)
    assert [each["missing"] for each in listed["items"]] == [[]] * 10
    assert listed["complete"] == 10
    assert (
        "Terlewat: pembukaan Kotak saran utama, batasnya Rab 25 Feb 2026."
        in (listed["items"][3]["unmet"])
    )
    files = bundle(office, "bayu", reason="quality_review")
    paths = [paper["path"] for item in listed["items"] for paper in item["papers"]]
    assert list(files) == ["00-daftar-isi.pdf", *paths]
    index = files["00-daftar-isi.pdf"]
    assert "10 dari 10 butir lengkap." in index
    assert "Belum ada" not in index
    assert all(f"{each['number']}. {each['title']}" in index for each in listed["items"])
    for path, words in (
        ("01-sk/daftar-regulasi.pdf", "009/KMP/KEP/2023"),
        ("04-data-rekapan/pembukaan-kotak-saran.pdf", "Bu Lurah"),
        ("04-data-rekapan/register-keluhan.pdf", "PRG-2026-A-000001"),
        ("08-bukti-penyampaian/penyampaian-hasil.pdf", "Loket obat terisi."),
        ("10-rtl-dilaksanakan/evaluasi-mutu.pdf", "Efektif"),
    ):
        assert words in files[path], path


def test_words_are_in_it_by_role_for_a_reason_and_no_identity(office: Office) -> None:
    form = "04-data-rekapan/formulir/PRG-2026-A-000001.pdf"
    plan, done = "09-laporan-rtl/rencana-tindak-lanjut.pdf", "10-rtl-dilaksanakan/tindak-lanjut.pdf"
    assert contents(office)["past"] == 1
    why = {"reason": "quality_review"}
    # The auditor reads no words, and none are open before somebody said why.
    for files in (bundle(office, "kukuh"), bundle(office, "agus", **why)):
        assert SAID not in "".join(files.values())
        assert "tersegel" in files[form]
    files = bundle(office, "kukuh", **why)
    assert SAID in files[form]
    assert "Tambah petugas" in files[plan]
    assert "Dua petugas jaga." in files[done]
    assert NAME not in "".join(files.values())
    assert "tidak dimuat di berkas ini" in files[form]
    log = office.ask("bayu", "GET", "/pembukaan").text
    assert "menyusun berkas akreditasi" in log
    assert "Penilaian mutu atau akreditasi" in log


def test_what_nobody_did_is_named_with_what_would_fill_it(office: Office) -> None:
    path = "/api/v1/puskesmas/rowokele/accreditation"
    answer = office.ask("agus", "GET", f"{path}/bundle", params=SPAN)
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        index = text_of(archive.read("00-daftar-isi.pdf"))
        register = text_of(archive.read("04-data-rekapan/register-keluhan.pdf"))
    assert "0 dari 10 butir lengkap." in index
    assert "Tidak ada keluhan" in register
    listed = office.ask("agus", "GET", path, params=SPAN).json()
    assert all(each["missing"] for each in listed["items"])
    for item in listed["items"]:
        for each in item["missing"]:
            assert f"Belum ada: {each}" in index, each
    assert [len(each["missing"]) for each in listed["items"]] == [1, 1, 1, 3, 1, 1, 1, 1, 2, 2]
    english = office.ask("agus", "GET", path, params=SPAN | {"lang": "en"}).json()
    assert "minutes. Hold" in english["items"][5]["missing"][0]


@pytest.mark.parametrize(("who", "path"), [("sari", f"{AT}/bundle"), ("wulan", "/akreditasi")])
def test_others_may_not(office: Office, who: str, path: str) -> None:
    assert office.ask(who, "GET", path, params=SPAN).status_code == 403


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "2026-03-01", "to": "2026-02-01"}, "to"),
        ({"from": "2026-01-01", "to": "2026-12-31"}, "to"),
        ({"from": "", "to": "2026-02-01"}, "from"),
        ({"from": "2026-01-01"}, "to"),
        ({"from": "kemarin", "to": "2026-02-01"}, "from"),
        ({"from": "2020-01-01", "to": "2026-02-01"}, "to"),
        ({**SPAN, "reason": "other"}, "reason"),
    ],
)
def test_a_period_that_is_none_is_refused_at_its_field(
    office: Office, asked: dict[str, str], field: str
) -> None:
    answer = office.ask("bayu", "GET", f"{AT}/bundle", params=asked)
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_the_page_lists_the_items_and_leads_to_the_file(office: Office) -> None:
    asked = {"puskesmas": "puring", "reason": "report", **SPAN}
    page = office.ask("bayu", "GET", "/akreditasi", params=asked)
    assert page.status_code == 200, page.text
    assert "10 dari 10 butir lengkap." in page.text
    assert "pembukaan Kotak saran utama, batasnya Rab 25 Feb 2026." in page.text
    assert "1 keluhan sudah lama selesai" in page.text
    wrong = office.ask("bayu", "GET", "/akreditasi", params=asked | {"to": "2099-01-01"})
    assert wrong.status_code == 422
    assert 'id="s-to"' in wrong.text
    empty = office.ask("bayu", "GET", "/akreditasi", params={"puskesmas": "puring"}).text
    assert "Pilih masanya dahulu." in empty
    for day in ("2025-08-01", "2026-07-31"):
        assert f'value="{day}"' in empty, empty
    file = office.ask("bayu", "GET", "/akreditasi/berkas.zip", params=asked)
    assert file.headers["content-type"] == "application/zip"
    assert file.content[:2] == b"PK"


def test_in_a_district_a_surveys_papers_are_asked_of_intake(office: Office) -> None:
    node = office.hand.node
    own = SurveyPapersOf(node.intake, node.keyring)
    app = FastAPI()
    app.include_router(papers_router(own, node.access, "rahasia"))
    app.include_router(address_router(lambda _service: "http://testserver", "rahasia"))
    reader = node.access.get_account("bayu")
    assert reader is not None
    principal = node.access.principal(reader.id)
    (survey,) = Surveys(node.intake).of("puring")
    with TestClient(app, headers={"authorization": "Bearer rahasia"}) as client:
        asked = RemoteSurveyPapers("http://testserver", client)
        terms = text_of(asked.terms(principal, survey.id, "id"))
        assert "Sebar di loket." in terms
        assert "Lampiran" in text_of(asked.report(principal, survey.id, "id"))
    with TestClient(app, raise_server_exceptions=False) as stranger, pytest.raises(Unavailable):
        RemoteSurveyPapers("http://testserver", stranger).terms(principal, survey.id, "id")


def test_in_a_district_reporting_answers_as_within_one_process(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instants, days and ids come over as they are."""
    node = office.hand.node
    app, bounds = FastAPI(), Month.written("2026-02").bounds("Asia/Jakarta")
    app.include_router(router(Questions(node.reporting, node.district), "rahasia"))
    here, asked = CasesOf(node.reporting, node.district), RemoteLists("http://elsewhere", "rahasia")
    with TestClient(app, headers={"authorization": "Bearer rahasia"}) as client:
        monkeypatch.setattr(asked, "_http", client)
        evidence = asked.evidence("puring", *bounds, ["2026-02"])
        assert evidence == here.evidence("puring", *bounds, ["2026-02"])
        assert evidence["unmet"]
        recap = asked.recap("puring", "2026-02", *bounds)
        assert recap == here.recap("puring", "2026-02", *bounds)
        assert [each["state"] for each in recap["openings"]] == ["missed"]
        ahead = timedelta(days=60)
        assert asked.duties(["puring"], ahead) == here.duties(["puring"], ahead) != []


def papered(office: Office, who: str, path: str) -> httpx.Response:
    return office.ask(who, "GET", path)


def test_the_complaint_form_is_printed_blank_and_filled(office: Office) -> None:
    blank = papered(office, "rini", "/catat/formulir.pdf?puskesmas=puring")
    assert "Apa yang disampaikan" in text_of(blank.content)
    assert papered(office, "agus", "/catat/formulir.pdf?puskesmas=puring").status_code == 403
    id = office.receive(text="Toilet kotor.", complainant={"name": NAME})["id"]
    words = text_of(papered(office, "sari", f"/catat/{id}/formulir.pdf").content)
    assert "Toilet kotor." in words and NAME in words
    closed = text_of(papered(office, "wulan", f"/catat/{id}/formulir.pdf").content)
    assert "tersegel" in closed and "Toilet kotor." not in closed
    # The coordinator is bound to other units.
    assert papered(office, "yuli", f"/catat/{id}/formulir.pdf").status_code == 403
    assert papered(office, "agus", f"/catat/{id}/formulir.pdf").status_code == 403
    for page in (f"/kasus/{id}", f"/catat/{id}"):
        assert f"/catat/{id}/formulir.pdf" in papered(office, "sari", page).text
    assert "mencetak formulir keluhan" in papered(office, "bayu", "/pembukaan").text
