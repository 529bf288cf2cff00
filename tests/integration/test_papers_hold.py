"""Papers with nothing on them, with 200 rows, and with the longest names that are taken: nothing is
cut, nothing stands over the edge or over something else."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, Final

import pytest

from services.intake.domain.satisfaction import PERMENPANRB_14_2017
from services.kernel.district import SHIPPED, read_district
from services.kernel.keyring import Words
from services.main.lists import CasesOf
from services.main.survey_papers import SurveyPapersOf
from services.resolution.pages.evidence.gathering import Evidence
from services.resolution.pages.evidence.period import Span
from tests.by_hand import Office, on
from tests.codes import crowded
from tests.codes import words as text_of
from tests.integration.test_bundle import step

INDEX, REGISTER = "00-daftar-isi.pdf", "04-data-rekapan/register-keluhan.pdf"
ROWS: Final = 200
LINE, NAME, GROUP = 200, 120, 120
"""How long what people type on one line may be, a name in the district file, and a group."""


def long(what: str, most: int = LINE) -> str:
    """Return words of all lengths that end in `what`."""
    words = "Raden Ajeng Hardjoloekito-Wirjosoepartodiningrat Keperawatankesehatanmasyarakat "
    end = f"ujung {what}"
    return (words * 4)[: most - len(end)].rstrip() + end


def solid(what: str, most: int = LINE) -> str:
    """Return a single word that ends in `what`."""
    return ("Wirjosoepartodiningrat" * 10)[: most - len(what)] + what


DISTRICT: Final = (
    SHIPPED.read_text(encoding="utf-8")
    .replace("name: Puskesmas Puring\n", f"name: {long('puring', NAME)}\n")
    .replace("{survey: skm.kebumenkab.go.id}", f"{{address: {long('alamat', NAME)}}}")
    .replace("kecamatan: Puring\n", f"kecamatan: {long('kecamatan', NAME)}\n", 1)
    .replace("name: Loket pendaftaran,", f"name: {long('loket', NAME)},")
    .replace("name: Kotak saran utama,", f"name: {long('kotak', NAME)},")
    .replace("  - Puring\n", f"  - {long('kecamatan', NAME)}\n")
)


def answer(number: int) -> dict[str, Any]:
    scores = dict.fromkeys(PERMENPANRB_14_2017.keys, 1 + number % 4)
    occupation = (long, solid)[number % 2](f"n{number:03}", GROUP)
    return {"scores": scores, "unit": "loket", "groups": {"occupation": occupation}}


def survey(office: Office, answers: int, quarter: int) -> str:
    terms = {
        "period": f"2026-Q{quarter}",
        "opens_on": "2026-01-06",
        "closes_on": "2026-01-31",
        "agenda": long("agenda", 5_000),
        "target": solid("sasaran", 5_000),
        "units": [each.code for each in office.hand.node.district.units_of("puring")],
        "ways": ["paper", "link", "desk", "file"],
        "population": 10_000_000,
    }
    id = office.post("sari", "/puskesmas/puring/surveys", **terms)["id"]
    office.post("kukuh", f"/surveys/{id}/approval")
    step(office, "sari", f"/surveys/{id}/coordination", units=["loket"], who=[long("siapa")])
    office.post("sari", f"/surveys/{id}/opening")
    if answers:
        sent = [answer(number) for number in range(answers)]
        office.post("rini", f"/surveys/{id}/answers", answers=sent)
    office.post("sari", f"/surveys/{id}/closing")
    return str(id)


def meeting(office: Office, many: int) -> str:
    at = office.clock().isoformat()
    decided = [
        {
            "decision": (long, solid)[number % 2](f"putusan{number:03}", 400),
            "person_responsible": (solid, long)[number % 2](f"siapa{number:03}"),
            "due_on": "2026-02-20",
        }
        for number in range(min(many, 50))
    ]
    people = [
        {"name": (long, solid)[number % 2](f"hadir{number:03}"), "position": solid("jabatan")}
        for number in range(many)
    ]
    held = {
        "held_at": at,
        "chair": solid("pemimpin"),
        "note_taker": long("notulis"),
        "attendance": people or [{"name": "dr. Kukuh"}],
        "minutes": long("notulen", 5_000),
        "decisions": decided,
    }
    plan = {"kind": "management_review", "starts_at": at, "venue": solid("tempat")}
    agenda = [long(f"acara{number}") for number in range(min(many, 50))]
    body = plan | {"agenda": agenda, "months": ["2026-01"]}
    return str(office.post("bayu", "/puskesmas/puring/meetings", **body, held=held)["id"])


def case(office: Office) -> str:
    """A complaint that went the whole way, everything on it as long as it may be."""
    person = {
        "name": solid("pelapor"),
        "address": long("rumah"),
        "email": f"{solid('surel', 180)}@puskesmas.id",
        "phone": "0812 3456 7890 " * 2,
    }
    text = long("keluhan", 9_000)
    id = str(office.receive(service_unit="loket", complainant=person, text=text)["id"])
    office.post("sari", f"/cases/{id}/grade", grade="yellow")
    said = {"root_cause": solid("akar", 400), "finding": "upheld"}
    office.post("sari", f"/cases/{id}/analysis", **said)
    actions = [
        {
            "action": (long, solid)[number % 2](f"tindakan{number}", 400),
            "person_responsible": (solid, long)[number % 2](f"penanggung{number}"),
            "due_on": "2026-01-30",
        }
        for number in range(50)
    ]
    office.post("sari", f"/cases/{id}/plan", actions=actions)
    return id


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A month in which a box held 200 slips, a meeting had 200 people and a survey 200 groups; at
    another Puskesmas there was nothing."""
    office = Office(tmp_path_factory.mktemp("office"), read_district(DISTRICT, "uji.yaml"))
    office.at("2026-01-06")
    slips = [
        {"text": (long, solid)[number % 2](f"surat{number:03}", 400), "service_unit": "loket"}
        for number in range(ROWS)
    ]
    opened = {"opened_at": on("2026-01-06", 9).isoformat(), "slips": slips}
    office.post(
        "rini",
        "/puskesmas/puring/box-openings",
        officers=[solid(f"petugas{number}") for number in range(20)],
        witnesses=[long(f"saksi{number}") for number in range(20)],
        **opened,
    )
    yield office
    office.end()


@cache
def made(office: Office) -> dict[str, str]:
    """Return by name where the papers are had that are full, and those that are empty."""
    one, few, many = case(office), survey(office, 0, 2), survey(office, ROWS, 1)
    full, bare = meeting(office, ROWS), meeting(office, 0)
    return {
        "form": f"/catat/{one}/formulir.pdf",
        "blank form": "/catat/formulir.pdf?puskesmas=puring",
        "recap": "/rekap/puring/2026-01/lembar.pdf",
        "recap of nothing": "/rekap/rowokele/2026-01/lembar.pdf",
        "terms": f"/survei/{many}/kerangka.pdf",
        "questionnaire": f"/survei/{many}/lembar.pdf",
        "report": f"/survei/{many}/laporan.pdf",
        "report of nothing": f"/survei/{few}/laporan.pdf",
        "minutes": f"/rapat/{full}/notulen.pdf",
        "minutes of nothing": f"/rapat/{bare}/notulen.pdf",
        "invitation": f"/rapat/{full}/undangan.pdf",
        "decisions": "/rapat/keputusan.pdf?puskesmas=puring",
    }


ENDS: Final[dict[str, list[str]]] = {
    "form": [
        *("ujung keluhan", "pelapor", "ujung rumah", "surel@puskesmas.id", "akar", "ujung puring"),
        *(f"{what}{number}" for number in range(50) for what in ("tindakan", "penanggung")),
    ],
    "blank form": ["ujung puring", "ujung alamat", "Catatan"],
    "recap": [f"PRG-2026-A-{number:06}" for number in range(1, ROWS + 1)],
    "recap of nothing": ["(nihil)", "Kotak"],
    "terms": ["ujung agenda", "sasaran", "ujung loket", "10.000.000"],
    "questionnaire": ["ujung puring", "Pekerjaan"],
    "report": ["ujung loket", *(f"n{number:03}" for number in range(ROWS))],
    "report of nothing": ["Belum ada indeks"],
    "minutes": [
        *("pemimpin", "ujung notulis", "ujung notulen", "tempat", "ujung acara49"),
        *(f"putusan{number:03}" for number in range(50)),
        *(f"hadir{number:03}" for number in range(ROWS)),
    ],
    "minutes of nothing": ["Tidak ada keputusan."],
    "invitation": [f"ujung acara{number}" for number in range(50)],
    "decisions": [f"siapa{number:03}" for number in range(50)],
}
"""What the words on each paper end in, the last of its rows included."""
LOOKED_AT: Final = ("/formulir", "/rekap-", "/notulen-", "/kak-", "/laporan-")
"""What of a bundle is looked at as a paper of its own."""
WHO: Final = {"recap of nothing": "wulan", "decisions": "bayu", "blank form": "sari"}


@pytest.mark.parametrize("paper", ENDS)
def test_nothing_is_cut_or_stands_over_something_else(office: Office, paper: str) -> None:
    answer = office.ask(WHO.get(paper, "bayu"), "GET", made(office)[paper])
    assert answer.status_code == 200, answer.text
    assert crowded(answer.content) == []
    said = joined(answer.content)
    assert [each for each in ENDS[paper] if each.replace(" ", "") not in said] == []
    page, pages = re.findall(r"Halaman(\d+)dari(\d+)", said)[-1]
    assert page == pages


@pytest.mark.parametrize("code", ["puring", "rowokele"])
def test_the_bundles_index_and_lists_hold(office: Office, code: str) -> None:
    made(office)
    node = office.hand.node
    reader = node.access.get_account("bayu" if code == "puring" else "agus")
    assert reader is not None
    evidence = Evidence(
        node.resolution,
        CasesOf(node.reporting, node.district),
        SurveyPapersOf(node.intake, node.keyring),
        Words(node.keyring),
        node.access.principal(reader.id),
        code,
        Span(date(2026, 1, 1), date(2026, 1, 31)),
        "id",
    )
    files = dict(evidence.files())
    for path, make in files.items():
        if not any(each in path for each in LOOKED_AT):
            assert crowded(make()) == [], path
    index, register = (joined(files[each]()) for each in (INDEX, REGISTER))
    numbers = [f"PRG-2026-A-{number:06}" for number in range(1, ROWS + 1) if code == "puring"]
    assert [each for each in numbers if f"{each}.pdf" not in index or each not in register] == []
    assert ("Tidakadakeluhan" in register) == (code == "rowokele")


def joined(pdf: bytes) -> str:
    """Return what is written on a PDF, without its spaces; a hyphen that ends a line is one."""
    return "".join(text_of(pdf).split()).replace("\u200b", "").replace("\x02", "-")
