"""What `tanggap rebuild` says in a terminal: how far it is, how it ended, and what differs."""

import io
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from services.main.cli import app, health
from services.main.cli.rebuilding import report, shown

DIFFERENCE: dict[str, Any] = {
    "table": "states",
    "only_live": 1,
    "only_rebuilt": 1,
    "subjects": ["c-1"],
    "rows": [
        {"side": "live", "row": {"complaint": "c-1", "state": "planned"}},
        {"side": "rebuilt", "row": {"complaint": "c-1", "state": "answered"}},
    ],
    "events": [
        {
            "position": "/node-a/resolution:7",
            "subject": "c-1",
            "type": "tanggap.ImmediateAnswerGiven.v1",
            "occurred_at": "2026-11-02T04:00:00Z",
            "recorded_at": "2026-11-02T04:00:00Z",
            "arrived_at": "2026-11-02T04:00:01Z",
        }
    ],
}
OUTCOME: dict[str, Any] = {
    "events": 72,
    "seconds": 0.5,
    "differences": [],
    "swapped": True,
    "without_arrival": 0,
    "on_their_way": 0,
    "resumed": False,
}


def progress(done: int, copied: int | None = None) -> dict[str, Any]:
    return {"progress": {"done": done, "total": 72, "rate": 1250.0, "copied": copied}}


def said(last: dict[str, Any]) -> str:
    console = Console(file=io.StringIO(), width=200)
    for each in report(last):
        console.print(each, soft_wrap=True)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_the_bar_shows_how_far_and_how_fast() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    lines = [progress(0, copied=36), progress(18), progress(72), {"outcome": OUTCOME}]
    assert list(shown(lines, console)) == lines
    drawn = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Melipat kejadian" in drawn and "72/72" in drawn and "1.250/detik" in drawn


def test_facts_that_are_the_same_are_said_to_be() -> None:
    assert "sama dengan yang dibangun ulang" in said({"outcome": OUTCOME})
    assert "meneruskan yang terhenti" in said({"outcome": OUTCOME | {"resumed": True}})


@pytest.mark.parametrize(("swapped", "end"), [(True, "kini dipakai"), (False, "tanpa --check")])
def test_a_difference_shows_rows_and_events(swapped: bool, end: str) -> None:
    text = said({"outcome": OUTCOME | {"differences": [DIFFERENCE], "swapped": swapped}})
    for each in ("states: 1 baris", "state=planned", "state=answered", "/node-a/resolution:7", end):
        assert each in text


def test_a_failure_is_named_with_its_mend() -> None:
    assert said({"failed": "no_space", "detail": "Disk penuh."}).strip() == (
        "Gagal (no_space). Disk penuh."
    )


class Interrupted:
    """The calls of a node whose rebuild somebody interrupts after its first part."""

    def __init__(self) -> None:
        self.posted: list[str] = []

    def __enter__(self) -> "Interrupted":
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def lines(self, path: str, body: Any) -> Any:
        yield progress(18)
        raise KeyboardInterrupt

    def post(self, path: str) -> Any:
        self.posted.append(path)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_ctrl_c_stops_it_at_the_node_and_says_how_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    node = Interrupted()
    monkeypatch.setattr(health, "client", lambda: node)
    done = CliRunner().invoke(app, ["rebuild", *options])
    assert (done.exit_code, node.posted) == (1, ["/rebuild/stop"])
    assert ('"stopped": true' if options else "Jalankan lagi untuk meneruskan") in done.output
