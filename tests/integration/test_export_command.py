"""`tanggap export` and `tanggap replay` against a running node: whole files or none."""

import csv
import io
import json
from pathlib import Path

import pytest

from services.main.cli.exporting import Format
from tests.running import RunningNode


@pytest.fixture(scope="module")
def number(node: RunningNode) -> str:
    """A complaint that was graded."""
    body = {"channel": "phone", "text": "Antre lama sekali.", "service_unit": "loket"}
    made = node.as_("rini").post("/puskesmas/puring/complaints", json=body).raise_for_status()
    id, given = made.json()["id"], made.json()["number"]
    node.until("sari", f"/cases/{id}", lambda case: case["state"] == "received")
    graded = node.as_("sari").post(f"/cases/{id}/grade", json={"grade": "yellow"})
    node.settle(graded.raise_for_status().json()["position"])
    assert isinstance(given, str)
    return given


@pytest.mark.parametrize("form", [each for each in Format if each is not Format.CASE])
def test_each_format_is_written_whole(
    node: RunningNode, number: str, tmp_path: Path, form: Format
) -> None:
    out = tmp_path / "hasil"
    done = node.tanggap("export", form.value, "--out", str(out), "--puskesmas", "puring")
    assert done.returncode == 0, done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["hasil"]
    if form is Format.CSV:
        rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig")), delimiter=";"))
        assert [row["Nomor"] for row in rows] == [number]
        assert "Antre" not in out.read_text()
    if form is Format.PARQUET:
        manifest = json.loads((out / "manifest.json").read_text())
        assert manifest["puskesmas"] == ["puring"] and manifest["rows"] > 0


def test_a_case_is_a_pdf(node: RunningNode, number: str, tmp_path: Path) -> None:
    out = tmp_path / "kasus.pdf"
    assert node.json("export", "case", number, "--out", str(out), "--json")["bytes"] > 1000
    assert out.read_bytes().startswith(b"%PDF-")


def test_what_is_there_stays_unless_it_is_forced(
    node: RunningNode, number: str, tmp_path: Path
) -> None:
    out = tmp_path / "daftar.csv"
    out.write_text("milik saya")
    done = node.tanggap("export", "csv", "--out", str(out))
    assert (done.returncode, out.read_text()) == (2, "milik saya")
    assert "--force" in done.stderr
    assert node.tanggap("export", "csv", "--out", str(out), "--force").returncode == 0
    assert number in out.read_text("utf-8-sig")


def test_a_folder_that_is_no_export_is_never_replaced(node: RunningNode, tmp_path: Path) -> None:
    out = tmp_path / "log"
    out.mkdir()
    (out / "surat.txt").write_text("milik saya")
    assert node.tanggap("export", "parquet", "--out", str(out), "--force").returncode == 2
    assert (out / "surat.txt").read_text() == "milik saya"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("export", "ods"), 2, "open-data"),
        (("export", "csv", "--as-of", "2026-01-01T08:00:00"), 2, "as_of"),
        (("export", "csv", "--from", "2026-02-01", "--to", "2026-01-01"), 2, "to:"),
        (("export", "csv", "--puskesmas", "atlantis"), 0, ""),
        (("export", "open-data", "--from", "2026-01-15"), 2, "from"),
        (("export", "parquet", "--channel", "web"), 2, "channel"),
        (("export", "case", "PRG-1999-A-000001"), 1, ""),
        (("export", "case"), 2, "case"),
        (("export", "csv", "PRG-1999-A-000001"), 2, "case"),
    ],
)
def test_what_is_asked_wrongly_is_said_and_writes_nothing(
    node: RunningNode, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = node.tanggap(*arguments, "--out", str(tmp_path / "hasil"))
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert len(list(tmp_path.iterdir())) == (1 if code == 0 else 0)


def test_a_path_that_cannot_be_written_is_named(node: RunningNode, tmp_path: Path) -> None:
    out = tmp_path / "tidak-ada" / "daftar.csv"
    done = node.tanggap("export", "csv", "--out", str(out))
    assert done.returncode == 1 and str(out) in done.stderr.replace("\n", "")


def test_a_replay_says_each_step_and_what_it_changed(node: RunningNode, number: str) -> None:
    lines = node.tanggap("replay", number).stdout.splitlines()
    assert any(line.startswith("Petugas mencatat keluhan baru · Telepon, ") for line in lines)
    graded = next(n for n, line in enumerate(lines) if "memberi tingkat kuning" in line)
    assert lines[graded + 1].strip() == "Keadaan: Diterima → Dinilai"
    assert any(line.startswith("Jam berjalan: ") for line in lines)
    assert "Antre lama" not in "\n".join(lines)


def test_a_replay_stands_still_at_an_instant(node: RunningNode, number: str) -> None:
    steps = node.json("replay", number, "--json")["items"]
    received = next(step for step in steps if step["step"] == "ComplaintReceived")
    then = node.json("replay", number, "--as-of", received["happened_at"], "--json")["items"]
    assert "CaseGraded" in {step["step"] for step in steps}
    assert "CaseGraded" not in {step["step"] for step in then}
    assert node.tanggap("replay", number, "--as-of", "1999-01-01").returncode == 1
