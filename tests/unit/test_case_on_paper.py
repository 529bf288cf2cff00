"""A step of a case on paper says what the page says of it."""

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.kernel.web.pages import Entry, Promised
from services.resolution.pages.case_file import Writer, line, person
from services.resolution.pages.thread import steps_of
from tests.unit.test_case_thread import NEW_BOX, message, sample

AT = datetime(2026, 11, 2, 2, tzinfo=UTC)
DUE, DONE = date(2026, 11, 9), date(2026, 11, 6)
ZONE = ZoneInfo("Asia/Jakarta")


def test_a_plan_says_what_who_by_when_and_what_came_of_it() -> None:
    promised = (
        Promised("Menambah loket.", "Kepala loket", DUE, DONE),
        Promised(None, "Tata usaha", DUE),
        Promised("Mengukur antrean.", "Rini", DUE, replaced=True),
    )
    written = line(Entry("Rencana", happened=AT, promised=promised), Writer("id", ZONE))
    assert written.listed == (
        "Menambah loket. · Kepala loket · batas Sen 9 Nov 2026 · dilakukan Jum 6 Nov 2026",
        "tersegel · Tata usaha · batas Sen 9 Nov 2026",
        "Mengukur antrean. · Rini · batas Sen 9 Nov 2026 · diganti",
    )


@pytest.mark.parametrize(("language", "due"), [("id", "batas"), ("en", "due")])
def test_a_plan_is_written_in_the_readers_language(language: str, due: str) -> None:
    entry = Entry("Rencana", happened=AT, promised=(Promised("Loket.", "Rini", DUE),))
    (action,) = line(entry, Writer(language, ZONE)).listed
    assert action.startswith(f"Loket. · Rini · {due} ")


def test_the_complainant_stands_there_as_corrected() -> None:
    given = {"name": "Tarsih Misal"}
    form = sample("ComplaintCorrected")
    steps = steps_of(
        [
            message("ComplaintReceived", sample("ComplaintReceived")),
            message("ComplaintCorrected", form | {"complainant": NEW_BOX}),
        ]
    )
    opened: list[tuple[str | None, ...]] = [
        (None, json.dumps({"name": "Salah Tulis"}), None),
        (None, json.dumps(given), None),
    ]
    assert person(steps, opened, Writer("id", ZONE)) == [("Nama", "Tarsih Misal")]
    closed: list[tuple[str | None, ...]] = [opened[0], (None, None, None)]
    assert person(steps, closed, Writer("id", ZONE)) == [("Identitas", "tersegel")]
    gone = steps_of(
        [
            message("ComplaintReceived", sample("ComplaintReceived")),
            message("ComplaintCorrected", form | {"complainant": None}),
        ]
    )
    assert person(gone, closed, Writer("id", ZONE)) == [("Identitas", "tidak disebut")]
