"""`tanggap rebuild` in a terminal: how far it is, and what differs."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

_EVENTS: Final = "Melipat kejadian"
_COPY: Final = "Menyalin log"


class _Rate(ProgressColumn):
    """Events a second, as the rebuild itself measures it."""

    def render(self, task: Any) -> Text:
        rate = task.fields.get("rate") or 0.0
        return Text(f"{rate:,.0f}/detik".replace(",", ".") if rate else "–")


def shown(lines: Iterable[dict[str, Any]], console: Console) -> Iterator[dict[str, Any]]:
    """Yield what a rebuild tells, and show on the console how far it is and how long it takes."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task(_EVENTS, total=None, rate=0.0)
        for told in lines:
            if progress := told.get("progress"):
                copied = progress["copied"]
                bar.update(
                    task,
                    description=_EVENTS if copied is None else _COPY,
                    completed=progress["done"] if copied is None else copied,
                    total=progress["total"],
                    rate=progress["rate"],
                )
            yield told


def report(last: dict[str, Any]) -> Iterator[str | Table]:
    """Yield what a rebuild ended with, for people."""
    if "stopped" in last:
        yield "Dihentikan; fakta yang dipakai tetap seperti semula. Jalankan lagi untuk meneruskan."
        return
    if "failed" in last:
        yield f"Gagal ({last['failed']}). {last.get('detail', '')}".rstrip()
        return
    outcome = last["outcome"]
    went_on = ", meneruskan yang terhenti" if outcome["resumed"] else ""
    yield f"{outcome['events']} kejadian dalam {outcome['seconds']:.1f} detik{went_on}."
    if outcome["without_arrival"] or outcome["on_their_way"]:
        yield (
            f"{outcome['without_arrival']} kejadian tidak diketahui kapan tibanya; "
            f"{outcome['on_their_way']} masih di jalan."
        )
    for each in outcome["differences"]:
        yield from _difference(each)
    if not outcome["differences"]:
        yield "Fakta yang dipakai sama dengan yang dibangun ulang."
    elif outcome["swapped"]:
        yield "Fakta yang dibangun ulang kini dipakai."
    else:
        yield "Hanya dibandingkan; jalankan tanpa --check untuk memakai yang dibangun ulang."


def _difference(each: dict[str, Any]) -> Iterator[str | Table]:
    yield (
        f"{each['table']}: {each['only_live']} baris hanya pada yang dipakai, "
        f"{each['only_rebuilt']} hanya pada yang dibangun ulang."
    )
    rows = Table("Pihak", "Baris")
    for row in each["rows"]:
        said = ", ".join(f"{name}={value}" for name, value in row["row"].items() if value)
        rows.add_row("dipakai" if row["side"] == "live" else "dibangun ulang", said)
    yield rows
    events = Table("Posisi", "Kejadian", "Tentang", "Terjadi", "Tercatat", "Tiba")
    for event in each["events"]:
        events.add_row(
            event["position"],
            event["type"],
            event["subject"],
            *(event[name] or "–" for name in ("occurred_at", "recorded_at", "arrived_at")),
        )
    yield events
