"""What `tanggap verify` says, as lines for people."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from services.main.cli.terminal import WRONG_USE, stop

KINDS: Final = {
    "changed": "diubah",
    "removed": "dihilangkan",
    "inserted": "disisipkan",
    "reordered": "dipindah urutannya",
    "cut_off": "dan sesudahnya terpotong",
    "rewritten": "atau sesudahnya ditulis ulang",
    "forged": "adalah titik periksa palsu",
    "unreadable": "tidak terbaca lagi",
}
BETWEEN: Final = {**KINDS, "removed": "ada yang dihilangkan atau terpotong"}
"""Where it is known only between which two events it begins."""
PLACES: Final = {
    "log": "salinan log",
    "store": "penyimpanan layanan",
    "stream": "aliran",
    "checkpoint": "titik periksa",
    "district": "kabupaten",
}
BY: Final = {
    "given": "titik periksa yang diberikan",
    "district": "titik periksa yang disimpan kabupaten",
}
"""Else it is the event that brought the checkpoint."""
ALONE: Final = {
    "gaps": "kejadian yang hilang",
    "broken_chains": "rantai yang putus",
    "forks": "kejadian yang bercabang",
    "unreadable": "kejadian yang isinya tidak sama dengan catatannya",
}


def read(file: Path) -> str:
    """Return the signed notes of a file; ends the command where it cannot be read."""
    try:
        return file.read_text("utf-8")
    except OSError as error:
        stop(f"{file} tidak dapat dibaca: {error.strerror or error}.", WRONG_USE)
    except UnicodeDecodeError:
        stop(f"{file} bukan berkas titik periksa (bukan teks UTF-8).", WRONG_USE)


def verdict(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines: whether it is whole, where it is not, and what nobody vouches for."""
    events = sum(each["events"] for each in found["sources"])
    held = f"{found['checkpoints']} titik periksa yang datang, {found['given']} yang diberikan"
    if found["at_district"] is not None:
        held += f", {found['at_district']} yang disimpan kabupaten"
    yield f"Riwayat {'utuh' if found['whole'] else 'TIDAK utuh'}: {events} kejadian, {held}."
    for each in found["findings"]:
        kinds, upto = (BETWEEN, f" sampai :{each['upto']}") if each["upto"] else (KINDS, "")
        what = f" ({each['what']})" if each["what"] else ""
        where = ", ".join(PLACES[place] for place in each["where"])
        by = f"; menurut {BY.get(each['by'], each['by'])}" if each["by"] else ""
        yield f"  {each['source']}:{each['id']}{upto} {kinds[each['kind']]}{what}: {where}{by}"
    for name, said in ALONE.items():
        for each in found[name][:1]:
            at = each.get("id", each.get("first_missing"))
            yield f"  {each['source']}:{at}: {said} (salinan log; {len(found[name])} tempat)"
    for each in found["unreached"]:
        yield f"  Tidak terjangkau, jadi tidak dibandingkan: {PLACES.get(each, each)}."
    if found["unvouched"]:
        yield (
            f"{found['unvouched']} kejadian terletak sesudah titik periksa terakhir yang disimpan "
            "di tempat lain (--checkpoint); untuk itu tidak ada yang menjamin."
        )
