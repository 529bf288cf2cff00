"""The district file that ships, and every way in which one can be wrong."""

from collections.abc import Callable
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.intake.domain import KINDS
from services.kernel.access.permissions import AREAS
from services.kernel.district import (
    CLUSTERS,
    EFFORTS,
    SHIPPED,
    SKM_ELEMENTS,
    DistrictFileError,
    load_district,
    read_district,
)
from services.kernel.errors import NotFound
from services.kernel.vocabulary import CASE_KINDS, CHANNELS, GRADES
from services.kernel.web.words import WORDS

Content = dict[str, Any]
DISTRICT = load_district(SHIPPED)


def shipped() -> Content:
    content: Content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    return content


def dumped(content: Content) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def refused(text: str) -> list[str]:
    with pytest.raises(DistrictFileError) as caught:
        read_district(text, "uji.yaml")
    lines = str(caught.value).splitlines()
    assert all(line.startswith("uji.yaml: ") for line in lines)
    return lines


def test_the_shipped_file_holds_kebumen_and_lamaru() -> None:
    zones = [each.zone for each in DISTRICT.all_puskesmas]
    assert zones.count("Asia/Jakarta") == 35
    assert zones.count("Asia/Makassar") == 1
    assert len(DISTRICT.kecamatan) == 26 + 1
    assert {each.kecamatan for each in DISTRICT.all_puskesmas} == set(DISTRICT.kecamatan)
    assert DISTRICT.puskesmas("puring").short_code == "PRG"
    assert DISTRICT.puskesmas("sempor-1").name == "Puskesmas Sempor I"
    assert DISTRICT.puskesmas("lamaru").zone == "Asia/Makassar"
    assert not DISTRICT.allow_same_approver


@pytest.mark.parametrize(
    "code", ["loket", "pemeriksaan-umum", "kia-kb", "farmasi", "laboratorium", "ugd"]
)
def test_the_units_that_others_rely_on_are_there(code: str) -> None:
    assert DISTRICT.unit(code).code == code
    assert code in DISTRICT.puskesmas("puring").units


def test_a_questionnaire_of_the_districts_own_is_checked() -> None:
    content = shipped()
    asked = [{"code": "complaint_handling", "name": "Pengaduan"}, {"code": "x", "name": "X"}]
    content["survey_elements"] = [{"code": "lama", "name": "Lama", "elements": asked}]
    read = read_district(dumped(content), "uji.yaml")
    assert read.survey_elements[0].bands == "permenpanrb-14-2017"
    asked[1]["code"] = "complaint_handling"
    content["survey_elements"][0]["code"] = "kepmenpan-25-2004"
    fields = [line.split(": ")[1] for line in refused(dumped(content))]
    assert fields == ["survey_elements[0].code", "survey_elements[0].elements[1].code"]
    content["survey_elements"][0] |= {"code": "lama", "bands": "lama", "elements": asked[:1]}
    asked[0]["code"] = "Pengaduan!"
    fields = [line.split(": ")[1] for line in refused(dumped(content))]
    assert fields == ["survey_elements[0].bands", "survey_elements[0].elements[0].code"]


def test_the_words_are_those_of_the_services() -> None:
    assert DISTRICT.puskesmas("puring").channels == CHANNELS
    assert set(CHANNELS) == set(WORDS["channel"])
    assert set(CASE_KINDS) == set(KINDS) - {"praise"}
    assert set(GRADES) == set(WORDS["grade"])
    assert set(EFFORTS) == set(AREAS)
    assert DISTRICT.barrier_codes == ("culture", "language", "habit", "other")
    assert {unit.effort for unit in DISTRICT.units} == set(EFFORTS)
    assert {unit.cluster for unit in DISTRICT.units} == set(CLUSTERS)
    elements = {category.skm_element for category in DISTRICT.categories}
    assert elements - {None} == set(SKM_ELEMENTS)


def test_lookups_find_or_say_that_there_is_none() -> None:
    assert DISTRICT.category("biaya").skm_element == "cost"
    assert DISTRICT.category("biaya").name_in("en") == "Fees, tariffs and levies"
    assert DISTRICT.rules_version(1) is DISTRICT.rules[0]
    lookups: list[Callable[[str], object]] = [
        DISTRICT.puskesmas,
        DISTRICT.unit,
        DISTRICT.category,
        DISTRICT.units_of,
    ]
    for look_up in lookups:
        with pytest.raises(NotFound):
            look_up("atlantis")
    with pytest.raises(NotFound):
        DISTRICT.rules_version(99)


def test_every_case_has_exactly_one_limit_of_each_name() -> None:
    rules = DISTRICT.rules[0]
    for name, kind, grade, misconduct in product(
        ("response", "settlement"), CASE_KINDS, (None, *GRADES), (False, True)
    ):
        limit = rules.limit(name, kind=kind, grade=grade, misconduct=misconduct)
        assert rules.source(limit).code == limit.source
    for kind, grade in (("praise", None), ("complaint", "purple")):
        with pytest.raises(ValueError, match="no limit"):
            rules.limit("response", kind=kind, grade=grade, misconduct=False)


def test_a_version_holds_from_its_day_and_the_first_for_all_before() -> None:
    content = shipped()
    second = {**content["rules"][0], "version": 2, "in_force_from": date(2026, 1, 1)}
    content["rules"].append(second)
    district = read_district(dumped(content), "uji.yaml")
    on = {
        date(2019, 5, 5): 1,
        date(2023, 1, 6): 1,
        date(2025, 12, 31): 1,
        date(2026, 1, 1): 2,
        date(2030, 1, 1): 2,
    }
    assert {day: district.rules_at(day).version for day in on} == on


def test_a_puskesmas_may_differ_from_the_defaults() -> None:
    content = shipped()
    content["puskesmas"][0] |= {"work_days": 5, "home": "adimulyo", "units": ["ugd", "loket"]}
    district = read_district(dumped(content), "uji.yaml")
    first, second = district.all_puskesmas[:2]
    assert (first.work_days, first.home, first.units) == (5, "adimulyo", ("ugd", "loket"))
    assert [unit.code for unit in district.units_of(first.code)] == ["loket", "ugd"]
    assert (second.work_days, second.home) == (6, None)


def test_the_digest_is_of_the_content_not_of_the_layout() -> None:
    again = dict(reversed(shipped().items()))
    assert read_district(dumped(again), "x").digest == DISTRICT.digest
    content = shipped()
    content["rules"][0]["limits"][0]["grades"] = ["ungraded"]
    content["rules"][0]["limits"][0]["misconduct_related"] = None  # the default, written out
    assert read_district(dumped(content), "x").rules[0].digest == DISTRICT.rules[0].digest
    content["rules"][0]["limits"][0]["hours"] = 25
    changed = read_district(dumped(content), "x")
    assert changed.rules[0].digest != DISTRICT.rules[0].digest
    assert changed.digest != DISTRICT.digest


def _set(*path: str | int, to: object) -> Callable[[Content], None]:
    def change(content: Content) -> None:
        place: Any = content
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = to

    return change


RULE = ("rules", 0)
BOX = ("puskesmas", 0, "boxes")
MONTHLY = {"months": 1, "day": 25}


def box(**given: Any) -> dict[str, Any]:
    return {"code": "utama", "name": "Kotak utama", "schedule": MONTHLY} | given


WRONG: list[tuple[Callable[[Content], None], str, str]] = [
    (_set("colour", to="red"), "colour", "tidak dikenal"),
    (_set("puskesmas", 0, "colour", to="red"), "puskesmas[0].colour", "tidak dikenal"),
    (_set("puskesmas", 0, "code", to="Adi Mulyo"), "puskesmas[0].code", "huruf kecil"),
    (_set("puskesmas", 1, "code", to="adimulyo"), "puskesmas[1].code", "puskesmas[0]"),
    (_set("puskesmas", 1, "short_code", to="ADM"), "puskesmas[1].short_code", "ADM sudah"),
    (_set("puskesmas", 1, "short_code", to="AD"), "puskesmas[1].short_code", "tiga huruf"),
    (_set("puskesmas", 1, "letter", to="AB"), "puskesmas[1].letter", "satu huruf"),
    (_set("puskesmas", 1, "zone", to="Asia/Kebumen"), "puskesmas[1].zone", "Asia/Jakarta"),
    (_set("puskesmas", 1, "zone", to="../etc"), "puskesmas[1].zone", "Asia/Jakarta"),
    (_set("puskesmas", 1, "work_days", to=7), "puskesmas[1].work_days", "Pilih salah satu"),
    (_set("puskesmas", 1, "kecamatan", to="Atlantis"), "puskesmas[1].kecamatan", "Atlantis"),
    (_set("puskesmas", 1, "units", to=["ugd", "spa"]), "puskesmas[1].units[1]", "spa"),
    (_set("puskesmas", 1, "units", to=["ugd", "ugd"]), "puskesmas[1].units[1]", "ugd sudah"),
    (_set("puskesmas", 1, "channels", to=["fax"]), "puskesmas[1].channels[0]", "Pilih salah"),
    (_set("puskesmas", to="puring"), "puskesmas", "daftar"),
    (_set("defaults", to=[6]), "defaults", "Isi dengan"),
    (_set("defaults", "zone", to="WIB"), "puskesmas[0].zone", "Asia/Jakarta"),
    (_set(*BOX, to=[box(schedule={"months": 1})]), "puskesmas[0].boxes[0].schedule", "weekday"),
    (_set(*BOX, to=[box(), box()]), "puskesmas[0].boxes[1].code", "utama sudah"),
    (_set(*BOX, to=[box(unit="spa")]), "puskesmas[0].boxes[0].unit", "spa"),
    (
        _set(*BOX, to=[box(schedule=MONTHLY | {"months_later": 1})]),
        "puskesmas[0].boxes[0]",
        "months_later",
    ),
    (_set("agenda", 0, "duties", 0, "kind", to="party"), "agenda[0].duties[0].kind", "Pilih"),
    (
        _set("agenda", 0, "duties", to=[MONTHLY | {"kind": "survey"}] * 2),
        "agenda[0].duties[1].kind",
        "survey sudah",
    ),
    (
        _set("reminders", 0, "reminders", 0, to={"about": "response", "to": ["head"]}),
        "reminders[0].reminders[0]",
        "before atau after",
    ),
    (
        _set("reminders", 0, "reminders", 0, "about", to="party"),
        "reminders[0].reminders[0].about",
        "Pilih",
    ),
    (
        _set("reminders", 0, "reminders", 0, "to", to=["mayor"]),
        "reminders[0].reminders[0].to[0]",
        "Pilih",
    ),
    (_set("reminders", 0, "until", to="07:00"), "reminders[0].digests_at[0]", "tidak pernah"),
    (
        _set("reminders", 0, "escalations", to=[{"about": "settlement", "after": 1}] * 2),
        "reminders[0].escalations",
        "dua kali",
    ),
    (
        _set("reminders", 0, "escalations", 0, to={"about": "settlement", "before": 1}),
        "reminders[0].escalations[0]",
        "isi after",
    ),
    (_set("units", 1, "code", to="loket"), "units[1].code", "loket sudah"),
    (_set("units", 0, "effort", to="UKP"), "units[0].effort", "KMP"),
    (_set("units", 0, "cluster", to="six"), "units[0].cluster", "management"),
    (_set("categories", 0, "skm_element", to="U9"), "categories[0].skm_element", "facilities"),
    (_set("relations", 1, "code", to="patient"), "relations[1].code", "patient sudah"),
    (_set(*RULE, "limits", 0, "source", to="hearsay"), "rules[0].limits[0].source", "hearsay"),
    (_set(*RULE, "limits", 0, "working_days", to=1), "rules[0].limits[0]", "salah satu saja"),
    (_set(*RULE, "limits", 0, "hours", to=0), "rules[0].limits[0].hours", "Paling kecil 1"),
    (_set(*RULE, "limits", 0, "hours", to=None), "rules[0].limits[0]", "salah satu saja"),
    (_set(*RULE, "limits", 0, "kinds", to=["complaint"]), "rules[0].limits", "Belum ada batas"),
    (_set(*RULE, "limits", 1, "grades", to=["red", "ungraded"]), "rules[0].limits", "lebih dari"),
    (_set(*RULE, "limits", 0, "name", to="reply"), "rules[0].limits[0].name", "response"),
    (_set(*RULE, "in_force_from", to="kemarin"), "rules[0].in_force_from", "2026-11-09"),
]


@pytest.mark.parametrize(("spoil", "path", "mend"), WRONG, ids=[case[1] for case in WRONG])
def test_a_wrong_file_is_refused_with_place_and_mend(
    spoil: Callable[[Content], None], path: str, mend: str
) -> None:
    content = shipped()
    spoil(content)
    lines = refused(dumped(content))
    assert any(line.startswith(f"uji.yaml: {path}: ") and mend in line for line in lines), lines


def test_versions_go_up_in_number_and_in_time() -> None:
    content = shipped()
    content["rules"].append(dict(content["rules"][0]))
    content["agenda"].append(dict(content["agenda"][0]))
    content["reminders"].append(dict(content["reminders"][0]))
    lines = refused(dumped(content))
    assert [line.split(": ")[1] for line in lines] == [
        "rules[1].version",
        "rules[1].in_force_from",
        "agenda[1].version",
        "agenda[1].in_force_from",
        "reminders[1].version",
        "reminders[1].in_force_from",
    ]


def test_a_file_of_before_there_were_boxes_agenda_and_reminders_is_still_read() -> None:
    content = shipped()
    del content["agenda"], content["defaults"]["boxes"], content["reminders"]
    older = read_district(dumped(content), "x")
    assert older.puskesmas("puring").boxes == () and older.duties("survey") == ()
    assert older.duty_at("survey", date(2026, 11, 1)) is None
    assert DISTRICT.duty_at("survey", date(2022, 1, 1)) is None, "not in force yet"


def test_one_wrong_entry_is_one_line() -> None:
    content = shipped()
    content["puskesmas"] = [content["puskesmas"][0] | {"letter": "aa"}]
    assert len(refused(dumped(content))) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code: a\ncode: b\n", "2:1: Bukan YAML"),
        ("code: [", "Bukan YAML"),
        ("\x00", "Bukan YAML"),
        ("- a\n- b\n", "Isi berkas harus"),
        ("", "Isi berkas harus"),
        ("? [a, b]\n: c\n", "Bukan YAML"),
        ("!!python/object/apply:os.getcwd []", "Bukan YAML"),
    ],
)
def test_what_is_not_a_district_file_at_all_is_refused(text: str, said: str) -> None:
    assert any(said in line for line in refused(text))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "tidak-ada.yaml"
    with pytest.raises(DistrictFileError, match="tidak bisa dibaca") as caught:
        load_district(missing)
    assert str(missing) in str(caught.value)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"name: \xe9\n")
    with pytest.raises(DistrictFileError, match="UTF-8"):
        load_district(latin)


def test_a_version_that_is_recorded_somewhere_keeps_its_digest() -> None:
    # Installations have recorded this digest as an event. Neither the shipped version nor the
    # way of digesting may change: a new rule is a new version.
    assert DISTRICT.rules_version(1).digest == (
        "3c6feaf40fbad8fc136903bb4e3de0215b9d0dd4dc5207b37bbed2f99e97e4d7"
    )
