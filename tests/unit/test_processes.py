"""Of a district's processes, those that lead say how far their service is."""

from collections.abc import Sequence
from datetime import timedelta

from services.kernel.condition import Condition, RelayState
from services.reporting.processes import Heard, Nobody, state
from tests.messages import START


class Watched(Nobody):
    """What some processes told."""

    def __init__(self, *heard: Heard) -> None:
        self._heard = heard

    def heard(self) -> Sequence[Heard]:
        return self._heard


def told(process: str, *, leads: bool, unsent: int, minutes: int) -> Heard:
    relay = RelayState(
        service="intake", unsent=unsent, oldest_unsent_at=None, failure=None, failing_since=None
    )
    condition = Condition(
        process=process,
        services=["intake"],
        leads=leads,
        relays=[relay] if leads else [],
        followers=[],
        queues=[],
        jobs=[],
        tasks=[],
        failing={},
        disk_free=1,
        disk_size=2,
    )
    return Heard(condition, START + timedelta(minutes=minutes), silent=minutes < 0)


def test_what_a_dead_leader_had_not_sent_is_not_told_beside_what_its_successor_has() -> None:
    dead = told("a:1", leads=True, unsent=7, minutes=-1)
    alive = told("a:2", leads=True, unsent=0, minutes=1)
    beside = told("a:3", leads=False, unsent=9, minutes=1)
    for heard in ((dead, alive, beside), (alive, beside, dead)):
        found = state(Watched(*heard), "reporting")
        assert [each["unsent"] for each in found["relays"]] == [0]
        assert len(found["processes"]) == 3


def test_what_a_leader_told_last_stands_until_another_leads() -> None:
    dead = told("a:1", leads=True, unsent=7, minutes=-1)
    found = state(Watched(dead, told("a:2", leads=False, unsent=0, minutes=1)), "reporting")
    assert [each["unsent"] for each in found["relays"]] == [7]
