"""Drill *tamper*: whatever is done to a history is found and located, and nobody is alarmed by one
that was not touched.

In most runs the attacker holds stores and signing key: he does one thing to an event in its store,
signs all checkpoints again, and has stream, log copy and trees made anew. Nothing that the origin
holds contradicts him then, which each run makes sure of; only checkpoints that were kept elsewhere
do. (A forged checkpoint is not signed over again: that would undo it.) In every tenth run he
reaches the log copy or the stream only.
"""

import json
import random
import shutil
import sys
import tempfile
import threading
import time
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import msgspec

from services.kernel.clock import system_clock
from services.kernel.contracts.reporting import CheckpointSignedV1
from services.kernel.proof import Checkpoint, Signer, Top, leaf_of, root_of
from services.main.generate import Histories
from services.main.logs import configure_logs
from services.main.node import Node
from services.main.settings import Settings
from services.reporting.proof.kept import as_fields, kept
from tests import tampering
from tests.drills import sabotage as sabotages
from tests.tampering import DISTRICT, Change, copied, opened, source, store

CASES: Final = 12
CHECKPOINTS: Final = 8
"""So many are kept elsewhere; the last events lie after all of them."""
ALONE_EVERY: Final = 10
"""So often the attacker reaches one place only."""
ALONE: Final[Sequence[Change]] = (
    tampering.log_changed,
    tampering.log_removed,
    tampering.log_swapped,
    tampering.log_inserted,
    tampering.log_cut,
    tampering.stream_changed,
    tampering.stream_garbled,
    tampering.stream_removed,
    tampering.stream_swapped,
    tampering.stream_cut,
)
SERVICES: Final = ("intake", "resolution", "publication")
REPORTING: Final = "reporting"
TEXTS: Final = ("actor", "role", "box", "digest", "number", "receipt_hash")
"""What may say anything, so that the event can still be read."""


def byte_changed(folder: Path, service: str, id: int) -> None:
    """Change one letter of what an event says."""
    with store(folder, service) as connection:
        ((state,),) = connection.execute(
            "SELECT state FROM stored_events WHERE rowid = ?", (id,)
        ).fetchall()
        event = json.loads(state)
        holder, name = random.Random(f"{service}/{id}").choice([*_texts(event)])
        letter = "B" if holder[name].startswith("A") else "A"
        holder[name] = letter + holder[name][1:]
        connection.execute(
            "UPDATE stored_events SET state = ? WHERE rowid = ?", (msgspec.json.encode(event), id)
        )


def _texts(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(value, dict):
        yield from ((value, name) for name in TEXTS if value.get(name))
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


@dataclass(frozen=True)
class Base:
    """A history, and what was kept of it elsewhere."""

    folder: Path
    elsewhere: list[Checkpoint]
    vouched: dict[str, int]
    rules: list[int]


def base(folder: Path, seed: int) -> Base:
    """Write histories of a node, with a checkpoint now and then."""
    settings = Settings(data=folder)
    Histories(settings, DISTRICT, CASES, seed, None).write(
        lambda _what, _share: None, lambda _access: None
    )
    with opened(folder) as node:
        placed = node.reporting.store.reader().execute("SELECT source, id FROM log ORDER BY place")
        order = placed.fetchall()
        for number in range(1, CHECKPOINTS + 1):
            upto = len(order) * number // (CHECKPOINTS + 1)
            sizes = dict(order[:upto]) | {source(folder, REPORTING): number - 1}
            _sign(node, sizes)
        elsewhere = [each.checkpoint for each in kept(node.reporting.store.reader())]
        rules = [
            each.id for each in node.resolution.published(1, 10_000) if each.name == "RulesChanged"
        ]
        whole = node.reporting.verify(elsewhere)
    assert whole["whole"] and sum(each["events"] for each in whole["sources"]) >= 50, whole
    vouched = {top.source.split("/")[2]: top.size for top in elsewhere[-1].tops}
    return Base(folder, elsewhere, vouched, [id for id in rules if id <= vouched["resolution"]])


def _sign(node: Node, sizes: dict[str, int]) -> None:
    signed = _signer(node).sign(_tops(node, sizes), system_clock())
    node.recaps.record_checkpoint(signed).result()
    relay_all(node)


def _signer(node: Node) -> Signer:
    return Signer.of(node.folder.origin, node.folder.master_key)


def _tops(node: Node, sizes: dict[str, int]) -> tuple[Top, ...]:
    tops = []
    for name, size in sorted(sizes.items()):
        leaves = [leaf_of(each) for each in _service(node, name).published(1, size)[:size]]
        if leaves:
            tops.append(Top(name, len(leaves), root_of(leaves)))
    return tuple(tops)


def _service(node: Node, name: str) -> Any:
    return node.service(name.split("/")[2])


def relay_all(node: Node) -> None:
    """Send what lies in all outboxes, and have the log copy take it."""
    for relay in node.relays.values():
        while relay.lag():
            relay.step()
    while node.reporting.log.lag():
        node.reporting.log.step()


@contextmanager
def made_anew(folder: Path) -> Iterator[Node]:
    """Have stream, log copy and trees made anew from the stores, and open the node of that."""
    for name in ("stream.sqlite", "reporting.duckdb"):
        for file in folder.glob(f"{name}*"):
            file.unlink()
    for service in (*SERVICES, REPORTING):
        with store(folder, service) as connection:
            connection.execute("DELETE FROM relayed")
    with opened(folder) as node:
        relay_all(node)
        yield node


def sign_again(folder: Path) -> None:
    """Sign all checkpoints again of what the logs hold now, as somebody can who has the key."""
    states: dict[int, bytes] = {}
    with opened(folder) as node:
        own: list[bytes] = []
        for each in node.recaps.published(1, 10_000):
            event = msgspec.json.decode(each.value, type=CheckpointSignedV1)
            sizes = {top.source: top.size for top in event.tops}
            of_itself = sizes.pop(each.source, 0)
            tops = [*_tops(node, sizes)]
            if of_itself:
                tops.append(Top(each.source, of_itself, root_of(own[:of_itself])))
            signed = _signer(node).sign(tuple(sorted(tops)), event.signed_at)
            states[each.id] = _stored(node, each.id, signed)
            event = msgspec.structs.replace(event, **as_fields(signed))
            own.append(leaf_of(msgspec.structs.replace(each, value=msgspec.json.encode(event))))
    _write(folder, states)


def forged(folder: Path, _service: str, id: int) -> None:
    """Sign that a log had another root than it had."""
    with opened(folder) as node:
        (each,) = node.recaps.published(id, 1)
        event = msgspec.json.decode(each.value, type=CheckpointSignedV1)
        first, *others = (Top(top.source, top.size, b64decode(top.root)) for top in event.tops)
        tops = (first._replace(root=bytes(32)), *others)
        state = _stored(node, id, _signer(node).sign(tops, event.signed_at))
    _write(folder, {id: state})


def _stored(node: Node, id: int, signed: Checkpoint) -> bytes:
    (stored,) = node.recaps.recorder.select_notifications(id, 1)
    return msgspec.json.encode(msgspec.json.decode(stored.state) | as_fields(signed))


def _write(folder: Path, states: dict[int, bytes]) -> None:
    with store(folder, REPORTING) as connection:
        for id, state in states.items():
            connection.execute("UPDATE stored_events SET state = ? WHERE rowid = ?", (state, id))


EVERYWHERE: Final[dict[str, Change]] = {
    "byte": byte_changed,
    "removed": tampering.store_closed_up,
    "swapped": tampering.store_swapped,
    "inserted": tampering.store_inserted,
    "cut": tampering.store_cut,
    "rule": byte_changed,
    "checkpoint": forged,
}


@dataclass(frozen=True)
class Attack:
    """What is done in a run: the change, and to which event."""

    name: str
    change: Change
    service: str
    id: int
    alone: bool


def attack_of(made: Base, seed: int, run: int) -> Attack:
    """Return the attack of a run: the kinds in turn, and the rest by the seed."""
    chance = random.Random(f"{seed}/{run}/tamper")
    if run % ALONE_EVERY == ALONE_EVERY - 1 or run == 0:
        change = ALONE[run // ALONE_EVERY % len(ALONE)]
        service = chance.choice(SERVICES)
        id = chance.randint(2, made.vouched[service] - 2)
        return Attack(change.__name__, change, service, id, alone=True)
    name = [*EVERYWHERE][run % len(EVERYWHERE)]
    service = {"rule": "resolution", "checkpoint": REPORTING}.get(name) or chance.choice(SERVICES)
    id = chance.randint(2, made.vouched[service] - 1)
    if name == "rule":
        id = chance.choice(made.rules)
    return Attack(name, EVERYWHERE[name], service, id, alone=False)


def _failed(made: Base, attack: Attack, folder: Path) -> str | None:
    """Do it, and say what `verify` should have said and did not."""
    copied(made.folder, folder)
    with opened(folder) as node:
        untouched = node.reporting.verify(made.elsewhere)
    if not untouched["whole"]:
        return f"false alarm: {untouched['findings']}"
    attack.change(folder, attack.service, attack.id)
    if not attack.alone and attack.name != "checkpoint":
        sign_again(folder)
    with opened(folder) if attack.alone else made_anew(folder) as node:
        trace = [] if attack.alone else node.reporting.verify()["findings"]
        found = node.reporting.verify(made.elsewhere)
    if trace and attack.name != "checkpoint":
        return f"{attack.name}: the attacker left a trace, so that it proves nothing: {trace}"
    if found["whole"]:
        return f"{attack.name} at {attack.service}:{attack.id} is not found"
    name = source(folder, attack.service)
    for each in found["findings"]:
        if each.source == name and each.id <= attack.id <= (each.upto or each.id):
            return None
    return f"{attack.name} at {attack.service}:{attack.id} is located at {found['findings']}"


def run(runs: int, seed: int, sabotage: str | None = None) -> dict[str, Any]:
    """Run the drill in a process and a folder of its own, and return its line."""
    with get_context("spawn").Pool(1, _begin, (sabotage,)) as place:
        return place.apply(_run, (runs, seed))


def _begin(sabotage: str | None) -> None:
    # The node's own lines are not the drill's, and what is broken is so for the whole process.
    configure_logs("error")
    if sabotage is not None:
        sabotages.apply(sabotage, threading.Event())


def _run(runs: int, seed: int) -> dict[str, Any]:
    began = time.monotonic()
    fired: dict[str, int] = {}
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="drill-tamper-") as name:
        made = base(Path(name) / "base", seed)
        for number in range(runs):
            attack = attack_of(made, seed, number)
            fired[attack.name] = fired.get(attack.name, 0) + 1
            folder = Path(name) / str(number)
            if (said := _failed(made, attack, folder)) is not None:
                failed.append(f"run {number}: {said}")
            shutil.rmtree(folder)
            print(f"{number + 1} of {runs} runs", file=sys.stderr, flush=True)
    if runs > len(EVERYWHERE):
        failed += [f"{name} was never done" for name in EVERYWHERE if name not in fired]
    alarms = sum("false alarm" in each for each in failed)
    return {
        "drill": "tamper",
        "runs": runs,
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
        "failpoints": fired,
        "lost": 0,
        "doubled": 0,
        "differs": len(failed) - alarms,
        "false_alarms": alarms,
        "found": failed,
        "ok": not failed,
    }
