"""After the faults: a district, or an edge, comes to rest, and has all that was acknowledged, once.

Only what anybody may ask of it is used, so that it holds for one in containers, too.
"""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

from services.main.cli.terminal import UNREACHABLE
from services.main.watching import TELL_SECONDS
from tests.drills.checks import Findings
from tests.drills.crowd import People
from tests.running import RunningNode
from tests.waiting import PATIENCE_SECONDS, looks

EACH: Final = ("ComplaintReceived", "CaseOpened", "TeamNotified")
"""What each complaint has once."""
WALKED: Final = (
    *("CaseGraded", "ImmediateAnswerGiven", "ResolutionDocumented"),
    *("PublicationDrafted", "PublicationApproved", "ResolutionPublished"),
)
"""What each that was taken all the way has once besides."""
REST_SECONDS: Final = 120.0
"""So long nothing may get on before it is found to hang; a loaded machine is slow, too."""
AT_MOST_SECONDS: Final = 600.0
"""What moves for longer than this never comes to rest."""
COMMAND_SECONDS: Final = 600.0


class Asked(Protocol):
    """Who knows what was acknowledged at a place; `walked` are the complaints that were taken all
    the way there."""

    walked: list[str]

    def check_imports(self, to: Findings) -> None:
        """See that every file was taken, each row once."""

    def ask_again(self, to: Findings) -> Counter[str]:
        """Return how often each complaint should be there, asking again where that can be done."""


def check(
    place: RunningNode,
    crowds: Sequence[Asked],
    to: Findings,
    *,
    from_afar: bool = False,
    first_is_enough: bool = False,
) -> float:
    """Compare what was acknowledged with a place's log; return how long its backlog took to drain.

    Each crowd asks again where it asked before. `from_afar`: some of it may come from another
    place, which this one does not know to wait for. `first_is_enough`: what is wrong with the
    events is told before anything is made anew from them.
    """
    wanted: Counter[str] = Counter()
    for crowd in crowds:
        crowd.check_imports(to)
        wanted += crowd.ask_again(to)
    began = time.monotonic()
    if from_afar:
        _arrive(place, wanted)
    _come_to_rest(People(place), to)
    drained = time.monotonic() - began
    walked = Counter(id for crowd in crowds for id in crowd.walked)
    _check_events(place, {EACH: wanted, WALKED: walked}, to)
    if first_is_enough and to.found:
        return round(drained, 1)
    for source in ("log", "stream", "stores"):
        done = command(place, "rebuild", "--check", "--from", source, "--json")
        if done.returncode != 0:
            to.add(f"rebuild from {source}: {_differing(done)}", differs=1)
    whole = verified(place)
    if whole.returncode != 0:
        to.add(f"verify: {(whole.stdout + whole.stderr)[-500:]}", differs=1)
    return round(drained, 1)


def command(place: RunningNode, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line there; one that does not end has failed."""
    try:
        return place.tanggap(*arguments, seconds=COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(arguments, 1, "", f"no end in {COMMAND_SECONDS:.0f} s")


def verified(place: RunningNode) -> "subprocess.CompletedProcess[str]":
    """Have the history verified there; where somebody did not answer who is asked, once more."""
    for _look in looks(PATIENCE_SECONDS):
        done = command(place, "verify")
        if done.returncode != UNREACHABLE:
            break
    return done


def _differing(done: "subprocess.CompletedProcess[str]") -> str:
    """Return the tables that a rebuild found to differ, or what it said instead."""
    with suppress(ValueError, LookupError):
        outcome = json.loads(done.stdout.splitlines()[-1])["outcome"]
        return ", ".join(f"{each['table']} differs" for each in outcome["differences"])
    return (done.stdout + done.stderr)[-500:]


def _come_to_rest(people: People, to: Findings) -> None:
    """Wait until nothing is on its way any more: each process has said so since the last event."""
    patience = Patience()
    found, since = operations(people), time.monotonic()
    while found and patience.lasts(*_how_far(found)):
        before, found = found, operations(people)
        if _moves(found) or found["sources"] != before["sources"]:
            since = time.monotonic()
        elif time.monotonic() - since > TELL_SECONDS * 2:
            break
        time.sleep(0.2)
    else:
        to.add(f"did not come to rest: {', '.join(_moves(found)) or 'the log grows'}")
    for queue in found.get("queues", ()):
        to.add(f"{queue['follower']} set aside: {queue['reason']}", doubled=1)


class Patience:
    """How long is waited for what gets on: as long as it does, and not for ever."""

    def __init__(self) -> None:
        self._began = self._news = time.monotonic()
        self._seen: tuple[Any, ...] = ()

    def lasts(self, *state: Any) -> bool:
        """Say whether to wait on, now that it stands thus."""
        now = time.monotonic()
        if state != self._seen:
            self._seen, self._news = state, now
        return now - self._news < REST_SECONDS and now - self._began < AT_MOST_SECONDS


def operations(people: People) -> dict[str, Any]:
    """Return what is told of the place; nothing where it does not answer."""
    answer = people.as_("admin").get("/operations")
    found: dict[str, Any] = answer.json() if answer.is_success else {}
    return found


def _how_far(found: dict[str, Any]) -> tuple[Any, ...]:
    """Return what changes while anything gets on."""
    unsent = [each["unsent"] for each in found["relays"]]
    unread = [each["lag"] for each in found["followers"]]
    return found["sources"], found["lag"], found["missing"], unsent, unread


def _moves(found: dict[str, Any]) -> list[str]:
    """Return what is still on its way, or not known of."""
    if not found:
        return ["/operations does not answer"]
    unsent = [f"{each['service']} relays" for each in found["relays"] if each["unsent"]]
    unread = [f"{each['name']} follows" for each in found["followers"] if each["lag"] != 0]
    silent = [f"{each} is not heard" for each in found["missing"]]
    return [*unsent, *unread, *silent, *(["reporting follows"] if found["lag"] != 0 else [])]


def _arrive(place: RunningNode, wanted: Counter[str]) -> None:
    """Wait until all that is wanted is there, or no more of it comes."""
    patience = Patience()
    there = _events(place)
    while not all(wanted <= there[name] for name in EACH) and patience.lasts(there):
        there = _events(place)


def _check_events(
    place: RunningNode, wanted: Mapping[tuple[str, ...], Counter[str]], to: Findings
) -> None:
    there = _events(place)
    for names, subjects in wanted.items():
        for name in names:
            # What an import wrote is counted there; here, that nothing is there twice.
            to.compare(name, subjects, Counter({id: there[name][id] for id in subjects}))
            if twice := sum(times > 1 for id, times in there[name].items() if id not in subjects):
                to.add(f"{name}: {twice} more than once", doubled=twice)


def _events(place: RunningNode) -> dict[str, Counter[str]]:
    """Return by an event's name how often each subject has it, as the log copy holds them.

    What publication says is about a complaint, too: that is its subject.
    """
    done = command(place, "events")
    found: dict[str, Counter[str]] = {name: Counter() for name in (*EACH, *WALKED)}
    if done.returncode == 0:
        for line in done.stdout.splitlines():
            event = json.loads(line)
            if (name := event["type"].split(".")[1]) in found:
                found[name][event["subject"]] += 1
    return found
