"""Whatever the order of commands, repeats, late entries, restarts and crashes: states are legal,
times are kept, nothing is lost or done twice, and live facts are those of a rebuild.

`pytest tests/integration/test_any_history.py --hypothesis-profile=long --timeout=0` looks for long.
"""

import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.kernel import failpoints
from services.kernel.district import SHIPPED, load_district
from tests import any_history as model
from tests.any_history import Complaint
from tests.any_history_asked import Choice, Received, choices, receivable
from tests.any_history_node import FOLLOWING, WRITING, NodeByHand, SetClock
from tests.any_history_sides import Sides

DISTRICT = load_district(SHIPPED)
# The year ends two days later, at another moment in each of the two zones.
START = datetime(2026, 12, 30, 3, 15, tzinfo=UTC)
picks = st.integers(0, 11)


class AnyHistory(RuleBasedStateMachine):
    """Draws what happens next."""

    def __init__(self, empty: Path, folder: Path) -> None:
        super().__init__()
        shutil.copytree(empty, folder)
        self.sides = Sides(NodeByHand(folder, DISTRICT, SetClock(START)))
        self.fell = self.looked = 0

    @property
    def complaints(self) -> list[Complaint]:
        return self.sides.complaints

    @precondition(lambda self: len(self.complaints) < 8)
    @rule(drawn=st.lists(receivable, min_size=1, max_size=3), brought=st.integers(0, 3))
    def receive(self, drawn: list[Received], brought: int) -> None:
        for each in drawn:
            self.sides.receive(each)
        if brought:
            self.sides.relay("intake")
            self.sides.follow("resolution")

    @precondition(lambda self: self.complaints)
    @rule(which=picks, drawn=st.lists(st.tuples(st.sampled_from(model.STEPS), choices), min_size=2))
    def try_steps(self, which: int, drawn: list[tuple[str, Choice]]) -> None:
        """Try whatever step, in any order, at any time."""
        case = self.chosen(which, opened=which < 11)
        for step, choice in drawn:
            self.sides.take_step(case, step, choice)

    @precondition(lambda self: self.complaints)
    @rule(which=picks, drawn=st.lists(choices, min_size=5, max_size=14), seen=st.integers(0, 7))
    def go_on(self, which: int, drawn: list[Choice], seen: int) -> None:
        """Take some steps on the main path of one of the first cases, once it is there."""
        case = self.chosen(which % 4)
        if case.is_case and not case.opened:
            self.sides.relay("intake")
            self.sides.follow("resolution")
        for number, choice in enumerate(drawn):
            if number % 4 == seen:
                self.wait(1, due=False)
                self.sides.relay("resolution")
                self.sides.follow("reporting")
            if main := sorted(case.allowed & model.ONWARD):
                if "grade" in main[:-1] and choice.pick % 4:
                    main.remove("grade")
                self.sides.take_step(case, main[choice.pick % len(main)], choice)

    @precondition(lambda self: any(each.publications for each in self.complaints))
    @rule(
        which=picks,
        drawn=st.lists(st.tuples(st.integers(0, 10), choices), min_size=4, max_size=12),
    )
    def publish(self, which: int, drawn: list[tuple[int, Choice]]) -> None:
        """Take steps on the way of one result to the public, mostly those that it allows."""
        found = [(case, each) for case in self.complaints for each in case.publications]
        case, publication = found[which % len(found)]
        for number, choice in drawn:
            steps = (
                model.PUBLISHING[:]
                if number > 7
                else sorted(publication.allowed & set(model.PUBLISHING[1:]))
            )
            if steps:
                self.sides.take_publishing_step(
                    case, publication, steps[number % len(steps)], choice
                )

    @precondition(lambda self: self.sides.answered)
    @rule(drawn=st.lists(st.tuples(picks, st.booleans()), min_size=1, max_size=4))
    def ask_again(self, drawn: list[tuple[int, bool]]) -> None:
        for which, other_body in drawn:
            self.sides.ask_again(which, other_body=other_body)

    # What goes on behind

    @rule(
        minutes=st.sampled_from([1, 60, 5 * 60, 24 * 60, 5 * 24 * 60, 30 * 24 * 60]),
        due=st.booleans(),
    )
    def wait(self, minutes: int, due: bool) -> None:
        self.sides.clock.wait(timedelta(minutes=minutes, seconds=7))
        if due:
            self.sides.run_due()

    @rule(
        drawn=st.lists(
            st.one_of(
                st.tuples(st.just("relay"), st.sampled_from(WRITING)),
                st.tuples(st.just("follow"), st.sampled_from(FOLLOWING)),
                st.tuples(st.just("deliver again"), st.sampled_from(FOLLOWING)),
                st.just(("run due", "")),
            ),
            min_size=1,
            max_size=6,
        ),
        offset=st.integers(0, 500),
    )
    def work_behind(self, drawn: list[tuple[str, str]], offset: int) -> None:
        for work, name in drawn:
            match work:
                case "relay":
                    self.sides.relay(name)
                case "follow":
                    self.sides.follow(name)
                case "deliver again":
                    self.sides.deliver_again(name, offset)
                case "run due":
                    self.sides.run_due()

    # What takes long comes only after some commands; else most of the time would go there.

    @precondition(lambda self: self.sides.keys > self.fell + 8)
    @rule(restarts=st.booleans())
    def fall(self, restarts: bool) -> None:
        self.fell = self.sides.keys
        if restarts:
            self.sides.at.restart()
        else:
            self.sides.at.crash()
        self.sides.check_complaints()

    @precondition(lambda self: self.sides.keys > self.fell + 2)
    @rule(failpoint=st.sampled_from(failpoints.ALL), at_once=st.integers(0, 3))
    def fall_at(self, failpoint: str, at_once: int) -> None:
        """Crash at the next passing of a failpoint, whatever passes it; mostly that is at once."""
        self.fell = self.sides.keys
        self.sides.at.crash_at(failpoint)
        if at_once == 1:
            self.wait(40 * 24 * 60, due=True)
        elif at_once and failpoint != failpoints.KEY_STORED:
            for service in WRITING:
                self.sides.relay(service)
            for name in FOLLOWING:
                self.sides.follow(name)

    @precondition(lambda self: self.sides.keys > self.looked + 8)
    @rule(source=st.sampled_from([None, "log", "stream", "stores"]), check=st.booleans())
    def look(self, source: Any, check: bool) -> None:
        self.looked = self.sides.keys
        if source is None:
            self.sides.drain()
            self.sides.check_facts()
        else:
            assert self.sides.at.differences(source, check=check) == ()

    @invariant()
    def nothing_is_recorded_but_what_was_accepted(self) -> None:
        self.sides.check_counts()

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:  # what has failed already says it better
                self.sides.drain()
                self.sides.check_all()
        finally:
            self.sides.at.end()

    def chosen(self, which: int, *, opened: bool = False) -> Complaint:
        found = [each for each in self.complaints if each.opened or not opened]
        return (found or self.complaints)[which % len(found or self.complaints)]


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    """Where the folders lie: in memory, for what a crash leaves is what is in the files there."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def empty(room: Path) -> Path:
    """A data folder in which the district is recorded, and nothing else has happened."""
    folder = room / "first"
    folder.mkdir()
    clock = SetClock(START)
    node = NodeByHand(folder / "node", DISTRICT, clock)
    for service in WRITING:
        node.relay(service)
    for name in FOLLOWING:
        node.follow(name)
    node.restart()
    shutil.copytree(folder / "node", folder / "empty")
    node.end()
    return folder / "empty"


def test_any_history(empty: Path, room: Path) -> None:
    sized = settings(deadline=None, suppress_health_check=list(HealthCheck))
    if settings.get_current_profile_name() != "long":
        # Shrinking takes minutes; what is found here is shrunk by looking for long.
        sized = settings(
            sized,
            max_examples=8,
            stateful_step_count=40,
            derandomize=True,
            phases=[Phase.generate],
        )
    folders = iter(range(1_000_000))

    def begin() -> AnyHistory:
        return AnyHistory(empty, room / f"{next(folders)}" / "node")

    run_state_machine_as_test(begin, settings=sized)  # type: ignore[arg-type]
