"""What is said of a complaint at another origin than its home: written where it is said, known at
the home and applied there, once, in one order for all."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from services.intake.amending import Amending
from services.intake.domain import BY_OFFICER
from services.intake.receipts import Receipts
from services.intake.register import Register
from services.kernel.errors import NotFound, StaleVersion, StepNotAllowed
from services.kernel.store import Once
from services.resolution.domain import State
from tests.handover import WHO, OneOrigin, Origins


@pytest.fixture
def origins(tmp_path: Path) -> Iterator[Origins]:
    found = Origins(tmp_path)
    yield found
    found.close()


def heard(origins: Origins, id: str) -> None:
    """Have everybody follow what was written."""
    origins.follow("intake", origins.district, id)
    origins.follow("intake", origins.edge, id)
    origins.follow("resolution", origins.edge, id)


def unit_at(at: OneOrigin, id: str) -> tuple[str | None, str | None]:
    """Return the unit by the form and by the case."""
    return at.intake.get(UUID(id)).service_unit, at.resolution.get(UUID(id)).service_unit


def correct(at: OneOrigin, id: str, unit: str, **more: object) -> None:
    changes = {"service_unit": unit, **more}
    Amending(at.intake).correct(UUID(id), WHO, changes, "Salah unit.").result()


def test_a_complaint_of_the_edge_is_rated_and_withdrawn_with_its_receipt_at_the_district(
    origins: Origins,
) -> None:
    id = origins.edge.receive()
    code = origins.edge.intake.receipt(UUID(id))
    receipts = Receipts(origins.district.intake)
    with pytest.raises(NotFound):
        receipts.find(code)
    heard(origins, id)
    complaint = receipts.find(code)
    assert str(complaint.id) == id
    once = Once("public", "rate", "k", "b")
    for _again in range(2):
        receipts.rate(complaint, 2, "Masih lama.", once).result()
    receipts.withdraw(receipts.find(code), None).result()
    with pytest.raises(StepNotAllowed):
        receipts.withdraw(receipts.find(code), None).result()
    assert not origins.edge.intake.get(UUID(id)).withdrawn
    assert [each.name for each in origins.district.intake.history(UUID(id))] == [
        "ComplainantRated",
        "ComplaintWithdrawn",
    ]
    heard(origins, id)
    heard(origins, id)
    at_home = origins.edge.intake.get(UUID(id))
    assert at_home.withdrawn and (at_home.version, at_home.known_version) == (1, 3)
    assert origins.edge.resolution.get(UUID(id)).state is State.WITHDRAWN
    with pytest.raises(StepNotAllowed):
        Amending(origins.edge.intake).withdraw(UUID(id), WHO, BY_OFFICER, None).result()


def test_a_complaint_that_came_in_at_the_district_is_found_and_corrected_at_its_home(
    origins: Origins,
) -> None:
    id = origins.district.receive()
    heard(origins, id)
    number = origins.district.intake.get(UUID(id)).number
    assert Register(origins.edge.intake).by_number(number) == UUID(id)
    correct(origins.edge, id, "loket")
    assert origins.edge.intake.get(UUID(id)).known_version == 2
    heard(origins, id)
    assert unit_at(origins.edge, id) == ("loket", "loket")
    assert origins.district.intake.get(UUID(id)).service_unit == "loket"
    # On what its reader had not seen nothing is written.
    with pytest.raises(StaleVersion):
        Amending(origins.district.intake).withdraw(
            UUID(id), WHO, BY_OFFICER, None, expected=1
        ).result()


def test_words_that_cannot_be_read_there_are_replaced_whole_and_read_at_home(
    origins: Origins,
) -> None:
    id = origins.edge.receive()
    heard(origins, id)
    before = origins.edge.intake.get(UUID(id))
    correct(origins.district, id, "loket")
    heard(origins, id)
    assert origins.edge.intake.get(UUID(id)).text == before.text
    correct(origins.district, id, "farmasi", text="Antre di farmasi.")
    heard(origins, id)
    origins.now = 60.0
    origins.work()
    after = origins.edge.intake.get(UUID(id))
    assert after.complainant == before.complainant
    key = origins.edge.keyring.key(after.text.key)
    assert key is not None and key.id != id
    said = origins.edge.keyring.open([after.text], "acc-1", "officer", "test")
    assert said == ["Antre di farmasi."]
    # At home it is put right further, whatever keys its words are under by now.
    correct(origins.edge, id, "loket", text="Antre di loket.")
    assert origins.edge.intake.get(UUID(id)).text.key == id


@pytest.mark.parametrize("first", ["district", "edge"])
def test_of_two_corrections_the_later_one_stands_whichever_comes_first(
    origins: Origins, first: str
) -> None:
    id = origins.edge.receive()
    heard(origins, id)
    earlier, later = (
        (origins.district, origins.edge)
        if first == "district"
        else (origins.edge, origins.district)
    )
    correct(earlier, id, "loket")
    correct(later, id, "farmasi")
    # The case hears of the later one before the earlier one comes.
    kept = origins.thread(UUID(id))
    wanted = [each for each in kept if each.source != earlier.intake.source or each.id == 1]
    origins.only = [(each.source, each.id) for each in wanted]
    heard(origins, id)
    origins.only = None
    heard(origins, id)
    assert unit_at(origins.edge, id) == ("farmasi", "farmasi")
    assert origins.district.intake.get(UUID(id)).service_unit == "farmasi"


def test_duplicates_linked_at_the_district_are_so_at_home(origins: Origins) -> None:
    original, id = origins.edge.receive(), origins.edge.receive()
    for each in (original, id):
        heard(origins, each)
    amending = Amending(origins.district.intake)
    amending.link(UUID(id), WHO, UUID(original)).result()
    heard(origins, id)
    at_home = Amending(origins.edge.intake)
    assert origins.edge.intake.get(UUID(id)).original == original
    assert at_home.duplicates(UUID(original)) == [UUID(id)]
    assert origins.edge.resolution.get(UUID(id)).state is State.DUPLICATE
    at_home.unlink(UUID(id), WHO, UUID(original)).result()
    heard(origins, id)
    assert origins.district.intake.get(UUID(id)).original is None
    assert amending.duplicates(UUID(original)) == []


def test_what_the_case_no_longer_allows_is_recorded_there_as_refused(origins: Origins) -> None:
    id = origins.edge.receive()
    heard(origins, id)
    receipts = Receipts(origins.district.intake)
    complaint = origins.district.intake.get(UUID(id))
    receipts.request_reopening(complaint, "Belum beres.").result()
    heard(origins, id)
    assert [each.name for each in origins.edge.resolution.history(UUID(id))][-1] == (
        "CaseRequestRefused"
    )
