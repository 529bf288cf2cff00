"""The published complaints of tests/data, and what became of each."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Real:
    """One published complaint: its row as typed, and its outcome."""

    row: dict[str, str]
    outcome: dict[str, Any]

    @property
    def reference(self) -> str:
        return self.row["reference"]

    @property
    def puskesmas(self) -> str:
        code: str = self.outcome["puskesmas"]
        return code


def real_complaints() -> list[Real]:
    """Return all twenty, in the file's order."""
    with (DATA / "complaints.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    outcomes = {
        each["reference"]: each
        for each in yaml.safe_load((DATA / "outcomes.yaml").read_text(encoding="utf-8"))
    }
    return [Real(row, outcomes[row["reference"]]) for row in rows]


def file_for(complaints: list[Real]) -> bytes:
    """Return these complaints as the CSV that an officer uploads."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(complaints[0].row))
    writer.writeheader()
    writer.writerows(each.row for each in complaints)
    return out.getvalue().encode()
