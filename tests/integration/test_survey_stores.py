"""What surveys write beside their events is the same in a file and on a server."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
import uuid_utils.compat

from services.intake.application import Intake
from services.intake.domain.satisfaction import PERMENPANRB_14_2017
from services.intake.surveys.application import Surveys
from services.intake.surveys.drafting import Proposal
from services.intake.surveys.importing import SurveyImports
from services.kernel.aggregate import Intent
from services.kernel.district import SHIPPED, load_district
from services.kernel.errors import StepNotAllowed
from services.kernel.keyring import Keyring
from services.kernel.store.database import Database

TEAM, HEAD = Intent("acc-1", "complaint_team"), Intent("acc-2", "head")
NAMES = ",".join(str(PERMENPANRB_14_2017.names[key]).split(",")[0] for key in ("time", "cost"))
REST = [each for each in PERMENPANRB_14_2017.keys if each not in ("time", "cost")]
FILE = "\n".join(
    [
        f"No Responden,Unit layanan,{NAMES},{','.join(REST)},Saran",
        f"R1,loket,4,3,{','.join('4' * len(REST))},Lama.",
        f"R2,Farmasi (loket obat),2,,{','.join('3' * len(REST))},",
    ]
).encode()


@pytest.fixture
def surveys(database: Database, tmp_path: Path) -> Iterator[Surveys]:
    def clock() -> datetime:
        return datetime(2026, 11, 28, 3, tzinfo=UTC)

    keyring = Keyring(tmp_path / "keyring.sqlite", bytes(32), clock, os.urandom)
    intake = Intake(
        database,
        "node-a",
        clock,
        keyring,
        load_district(SHIPPED),
        uuid_utils.compat.uuid7,
        bytes(32),
        tmp_path / "files",
        lambda _code: "node-a",
    )
    yield Surveys(intake)
    intake.close()
    keyring.close()


def opened(surveys: Surveys, day: date) -> UUID:
    units, ways = ["loket", "farmasi"], ["paper", "file"]
    terms = Proposal("2026-Q4", day, day, units, ways, 400, "Agenda.", "Sasaran.")
    id = UUID(surveys.propose("puring", terms, TEAM).result().ids["id"])
    surveys.approve(id, HEAD).result()
    surveys.coordinate(id, TEAM, units, ["Bu Yuli"], None).result()
    surveys.open(id, TEAM).result()
    return id


def taken(imports: SurveyImports, file: str) -> None:
    while imports.take(file) is not None:
        pass


def test_a_file_is_taken_once_and_a_closed_survey_stops_it(surveys: Surveys) -> None:
    imports = SurveyImports(surveys, uuid_utils.compat.uuid7)
    first = opened(surveys, date(2026, 10, 1))
    for accepted in (2, 0):
        file = imports.begin(first, TEAM, FILE, None)
        assert imports.checked(surveys.get(first), file)
        imports.confirm(first, file)
        taken(imports, file)
        found = imports.progress(first, file)
        assert (found.state, found.taken, found.accepted) == ("ended", 2, accepted)
        assert imports.checked(surveys.get(first), file) is None
    assert surveys.answering.count(first) == 2 and surveys.answering.remarks(first) == (1, 0)
    assert surveys.answering.counts(first) == [("file", "farmasi", 1), ("file", "loket", 1)]
    late = imports.begin(first, TEAM, FILE.replace(b"R1", b"R9"), None)
    imports.confirm(first, late)
    surveys.close(first, TEAM).result()
    taken(imports, late)
    assert imports.progress(first, late).state == "stopped"
    # Seven elements of 3.5, time 3 and cost 3, which one of the two left blank: 30.5 / 9 x 25.
    figures = surveys.get(first).figures
    assert figures is not None and (figures.respondents, figures.converted) == (2, "84.72")
    with pytest.raises(StepNotAllowed):
        imports.begin(first, TEAM, FILE, None)
    second = opened(surveys, date(2026, 11, 1))
    assert [each.id for each in surveys.of("puring")] == [second, first]
    assert [each.id for each in surveys.of("puring", str(second))] == [first]
    before = surveys.before(surveys.get(second))
    assert before is not None and before.id == first
    assert surveys.before(surveys.get(first)) is None


def test_a_file_nobody_confirms_is_let_go(surveys: Surveys) -> None:
    imports = SurveyImports(surveys, uuid_utils.compat.uuid7)
    id = opened(surveys, date(2026, 11, 1))
    file = imports.begin(id, TEAM, FILE, None)
    taken(imports, file)
    assert imports.progress(id, file).state == "stopped"
    assert surveys.answering.count(id) == 0
