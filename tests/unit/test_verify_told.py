"""What `tanggap verify` says of what it found, and of a file that is no checkpoint."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import SecretStr

from services.kernel.errors import InvalidInput
from services.kernel.handover.district import token_of
from services.kernel.handover.wrapping import Pair
from services.main.cli.terminal import WRONG_USE
from services.main.cli.verdict import KINDS, read, verdict
from services.main.settings import Settings
from services.main.uplinked import checkpoints_kept
from services.reporting.proof.api import Found, _notes
from services.reporting.proof.verifying import elsewhere
from tests.unit.test_proof_checkpoint import SIGNED

WHOLE: dict[str, Any] = {
    "whole": True,
    "sources": [{"source": "/a/intake", "events": 40}, {"source": "/a/resolution", "events": 2}],
    "gaps": [],
    "broken_chains": [],
    "forks": [],
    "unreadable": [],
    "findings": [],
    "checkpoints": 3,
    "given": 1,
    "at_district": None,
    "unvouched": 0,
    "vouched": [],
    "unreached": [],
}


def found(**more: Any) -> dict[str, Any]:
    plain = {"source": "/a/intake", "id": 7, "upto": None, "where": ["log"], "what": None}
    return WHOLE | {"whole": False, "findings": [plain | {"by": None, "kind": "changed"} | more]}


def test_a_whole_history_takes_a_line() -> None:
    (line,) = verdict(WHOLE)
    assert line.startswith("Riwayat utuh: 42 kejadian, 3 titik periksa yang datang, 1 ")


def test_for_how_many_events_nobody_vouches_is_said() -> None:
    (_whole, line) = verdict(WHOLE | {"unvouched": 9})
    assert line.startswith("9 kejadian ") and "tidak ada yang menjamin" in line


def test_the_first_wrong_event_its_places_and_who_tells_are_said() -> None:
    (head, line) = verdict(
        found(kind="rewritten", upto=20, where=["log", "store", "stream"], by="given")
    )
    assert "TIDAK utuh" in head
    assert line == (
        "  /a/intake:7 sampai :20 atau sesudahnya ditulis ulang: salinan log, penyimpanan "
        "layanan, aliran; menurut titik periksa yang diberikan"
    )
    (_head, line) = verdict(found(kind="removed", upto=20, where=["log"], by="given"))
    assert line.startswith("  /a/intake:7 sampai :20 ada yang dihilangkan atau terpotong: ")
    (_head, line) = verdict(found(what="arrived_at"))
    assert line == "  /a/intake:7 diubah (arrived_at): salinan log"


def test_what_was_not_reached_is_said() -> None:
    unreached = ["district", "stream", "/a/intake"]
    (_whole, district, stream, store) = verdict(WHOLE | {"unreached": unreached})
    assert "kabupaten" in district and "aliran" in stream and "/a/intake" in store


def test_what_the_district_keeps_of_an_edge_is_said() -> None:
    (line,) = verdict(WHOLE | {"at_district": 5})
    assert line.endswith("1 yang diberikan, 5 yang disimpan kabupaten.")
    by = found(kind="rewritten", upto=20, by="district") | {"at_district": 5}
    (_head, line) = verdict(by)
    assert line.endswith("; menurut titik periksa yang disimpan kabupaten")


def test_what_is_wrong_with_the_log_copy_by_itself_is_named_once() -> None:
    gap = {"source": "/a/intake", "first_missing": 4, "last_missing": 9}
    (_head, line) = verdict(WHOLE | {"whole": False, "gaps": [gap, gap]})
    assert line == "  /a/intake:4: kejadian yang hilang (salinan log; 2 tempat)"


def test_every_kind_has_its_words() -> None:
    assert {*KINDS} == {*Found.model_fields["kind"].annotation.__args__}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("harm", "line"),
    [
        (lambda text: text[: text.index("/node-a/resolution") + 5], 6),
        (lambda text: text.removesuffix(text.splitlines(keepends=True)[-1]), 8),
        (lambda text: text.replace("/resolution 3 ", "/resolution 4 "), 8),
        (lambda text: text.replace("tanggap checkpoint 1", "tanggap checkpoint 2"), 1),
        (lambda _text: '{"checkpoints": []}', 1),
        (lambda _text: "", 1),
    ],
    ids=["cut-off", "unsigned", "changed", "another-kind", "another-file", "empty"],
)
def test_a_file_of_checkpoints_that_are_none_is_refused_with_the_line(
    harm: Callable[[str], str], line: int
) -> None:
    with pytest.raises(InvalidInput) as refused:
        _notes(harm(SIGNED.text))
    (error,) = refused.value.errors
    assert error.field == "checkpoints" and f"Baris {line} " in str(error.message)


def test_a_district_that_does_not_answer_counts_as_out_of_reach() -> None:
    settings = Settings(
        mode="edge",
        origin="edge-puring",
        uplink_kafka="127.0.0.1:9",
        uplink_url="http://127.0.0.1:9",
        uplink_token=SecretStr(token_of("secret", Pair.of("dinas", bytes(32)).public)),
    )
    assert elsewhere([SIGNED], lambda: checkpoints_kept(settings)) == ([SIGNED], None, True)
    assert elsewhere([SIGNED], lambda: [SIGNED]) == ([SIGNED], [SIGNED], False)
    assert elsewhere([SIGNED], None) == ([SIGNED], None, False)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kept.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(typer.Exit) as ended:
        read(file)
    assert ended.value.exit_code == WRONG_USE
    assert "kept.txt" in "".join(capsys.readouterr().err.split())
