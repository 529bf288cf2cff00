"""`tanggap rules`: the versions of the deadline rules, and whose verdict flips between two."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.table import Table

from services.main.client import Client

PAGE: Final = 500
_PROMISES: Final = {"response": "tanggapan", "settlement": "penyelesaian"}
_VERDICTS: Final = {
    "on_time": "tepat waktu",
    "late": "terlambat",
    "overdue": "lewat batas",
    "not_yet_due": "belum jatuh tempo",
    "ended": "berakhir lebih dulu",
}


def versions(found: Mapping[str, Any]) -> Iterator[Table]:
    """Yield a table for each version: its limits, and where each comes from."""
    for rules in found["items"]:
        title = f"Versi {rules['version']}, sejak {rules['in_force_from']}: {rules['cases']} kasus"
        table = Table("Janji", "Batas", "Tingkat", "Jenis", "Sumber", title=title)
        for limit in rules["limits"]:
            hours, days = limit["hours"], limit["working_days"]
            table.add_row(
                _PROMISES[limit["name"]],
                f"{days} hari kerja" if hours is None else f"{hours} jam",
                ", ".join(limit["grades"]),
                ", ".join(limit["kinds"]),
                f"{limit['source']} ({limit['mark']})",
            )
        yield table


def whole_diff(client: Client, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the comparison of two versions with all of its flips."""
    given = {**asked, "limit": PAGE}
    found: dict[str, Any] = client.get("/reports/rules/diff", given)
    following = found.pop("next")
    while following:
        more = client.get("/reports/rules/diff", {**given, "cursor": following})
        found["items"] += more["items"]
        following = more["next"]
    return found


def flips(found: Mapping[str, Any]) -> Table:
    """Return the flips as a table, both answers beside each other."""
    columns = ("Keluhan", "Janji", "Tingkat", "Dipenuhi")
    table = Table(*columns, f"Versi {found['a']}", f"Versi {found['b']}")
    for each in found["items"]:
        table.add_row(
            each["number"],
            _PROMISES[each["promise"]],
            each["grade"] or "–",
            each["done_at"] or "–",
            *(_said(each[side]) for side in ("a", "b")),
        )
    return table


def _said(answer: Mapping[str, Any]) -> str:
    due = answer["due_at"]
    return _VERDICTS[answer["verdict"]] + (f", batas {due}" if due else "")
