"""What a store wrote and lost is taken back from the stream that heard it: the same events again,
and the look-up tables beside them as they were."""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from services.intake.application import Intake
from services.intake.domain.satisfaction import PERMENPANRB_14_2017, Counts, Tally
from services.intake.domain.survey_answer import Filled
from services.intake.domain.survey_table import SurveyTable
from services.intake.surveys.answering import Sheet
from services.intake.surveys.application import Surveys
from services.intake.surveys.drafting import Proposal
from services.kernel.aggregate import Created, Intent
from services.kernel.clock import system_clock
from services.kernel.contracts import Message
from services.kernel.contracts import intake as contracts
from services.kernel.district import SHIPPED, load_district
from services.kernel.proof import Signer, Top
from services.kernel.stream import EmbeddedStream
from services.kernel.stream.embedded import EmbeddedSender
from services.main.backup.heard import Heard, erase_again, listen, taken_back
from services.main.backup.stores import OUTBOXES, RETOLD, store_of
from services.main.demo import add_accounts
from services.main.generate import Histories
from services.main.migrate import opened
from services.main.settings import Settings

DISTRICT = load_district(SHIPPED)
ORIGIN = "node-lost"
EVERYWHERE = frozenset(each.code for each in DISTRICT.all_puskesmas)
EVENTS = "SELECT originator_id, originator_version, topic, state FROM stored_events ORDER BY rowid"


def surveyed(intake: Intake) -> None:
    """A survey that came back once, was answered with a remark, and closed; another of which there
    is only a table."""
    surveys = Surveys(intake)
    team, head = Intent("acc-1", "complaint_team"), Intent("acc-2", "head")
    day = date(2026, 11, 2)
    terms = Proposal("2026-Q4", day, day, ["loket"], ["paper"], 400, "Agenda.", "Sasaran.")
    id = UUID(surveys.propose("puring", terms, team).result().ids["id"])
    surveys.give_back(id, head, "Tambah hari.").result()
    surveys.propose_again(id, team, terms).result()
    surveys.approve(id, head).result()
    surveys.coordinate(id, team, ["loket"], ["Bu Yuli"], None).result()
    surveys.open(id, team).result()
    sheets = [Sheet(Filled({"time": 4}, "loket", {"gender": "Perempuan"}, "Lama."), "12")]
    surveys.answering.answer(id, team, "paper", sheets).result()
    surveys.close(id, team).result()
    other = UUID(surveys.propose("puring", terms, team).result().ids["id"])
    surveys.approve(other, head).result()
    surveys.coordinate(other, team, ["loket"], ["Bu Yuli"], None).result()
    surveys.open(other, team).result()
    counts = dict.fromkeys(PERMENPANRB_14_2017.keys, (0, 0, 1, 2))
    table = SurveyTable(Counts({"loket": Tally(3, counts)}), "skm.go.id", "00" * 32)
    surveys.tabulate(other, team, table, replaces=False).result()
    surveys.close(other, team).result()


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a node with histories of all kinds, which is then lost."""
    data = tmp_path_factory.mktemp("lost") / "data"
    settings = Settings(data=data, origin=ORIGIN)
    Histories(settings, DISTRICT, 40, 7, None).write(lambda _what, _part: None, add_accounts)
    with opened(settings, DISTRICT) as node:
        top = Top(f"/{ORIGIN}/intake", 3, bytes(32))
        signed = Signer.of(ORIGIN, node.folder.master_key).sign((top,), system_clock())
        node.recaps.record_checkpoint(signed).result()
        node.relays["reporting"].step()
        surveyed(node.intake)
        node.relays["intake"].step()
        node.close()
    return data


@pytest.fixture
def stream(lost: Path) -> Iterator[EmbeddedStream]:
    found = EmbeddedStream(lost / "stream.sqlite", system_clock)
    yield found
    found.close()


def rows(data: Path, store: str, statement: str) -> list[Any]:
    with sqlite3.connect(data / f"{store}.sqlite") as connection:
        return connection.execute(statement).fetchall()


def test_each_published_event_has_a_way_back() -> None:
    for name, outbox in OUTBOXES.items():
        for contract in set(outbox.values()):
            kinds = [kind for kind, its in outbox.items() if its is contract]
            begin = [kind for kind in kinds if issubclass(kind, Created)]
            assert all(kind in RETOLD[name].begins for kind in begin)
            assert len(kinds) - len(begin) <= 1 and len(begin) <= 1, contract


def heard(stream: EmbeddedStream) -> Heard:
    return listen(stream, ORIGIN, {}, EVERYWHERE)


def emptied(lost: Path, folder: Path) -> Path:
    """Return a folder with the stores' tables and no event, as a first backup has them."""
    folder.mkdir()
    for name in OUTBOXES:
        with (
            sqlite3.connect(lost / f"{name}.sqlite") as full,
            sqlite3.connect(folder / f"{name}.sqlite") as empty,
        ):
            tables = full.execute(
                "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
            )
            for (statement,) in tables.fetchall():
                empty.execute(statement)
    return folder


def test_every_kind_of_event_is_the_same_again(
    lost: Path, stream: EmbeddedStream, tmp_path: Path
) -> None:
    again = emptied(lost, tmp_path / "again")
    taken, missing = taken_back(again, ORIGIN, heard(stream), system_clock)
    assert missing == {}
    for name in OUTBOXES:
        written = rows(lost, name, EVENTS)
        assert rows(again, name, EVENTS) == written
        assert taken.get(f"/{ORIGIN}/{name}", 0) == len(written)
    assert rows(lost, "resolution", EVENTS) and rows(lost, "reporting", EVENTS)


def read_again(store: Path, found: Heard) -> set[tuple[str]]:
    """Return the cases of which publication's follower reads a step again: one after the last that
    caused an event there."""
    source = f"/{ORIGIN}/resolution"
    caused = dict(
        rows(
            store,
            "publication",
            f"SELECT subject, last_id FROM followed_before WHERE source = '{source}'",
        )
    )
    said = found.later[source].values()
    return {(each.subject,) for each in said if each.id > caused.get(each.subject, 0)}


def test_the_tables_beside_them_are_as_they_were(
    lost: Path, stream: EmbeddedStream, tmp_path: Path
) -> None:
    again = emptied(lost, tmp_path / "again")
    taken_back(again, ORIGIN, heard(stream), system_clock)
    for store, statement in (
        ("intake", "SELECT * FROM duplicates ORDER BY duplicate"),
        ("intake", "SELECT * FROM surveys"),
        ("intake", "SELECT * FROM survey_answers"),
        (
            "publication",
            "SELECT publication, redraft, approval, release, informed "
            "FROM publications ORDER BY publication",
        ),
        ("resolution", "SELECT complaint FROM to_share ORDER BY complaint"),
        ("reporting", "SELECT source, size FROM signed"),
    ):
        assert rows(again, store, statement) == rows(lost, store, statement), statement
    # What is taken back by a step that caused no event, its follower takes back when it reads it.
    taken = "SELECT complaint FROM publications WHERE taken_back = 1"
    marked, were = (set(rows(each, "publication", taken)) for each in (again, lost))
    assert marked <= were <= marked | read_again(again, heard(stream))
    waiting = set(rows(lost, "resolution", "SELECT task, argument FROM due"))
    assert waiting <= set(rows(again, "resolution", "SELECT task, argument FROM due"))


def test_what_does_not_follow_is_missing_and_nothing_is_written_after_it(
    lost: Path, stream: EmbeddedStream, tmp_path: Path
) -> None:
    again, found = emptied(lost, tmp_path / "again"), heard(stream)
    source = f"/{ORIGIN}/resolution"
    del found.later[source][21]
    changed = f"/{ORIGIN}/intake"
    last = max(found.later[changed])
    found.later[changed][31] = msgspec.structs.replace(found.later[changed][31], value=b"{}")
    taken, missing = taken_back(again, ORIGIN, found, system_clock)
    assert (taken[source], missing[source]) == (20, (22, max(found.later[source])))
    assert (taken[changed], missing[changed]) == (30, (31, last))
    assert len(rows(again, "resolution", EVENTS)) == 20


def test_a_second_incarnation_is_taken_back_behind_the_first(
    lost: Path, stream: EmbeddedStream, tmp_path: Path
) -> None:
    again, found = emptied(lost, tmp_path / "again"), heard(stream)
    source, second = f"/{ORIGIN}/intake", f"/{ORIGIN}.2/intake"
    later = found.later[source]
    half = len(later) // 2
    for id in range(half + 1, len(later) + 1):
        moved = later.pop(id)
        found.later[second][id - half] = msgspec.structs.replace(moved, source=second, id=id - half)
    assert found.incarnation == 2
    found.later = {each: found.later[each] for each in (second, source)}
    _taken, missing = taken_back(again, ORIGIN, found, system_clock)
    assert missing == {}
    assert rows(again, "intake", EVENTS) == rows(lost, "intake", EVENTS)
    store = store_of(again, "intake", ORIGIN, system_clock)
    try:
        assert store.incarnations.sources == (source, second)
        assert store.published(1, 1)[0].source == second
    finally:
        store.close()


class MarkedLate(EmbeddedStream):
    """A stream whose brokers have not marked a page everywhere when its sender is taken over."""

    marked: dict[str, Message]

    def sender(self, source: str) -> EmbeddedSender:
        late, store = self.marked.pop(source, None), self.store

        class Taken(EmbeddedSender):
            def take_over(self) -> None:
                if late is not None:
                    store([late])

        return Taken(self, source)


def test_what_brokers_mark_late_was_heard_of_as_well(
    stream: EmbeddedStream, tmp_path: Path
) -> None:
    said = heard(stream).later[f"/{ORIGIN}/intake"]
    one, two, three = (said[id] for id in sorted(said)[:3])
    begun = msgspec.structs.replace(two, source=f"/{ORIGIN}.2/intake", id=1)
    late = MarkedLate(tmp_path / "stream.sqlite", system_clock)
    late.store([one, three])
    late.marked = {two.source: two, begun.source: begun}
    found = heard(late)
    assert sorted(found.later[one.source]) == [one.id, two.id, three.id]
    assert found.incarnation == 2
    late.close()


def test_who_was_erased_after_the_backup_is_erased_again(
    lost: Path, stream: EmbeddedStream, tmp_path: Path
) -> None:
    first, second = rows(lost, "keyring", "SELECT id FROM keys ORDER BY id LIMIT 2")
    said = listen(stream, ORIGIN, {}, EVERYWHERE).later[f"/{ORIGIN}/intake"]
    erased = msgspec.structs.replace(
        said[max(said)], subject=first[0], type=contracts.PersonErasedV1.type
    )
    elsewhere = msgspec.structs.replace(erased, subject=second[0], source="/dinas/intake", id=1)
    stream.store([msgspec.structs.replace(erased, id=max(said) + 1), elsewhere])
    found = heard(stream)
    assert found.erased == {first[0]}
    shutil.copy(lost / "keyring.sqlite", tmp_path / "keyring.sqlite")
    (tmp_path / "attachments" / first[0]).mkdir(parents=True)
    (tmp_path / "attachments" / first[0] / "photo").write_bytes(b"sealed")
    held = set(rows(tmp_path, "keyring", "SELECT id FROM keys"))
    erase_again(tmp_path, ORIGIN, (lost / "master.key").read_bytes(), found, system_clock)
    assert set(rows(tmp_path, "keyring", "SELECT id FROM keys")) == held - {first}
    assert not (tmp_path / "attachments" / first[0]).exists()


def test_an_erasure_that_is_taken_back_is_done(
    lost: Path, stream: EmbeddedStream, tmp_path: Path
) -> None:
    again, found = emptied(lost, tmp_path / "again"), heard(stream)
    source = f"/{ORIGIN}/intake"
    later = found.later[source]
    received = next(each for each in later.values() if each.name == "ComplaintReceived")
    asked = contracts.ErasureRequestedV1(
        occurred_at=received.time, erasure="e-1", reason="subject_request", ends_open_cases=True
    )
    id = max(each.id for each in later.values() if each.name != "PersonErased") + 1
    later[id] = msgspec.structs.replace(
        received, id=id, type=asked.type, value=msgspec.json.encode(asked)
    )
    _taken, missing = taken_back(again, ORIGIN, found, system_clock)
    assert missing == {}
    due = rows(again, "intake", "SELECT task, argument FROM due")
    assert ("intake.erase", received.subject) in due
