"""`tanggap skm`: anybody can check a published index, with nothing but the file."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from services.intake.domain.satisfaction import (
    PERMENPANRB_14_2017,
    SAMPLE_ROUNDINGS,
)
from services.intake.survey_files import SHAPES
from services.kernel.district import SHIPPED
from services.main.cli import app
from services.main.cli.satisfaction import NINE, SampleRounding, Shape
from tests.unit.uploads import as_csv

NAMES = [str(element.name) for element in PERMENPANRB_14_2017.elements]
SUMS = (105, 101, 100, 116, 102, 105, 106, 105, 115)
"""Of 29 questionnaires: what a guide reckons as 90.56, and as 91.48 besides."""


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without data, in which nothing may appear."""
    folder = tmp_path / "nowhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "120")
    return folder


def skm(tmp_path: Path, rows: Sequence[Any], *options: str) -> Result:
    file = tmp_path / "jawaban.csv"
    file.write_text(as_csv(rows, ";"))
    return CliRunner().invoke(app, ["skm", str(file), *options])


def answer(tmp_path: Path, rows: Sequence[Any], *options: str) -> Any:
    done = skm(tmp_path, rows, "--json", *options)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


FOURS: list[Any] = [["No", *NAMES], [1, *[4] * 9], [2, *[4] * 9]]
GUIDE: list[Any] = [
    ["Unsur", 1, 2, 3, 4],
    *[[n, 0, 0, 116 - s, s - 87] for n, s in zip(NAMES, SUMS, strict=True)],
]


@pytest.mark.parametrize(
    ("method", "converted"),
    [("", "100.00"), ("weight=0.111", "99.90"), ("weight=0.11,result=1", "99.0")],
)
def test_the_method_is_told_with_the_result(
    tmp_path: Path, nowhere: Path, method: str, converted: str
) -> None:
    told = answer(tmp_path, FOURS, "--method", method)
    assert told["index"]["converted"] == converted
    assert (told["index"]["class"], told["index"]["label"]) == ("A", "Sangat baik")
    assert told["method"].split(",")[0] == method.split(",")[0] or "weight=exact"
    assert (told["shape"], told["respondents"], told["elements"]) == (
        "respondents",
        2,
        "permenpanrb-14-2017",
    )
    shown = skm(tmp_path, FOURS, "--method", method)
    assert shown.exit_code == 0
    assert f"--method {told['method']}" in shown.stdout
    assert converted in shown.stdout
    assert [*nowhere.iterdir()] == []


def test_a_published_figure_is_checked_and_its_method_found(tmp_path: Path) -> None:
    same = answer(tmp_path, GUIDE, "--published", "91,48")
    assert same["published"]["same"]
    other = skm(tmp_path, GUIDE, "--published", "90.56", "--json")
    assert other.exit_code == 1
    published = json.loads(other.stdout)["published"]
    assert not published["same"]
    assert published["methods"][0].startswith("weight=0.11,parts=none")
    assert answer(tmp_path, GUIDE, "--published", "90.56", "--method", published["methods"][0])[
        "published"
    ]["same"]
    shown = skm(tmp_path, GUIDE, "--published", "90.56")
    assert "Diumumkan 90.56, dihitung 91.48: lain." in shown.stdout
    assert "weight=0.11" in shown.stdout
    none = skm(tmp_path, GUIDE, "--published", "12.34")
    assert (none.exit_code, "Tidak ada cara hitung" in none.stdout) == (1, True)


def test_the_lowest_element_comes_first_and_units_have_their_own(tmp_path: Path) -> None:
    rows = [["Unit", *NAMES], ["UGD", *[4] * 8, 2], ["Loket", *[3] * 8, ""]]
    told = answer(tmp_path, rows)
    assert told["by_element"][0]["element"] == "facilities"
    assert told["by_element"][0]["mean"] == "2.0000"
    assert [(p["name"], p["index"] and p["index"]["converted"]) for p in told["parts"]] == [
        ("Loket", None),
        ("UGD", "94.44"),
    ]
    assert (told["blanks"], told["numbered"]) == (1, False)
    shown = skm(tmp_path, rows, "--population", "450", "--sample-rounding", "up").stdout
    assert shown.index("Sarana dan prasarana") < shown.index("Persyaratan")
    for said in ("1 jawaban kosong.", "Responden tidak bernomor", "Tanpa nilai:", "208", "kurang"):
        assert said in shown
    assert answer(tmp_path, rows, "--population", "450")["sample"] == {
        "population": 450,
        "rounding": "nearest",
        "size": 207,
    }


def test_what_is_wrong_in_the_file_ends_with_one(tmp_path: Path) -> None:
    rows = [["No", *NAMES], [1, *[4] * 9], [1, 5, *[4] * 8]]
    done = skm(tmp_path, rows)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"baris 3: {NAMES[0]}: Tulis 1, 2, 3, atau 4" in done.stderr
    assert "baris 3: No: Responden ini sudah ada di baris 2." in done.stderr
    told = json.loads(skm(tmp_path, rows, "--json").stdout)
    assert [(each["row"], each["field"]) for each in told["errors"]] == [(3, NAMES[0]), (3, "No")]


def test_numbers_that_mean_nothing_are_told_how_to_mend(tmp_path: Path) -> None:
    rows = [[f"U{n}" for n in range(1, 10)], [4] * 9]
    done = skm(tmp_path, rows)
    assert done.exit_code == 1
    assert "--column" in done.stderr
    columns = ("--column", "U8=facilities", "--column", "U9=complaint_handling")
    assert answer(tmp_path, rows, *columns)["index"]["converted"] == "100.00"


def test_what_stands_in_a_file_is_printed_as_it_is(tmp_path: Path) -> None:
    rows = [["Unit", *NAMES], ["[/b] [red]UGD", *[4] * 9]]
    # A narrow table breaks it where there is a space.
    assert {"[/b]", "[red]UGD"} <= set(skm(tmp_path, rows).stdout.split())
    done = skm(tmp_path, rows, "--column", "[/b]=time")
    assert (done.exit_code, done.stderr) == (2, "[/b]: Kolom ini tidak ada di berkas.\n")
    done = skm(tmp_path, [["U1 [/b]", *NAMES[1:]], [5] * 9], "--column", "U1 [/b]=requirements")
    assert done.stderr.startswith("baris 2: U1 [/b]: ")


def test_only_so_many_errors_are_shown(tmp_path: Path) -> None:
    done = skm(tmp_path, [NAMES, *[[9] * 9] * 10])
    assert done.stderr.count("baris ") == 50
    assert "40 lagi" in done.stderr


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (["--method", "weight=0.071"], "weight"),
        (["--method", "parts=5"], "parts"),
        (["--published", "delapan"], "published"),
        (["--published", "NaN"], "published"),
        (["--population", "0"], "population"),
        (["--column", "U8"], "column"),
        (["--column", "U1=waktu"], "U1"),
    ],
)
def test_wrong_use_ends_with_two_and_names_the_option(
    tmp_path: Path, options: list[str], field: str
) -> None:
    done = skm(tmp_path, FOURS, *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{field}: ")


def test_what_is_no_table_or_no_choice_ends_with_two(tmp_path: Path) -> None:
    assert skm(tmp_path, []).exit_code == 2
    assert skm(tmp_path, FOURS, "--elements", "permenpan-1").exit_code == 2
    assert skm(tmp_path, FOURS, "--shape", "lain").exit_code == 2
    assert CliRunner().invoke(app, ["skm", str(tmp_path / "tiada.csv")]).exit_code == 2


def test_a_district_may_ask_elements_of_its_own(tmp_path: Path) -> None:
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    asked = [
        {"code": "requirements", "name": "Persyaratan"},
        {"code": "maklumat", "name": "Maklumat {pelayanan}"},
    ]
    content["survey_elements"] = [
        {"code": "lama", "name": "Dua unsur", "bands": "kepmenpan-25-2004", "elements": asked}
    ]
    file = tmp_path / "kabupaten.yaml"
    file.write_text(yaml.safe_dump(content))
    rows = [["U1", "Maklumat {pelayanan}"], [3, 3], [3, 2], [3, 3]]
    own = ("--elements", "lama", "--district", str(file))
    told = answer(tmp_path, rows, *own, "--method", "weight=0.50")
    assert (told["index"]["converted"], told["index"]["label"]) == ("70.83", "Baik")
    assert [each["name"] for each in told["by_element"]] == ["Maklumat {pelayanan}", "Persyaratan"]
    assert skm(tmp_path, rows, "--elements", "lama").exit_code == 2


def test_the_options_offer_what_the_domain_knows() -> None:
    assert PERMENPANRB_14_2017.code == NINE
    assert tuple(each.value for each in Shape) == SHAPES
    assert tuple(each.value for each in SampleRounding) == SAMPLE_ROUNDINGS
