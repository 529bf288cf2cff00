"""What a complaint's later steps do to its sealed words, its person and its receipt."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from services.intake.amending import Amending
from services.intake.application import Form, Intake, Person
from services.intake.attachments import Attaching
from services.intake.cases import Cases
from services.intake.domain import BY_OFFICER
from services.intake.receipts import Receipts
from services.kernel.access.principal import Grant, Principal
from services.kernel.aggregate import Intent
from services.kernel.contracts import intake as contracts
from services.kernel.contracts import read
from services.kernel.district import SHIPPED, load_district
from services.kernel.errors import Conflict, Forbidden, NotFound, StepNotAllowed, Unavailable
from services.kernel.keyring import DoesNotOpen
from services.kernel.keyring.sealing import unseal
from services.kernel.text import Text
from services.main.node import Node
from services.main.settings import Settings
from tests.unit.test_attachments import JPEG

WHO = Intent("acc-1", "officer")
WARSINI = Person(name="Bu Warsini", phone="0812-0000-7777")


def principal(role: str, account: str = "acc-2") -> Principal:
    return Principal(account, role, role, (Grant(role, frozenset({"puring"})),))


@dataclass
class Desk:
    """Intake as a node puts it together, without its workers."""

    node: Node
    intake: Intake = field(init=False)
    amending: Amending = field(init=False)

    def __post_init__(self) -> None:
        self.intake = self.node.intake
        self.amending = Amending(self.intake)

    def receive(self, person: Person = WARSINI, **facts: Any) -> UUID:
        form = Form("in_person", "Antre lama.", person=person, **facts)
        return UUID(self.intake.receive("puring", form, WHO).result().ids["id"])

    def correct(self, id: UUID, **changes: Any) -> None:
        self.amending.correct(id, WHO, changes, "Salah tulis.").result()

    def contacts(self, id: UUID) -> int:
        rows = self.node.keyring._read("SELECT contact FROM persons WHERE key = ?", (str(id),))
        return len(rows)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    node = Node(Settings(data=tmp_path_factory.mktemp("desk")), load_district(SHIPPED))
    yield Desk(node)
    node.close()


def test_only_words_that_changed_are_sealed_anew(desk: Desk) -> None:
    id = desk.receive()
    desk.correct(id, barrier="habit", text="Antre lama.", person=WARSINI)
    desk.correct(id, text="Antre di farmasi.")
    desk.correct(id, person=Person(name="Bu Warsini", phone="0812-0000-8888"))
    form = [read(message) for message in desk.intake.history(id)]
    assert all(isinstance(each, contracts.ComplaintCorrectedV1) for each in form[1:])
    texts: list[Any] = [each.text for each in form]  # type: ignore[attr-defined]
    persons: list[Any] = [each.complainant for each in form]  # type: ignore[attr-defined]
    assert texts[0] == texts[1] != texts[2] == texts[3]
    assert persons[0] == persons[1] == persons[2] != persons[3]
    key = desk.intake.keyring.key(str(id))
    assert key is not None
    assert unseal(texts[3], key.secret) == "Antre di farmasi."
    assert "8888" in unseal(persons[3], key.secret)


def test_a_corrected_identity_opens_for_no_more_people_than_before(desk: Desk) -> None:
    id = desk.receive(confidentiality="confidential")
    desk.correct(id, person=Person(name="Bu Tini"))
    complaint = desk.intake.get(id)
    attaching = Attaching(desk.intake)
    about = attaching.about(complaint, None)
    for role, opens in (("complaint_team", True), ("head", False), ("publisher", False)):
        (found,) = attaching._words.open(
            principal(role), "complaint_form", [(about, complaint.complainant)]
        )
        assert (found is not None) == opens, role


def test_a_wrong_number_no_longer_leads_to_the_complaint(desk: Desk) -> None:
    id = desk.receive(Person(phone="0812-0000-7777", email="w@example.org"))
    assert desk.contacts(id) == 2
    desk.correct(id, person=Person(phone="0812-0000-9999"))
    other = desk.receive(Person(phone="+62 812 0000 9999"))
    assert desk.contacts(id) == 1
    same = desk.node.keyring._read(
        "SELECT count(DISTINCT contact) AS n FROM persons WHERE key IN (?, ?)",
        (str(id), str(other)),
    )
    assert same[0]["n"] == 1
    desk.correct(id, person=Person())
    assert desk.contacts(id) == 0


def test_of_two_links_at_once_that_would_make_a_chain_one_is_refused(desk: Desk) -> None:
    """a → b and b → c, sent together again and again: never both."""
    for _round in range(20):
        a, b, c = (desk.receive() for _each in range(3))
        with ThreadPoolExecutor(2) as pool:
            done = list(
                pool.map(
                    lambda pair: desk.amending.link(pair[0], WHO, pair[1]).exception(),
                    ((a, b), (b, c)),
                )
            )
        assert [each is None for each in done].count(True) == 1
        linked = [each for each in (a, b, c) if desk.intake.get(each).original]
        assert len(linked) == 1
        assert desk.amending.duplicates(b) == ([a] if linked == [a] else [])


def test_an_erased_complaint_takes_no_more_words(desk: Desk) -> None:
    id = desk.receive()
    desk.node.keyring.destroy(str(id))
    with pytest.raises(Conflict):
        desk.correct(id, barrier="habit")
    with pytest.raises(Conflict):
        desk.amending.withdraw(id, WHO, BY_OFFICER, "sudah").result()
    with pytest.raises(Conflict):
        Attaching(desk.intake).attach(id, WHO, JPEG, "a.jpg")
    desk.amending.withdraw(id, WHO, BY_OFFICER, None).result()


def test_a_file_lies_sealed_and_opens_only_in_its_own_place(desk: Desk) -> None:
    id, attaching = desk.receive(), Attaching(desk.intake)
    made = [attaching.attach(id, WHO, JPEG, f"{n}.jpg").answer.ids for n in (1, 2)]
    paths = [desk.intake.files / str(id) / each["attachment"] for each in made]
    for path in paths:
        assert JPEG[200:400] not in path.read_bytes() and path.stat().st_mode & 0o077 == 0
    first = UUID(made[0]["attachment"])
    opened = attaching.open(id, first, principal("head"))
    assert (opened.name, opened.media_type) == ("1.jpg", "image/jpeg")
    entry = desk.node.keyring.log.of(str(id))[-1]
    assert (entry.account, entry.role, entry.page) == ("acc-2", "head", "attachment")
    paths[0].write_bytes(paths[1].read_bytes())
    with pytest.raises(DoesNotOpen):
        attaching.open(id, first, principal("head"))
    with pytest.raises(Forbidden):
        attaching.open(id, first, principal("officer"))
    desk.node.keyring.destroy(str(id))
    with pytest.raises(NotFound):
        attaching.open(id, first, principal("head"))


def test_a_receipt_is_found_however_it_was_typed_and_whenever_it_was_written(desk: Desk) -> None:
    receipts = Receipts(desk.intake)
    ids = [desk.receive() for _each in range(3)]
    code = desk.intake.receipt(ids[0])
    assert receipts.find(code.lower().replace("-", " ")).id == ids[0]
    later = desk.receive()
    assert receipts.find(desk.intake.receipt(later)).id == later
    again = Receipts(desk.intake)
    assert again.find(desk.intake.receipt(ids[-1])).id == ids[-1]
    with pytest.raises(NotFound):
        receipts.find("AAAA-BBBB-CCCC")


def test_what_was_withdrawn_in_vain_may_be_withdrawn_again(desk: Desk) -> None:
    """It came too late for its case, which somebody had taken up again since."""
    id = desk.receive()
    desk.amending.withdraw(id, WHO, "officer", None).result()
    ended = Amending(desk.intake, Cases(lambda _id: ("withdrawn", False, None)))
    for amending in (desk.amending, ended):
        with pytest.raises(StepNotAllowed):
            amending.withdraw(id, WHO, "officer", None).result()
    again = Amending(desk.intake, Cases(lambda _id: ("analysed", True, None)))
    again.withdraw(id, WHO, "officer", None).result()
    assert [each.name for each in desk.intake.history(id)].count("ComplaintWithdrawn") == 2


def test_where_the_lists_do_not_answer_the_case_decides_alone(desk: Desk) -> None:
    def away(_id: UUID) -> tuple[str, bool, datetime | None] | None:
        raise Unavailable(Text("away"))

    amending, id = Amending(desk.intake, Cases(away)), desk.receive()
    amending.withdraw(id, WHO, "officer", None).result()
    assert desk.intake.get(id).withdrawn


def test_what_the_holder_says_is_sealed(desk: Desk) -> None:
    receipts, id = Receipts(desk.intake), desk.receive()
    complaint = receipts.find(desk.intake.receipt(id))
    receipts.rate(complaint, 2, "Masih lama.").result()
    receipts.request_reopening(complaint, "Antre lagi.").result()
    receipts.withdraw(complaint, None).result()
    rated, reopened, withdrawn = (read(each) for each in desk.intake.history(id)[1:])
    assert isinstance(rated, contracts.ComplainantRatedV1) and rated.rating == 2
    assert isinstance(reopened, contracts.ReopenRequestedV1)
    assert isinstance(withdrawn, contracts.ComplaintWithdrawnV1)
    assert (withdrawn.by, withdrawn.reason) == ("complainant", None)
    key = desk.intake.keyring.key(str(id))
    assert key is not None
    assert rated.remark is not None and unseal(rated.remark, key.secret) == "Masih lama."
    assert unseal(reopened.reason, key.secret) == "Antre lagi."
