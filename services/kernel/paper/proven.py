"""What bears a case file out: printed at its end, and attached in full, for who checks it without
anything of ours."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.kernel.paper.board import Code
from services.kernel.proof import read_notes
from services.kernel.text import Text, _
from services.kernel.web.pictures import squares

ATTACHED: Final = "bukti.json"
_NAMED: Final = 12
"""So many events of a source are named one by one."""


@dataclass(frozen=True)
class Proven:
    """The proofs that events of one case lie under signed checkpoints, as
    `GET /api/v1/proofs/inclusion` gives each; `waiting` counts those that none covers yet."""

    proofs: list[dict[str, Any]]
    waiting: int


@dataclass(frozen=True)
class Proof:
    """The part of a document that bears it out: rows, notes and the checkpoints as QR pictures as
    printed, and the attached file's name, what it is, and what it holds (ASCII)."""

    title: str
    rows: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    codes: tuple[Code, ...]
    name: str
    about: str
    content: str


def borne_out(
    proven: Proven, say: Callable[[Text], str], written: Callable[[datetime], str]
) -> Proof:
    """Return what stands in a case file of its proofs; `written` writes an instant."""
    rows: list[tuple[str, str]] = []
    codes: dict[str, Code] = {}
    by_top: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in proven.proofs:
        source = str(each["position"]).rpartition(":")[0]
        by_top.setdefault((source, each["checkpoint"]), []).append(each)
    for (source, text), some in by_top.items():
        (note,) = read_notes(text)
        root = next(line.split()[2] for line in text.splitlines() if line.startswith(f"{source} "))
        ids = _ids([each["index"] + 1 for each in some])
        rows.append((source, say(_("kejadian {ids} dari {size}", ids=ids, size=some[0]["size"]))))
        rows.append((say(_("Akar")), root))
        when = written(note.signed_at)
        signed = _("{code} · {origin}, {when}", code=note.code, origin=note.origin, when=when)
        rows.append((say(_("Titik periksa")), say(signed)))
        alt = say(_("Kode QR titik periksa {code}", code=note.code))
        codes[text] = Code(squares(note.pictured), alt, note.code, when)
    notes = [say(_HOW)] if proven.proofs else []
    if proven.waiting:
        notes.append(say(_("{n} kejadian belum tercakup titik periksa.", n=proven.waiting)))
    content = json.dumps(proven.proofs, indent=1, ensure_ascii=True) if proven.proofs else ""
    return Proof(
        say(_("Bukti")),
        tuple(rows),
        tuple(notes),
        tuple(codes.values()),
        ATTACHED,
        say(_ABOUT),
        content,
    )


_HOW: Final = _(
    "Bandingkan kode titik periksa dengan yang diumumkan di papan atau yang Anda simpan sendiri. "
    "Gambar QR memuat titik periksa itu sendiri: dengan kertas ini dapat dibuktikan kelak bila "
    "catatan sebelum saat itu diubah (tanggap verify --checkpoint). "
    "Lampiran bukti.json dalam berkas ini memuat setiap kejadian sebagaimana dikirim, isinya "
    "tersegel, dan diperiksa dengan docs/verify.py tanpa perangkat lunak Tanggap."
)
_ABOUT: Final = _("Bukti bahwa kejadian kasus ini tercakup titik periksa yang ditandatangani")


def _ids(ids: Sequence[int]) -> str:
    ordered = sorted(ids)
    if len(ordered) > _NAMED:
        return f"{ordered[0]} … {ordered[-1]} ({len(ordered)})"
    return ", ".join(map(str, ordered))
