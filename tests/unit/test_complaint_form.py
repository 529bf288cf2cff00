"""The complaint form on paper: what a complaint's events put on it, what is left open, and how the
papers of an office are numbered."""

import json
from datetime import date
from typing import Any

import pytest

from services.kernel.complaint_form import OnForm, Printer, on_form
from services.kernel.district import SHIPPED, DistrictFileError, load_district, read_district
from tests.codes import words as text_of
from tests.unit.test_case_thread import message, sample

DISTRICT = load_district(SHIPPED)
PURING = DISTRICT.puskesmas("puring")
PRINTER = Printer(DISTRICT, PURING, "id")
WHOLE = (
    "ComplaintReceived",
    "CaseGraded",
    "ComplaintAnalysed",
    "ResponsePlanned",
    "FollowUpCarriedOut",
    "ResolutionDocumented",
    "ComplainantInformed",
    "ResolutionPublished",
    "EvaluationRecorded",
)
LONG = "Ny. Hardjoloekito-Wirjosoepartodiningrat binti Kyai Haji Abdurrahman " * 2


def of(*names: str) -> OnForm:
    return on_form(message(name, sample(name)) for name in names)


def said_of(form: OnForm, *, identity: bool = True) -> dict[str, str | None]:
    """Return words for every box, each naming its place on the form."""
    said: dict[str, Any] = {name: f"kata {name}" for name in form.boxes(identity=identity)}
    if identity:
        said["complainant"] = json.dumps({"name": LONG, "phone": "0812", "address": LONG})
    return said


def test_the_filled_form_says_what_was_said_and_done() -> None:
    form = of(*WHOLE)
    text = text_of(PRINTER.filled(form, said_of(form)))
    for each in (
        "PRG-2026-A-000417",
        "Abdurrahman",
        "kata text",
        "kata cause",
        "kata action_1",
        "kata note_1",
        "kata summary",
        "kata evaluation",
        "Kuning",
        "Terbukti",
        "Papan informasi",
        "Efektif",
        "Petugas penerima",
        "Halaman 1 dari ",
    ):
        assert each in text, each


def test_what_stays_sealed_or_is_withheld_is_said() -> None:
    form = of("ComplaintReceived")
    closed = text_of(PRINTER.filled(form, {}))
    assert "tersegel" in closed
    assert "dihapus" in text_of(PRINTER.filled(form, {}, erased=True))
    without = text_of(PRINTER.filled(form, said_of(form, identity=False), identity=False))
    assert "tidak dimuat di berkas ini" in without
    assert "Abdurrahman" not in without


def test_a_result_that_was_taken_back_is_on_it_no_more() -> None:
    form = of(*WHOLE, "CaseReopened")
    assert (form.summary, form.informed_at) == (None, None)
    assert form.cause is not None
    assert form.effective is True


def test_the_blank_form_has_room_for_all_of_it_in_both_languages() -> None:
    text = text_of(PRINTER.blank())
    for each in ("Nama", "Apa yang disampaikan", "Rencana tindak lanjut", "☐", "Pelapor", "………"):
        assert each in text, each
    assert "What was said" in text_of(Printer(DISTRICT, PURING, "en").blank())


def own(line: str) -> str:
    return SHIPPED.read_text(encoding="utf-8").replace(
        "    short_code: PRG", f"    short_code: PRG\n    {line}"
    )


def test_each_paper_is_numbered_as_its_puskesmas_does_it() -> None:
    day = date(2026, 9, 7)
    patterns = 'minutes: "445/NOT.{day}/{roman}/{year}", complaint_form: "445/FORM/{number}"'
    district = read_district(own(f"paper_numbers: {{{patterns}}}"), "uji.yaml")
    assert district.paper_number("puring", "minutes", day) == "445/NOT.07/IX/2026"
    assert district.paper_number("puring", "survey_report", day) == ""
    assert district.paper_number("lamaru", "minutes", day) == ""
    number = district.paper_number("puring", "complaint_form", day, "PRG-2026-A-000417")
    assert number == "445/FORM/PRG-2026-A-000417"
    form = of("ComplaintReceived")
    printed = Printer(district, district.puskesmas("puring"), "id").filled(form, {})
    assert "445/FORM/PRG-2026-A-000417" in text_of(printed)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('paper_numbers: {minutes: "NOTULEN"}', "minutes"),
        ('paper_numbers: {survey_report: "{year}/{month}/{number}"}', "survey_report"),
        ('paper_numbers: {complaint_form: "445/{year}"}', "complaint_form"),
        ('paper_numbers: {complaint_form: "{number!r}"}', "complaint_form"),
        ("regulations: [{about: [law], number: '1', title: SK}]", "regulations"),
        ("regulations: [{about: [], number: '1', title: SK}]", "regulations"),
    ],
)
def test_a_number_or_regulation_that_says_nothing_is_refused(line: str, field: str) -> None:
    with pytest.raises(DistrictFileError, match=field):
        read_district(own(line), "uji.yaml")
