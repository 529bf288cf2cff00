"""What the thread of a case tells of a step beside its words."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from services.kernel.contracts import Message
from services.kernel.district import SHIPPED, load_district
from services.kernel.web.language import say
from services.resolution.pages.corrected import Names
from services.resolution.pages.thread import so_far, steps_of

CONTRACTS = Path(__file__).parents[2] / "contracts"
AT = datetime(2026, 11, 2, 3, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Jakarta")
DISTRICT = load_district(SHIPPED)
MESSAGE = Message(
    id=1,
    source="/node-a/intake",
    subject="s",
    type="",
    time=AT,
    puskesmas="puring",
    actor="acc-1",
    role="officer",
    correlation_id="",
    causation_id="",
    value=b"",
)
NEW_BOX = {"key": "00000000-0000-0000-0000-0000005ea1ed", "place": "x", "box": "AAAA"}


def sample(name: str) -> dict[str, Any]:
    """Return a payload of an event, every field filled in."""
    found = [
        json.loads(each.read_text())["payload"]
        for each in sorted((CONTRACTS / f"tanggap.{name}.v1" / "samples").iterdir())
    ]
    return max(found, key=lambda each: len(json.dumps(each)))


def message(name: str, payload: dict[str, Any]) -> Message:
    return replace(MESSAGE, type=f"tanggap.{name}.v1", value=json.dumps(payload).encode())


def notes(language: str, *history: Message) -> list[str]:
    """Return the short facts of the last step of a history, all of its words sealed."""
    steps = steps_of(list(history))
    closed: list[tuple[str | None, ...]] = [tuple(None for _box in each.boxes) for each in steps]
    names = Names(DISTRICT, language, ZONE)
    entry = so_far(steps, closed, lambda _each: "Rini", names)[-1]
    return [say(each, language) for each in entry.notes]


def corrected(language: str = "id", **changed: Any) -> list[str]:
    """Return what is told of a correction of the sample's form."""
    form = sample("ComplaintCorrected")
    received = sample("ComplaintReceived") | {
        name: value for name, value in form.items() if name != "reason"
    }
    now = message("ComplaintCorrected", form | changed)
    return notes(language, message("ComplaintReceived", received), now)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("kind", "praise", "Jenis: Keluhan → Pujian"),
        ("channel", "phone", "Kanal: Langsung ke petugas → Telepon"),
        ("service_unit", None, "Unit layanan: Loket pendaftaran → tidak disebut"),
        ("categories", [], "Kategori: categories → tidak disebut"),
        (
            "categories",
            ["obat", "prosedur"],
            "Kategori: categories → Obat dan farmasi, Alur dan prosedur layanan",
        ),
        ("confidentiality", "confidential", "Kerahasiaan: Terbuka → Rahasia"),
        ("relation", "dropped", "Hubungan dengan pasien: Pasien sendiri → dropped"),
        ("barrier", None, "Hambatan saat menyampaikan: Bahasa → tidak disebut"),
        ("wants_answer_by", "sms", "Ingin dikabari lewat: WhatsApp → SMS"),
        (
            "incident_at",
            "2026-11-01T00:00:00+07:00",
            "Waktu kejadian: Sen 2 Nov 2026 09.30 → Min 1 Nov 2026",
        ),
    ],
)
def test_a_correction_says_what_became_of_each_fact(field: str, value: Any, told: str) -> None:
    assert corrected(**{field: value}) == [told]


def test_of_what_is_sealed_a_correction_says_only_that_it_changed() -> None:
    assert corrected(text=NEW_BOX) == ["isi keluhan diubah"]
    assert corrected(complainant=None) == ["identitas pelapor diubah"]
    both = corrected("en", text=NEW_BOX, kind="suggestion")
    assert both == ["Kind: Complaint → Suggestion", "words of the complaint changed"]


def test_a_correction_is_measured_against_the_one_before() -> None:
    form = sample("ComplaintCorrected")
    first = message("ComplaintReceived", sample("ComplaintReceived") | {"kind": "praise"})
    second = message("ComplaintCorrected", form)
    third = message("ComplaintCorrected", form | {"kind": "suggestion"})
    assert notes("id", first, second, third) == ["Jenis: Keluhan → Saran"]


def test_an_assignment_names_the_unit() -> None:
    to = sample("CaseAssigned") | {"assignee": "Budi", "assigned_unit": "loket"}
    assert notes("id", message("CaseAssigned", to)) == ["Budi", "Loket pendaftaran"]
    assert notes("id", message("CaseAssigned", to | {"assigned_unit": None})) == ["Budi"]
