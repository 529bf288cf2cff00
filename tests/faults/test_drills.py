"""Every way to break the product on purpose is found by its drill. That each drill is well where
nothing is broken is for `make drill` to show."""

import pytest

from tests.drills import erase, kill, messages, restore, sabotage, sabotaged, tamper

pytestmark = pytest.mark.timeout(900)
"""Each is a node under load."""

# What each sabotage must show up as; a drill that fails for another reason proves nothing.
SHOWS = {
    "dedup-off": "aside",
    "position-before-send": "did not come to rest",
    "savepoint-dropped": "missing",
    "previous-ignored": "verify: ",
    "fold-line-changed": "states differs",
}


@pytest.mark.parametrize("name", sorted(SHOWS))
def test_the_drill_finds(name: str) -> None:
    line = kill.run(1, seed=1, sabotage=name)
    assert not line["ok"], line
    assert any(SHOWS[name] in sentence for sentence in line["found"]), line


def test_the_drill_finds_that_an_incarnation_goes_on() -> None:
    line = restore.run(1, seed=1, sabotage="incarnation-kept")
    assert any("numbers: " in sentence for sentence in line["found"]), line
    assert any("positions: " in sentence for sentence in line["found"]), line


def test_the_drill_finds_a_key_that_was_kept() -> None:
    line = erase.run(1, seed=1, sabotage="key-kept")
    assert not line["ok"], line
    assert any("the wrapped key" in sentence for sentence in line["found"]), line


def test_the_drill_finds_a_backup_that_no_erasure_reaches() -> None:
    line = erase.run(1, seed=1, sabotage="backup-kept")
    assert any("lies in the backup" in sentence for sentence in line["found"]), line


def test_the_drill_of_messages_finds_an_attempt_that_is_recorded_late() -> None:
    line = messages.run(1, seed=1, sabotage="attempt-late")
    assert not line["ok"] and line["doubled"] > 0, line
    assert any("arrived 2 times" in sentence for sentence in line["found"]), line


UNCHECKED = "checkpoint-unchecked"


def test_without_checkpoints_the_drill_of_tampering_finds_nothing() -> None:
    line = tamper.run(2, seed=1, sabotage=UNCHECKED)
    assert not line["ok"] and any("is not found" in each for each in line["found"]), line


def test_each_sabotage_has_a_drill() -> None:
    alone = {"incarnation-kept", "key-kept", "backup-kept", UNCHECKED, "attempt-late"}
    assert {*alone, *SHOWS, *(name for _drill, name in sabotaged.SHOWS)} == set(sabotage.KNOWN)
