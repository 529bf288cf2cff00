"""`tanggap erase`: a person is erased everywhere, after a look at whom that concerns."""

from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from services.main.cli.terminal import WRONG_USE, AsJson, client, err, out, print_json, stop

commands = typer.Typer()
NO: Final = 1


class Reason(StrEnum):
    """Why a person is erased; it stays in the history, so that it is never free text."""

    SUBJECT_REQUEST = "subject_request"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    UNLAWFUL = "unlawful"
    RETENTION = "retention"


REASONS = (
    "Salah satu dari: subject_request (permintaan orangnya), consent_withdrawn (persetujuan "
    "ditarik), unlawful (diperoleh tanpa dasar), retention (masa simpan habis)."
)


@commands.command(help="Hapus seseorang di semua tempat; jumlah dan riwayat langkah tetap.")
def erase(
    person: Annotated[str, typer.Argument(help="Nomor atau id salah satu keluhannya.")],
    reason: Annotated[Reason, typer.Option(help=REASONS)],
    end_open_cases: Annotated[
        bool, typer.Option(help="Kasus yang masih ditangani diakhiri sebagai dicabut.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Jangan bertanya lagi.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person everywhere. Exit 1: it is refused, or was not confirmed."""
    with client() as node:
        found = _found(node, person)
        if not as_json:
            _tell(found)
        if not yes:
            if as_json:
                stop("Beri --yes bersama --json.", WRONG_USE)
            if not typer.confirm("Hapus orang ini?"):
                raise typer.Exit(NO)
        body = {
            "reason": reason.value,
            "ends_open_cases": end_open_cases,
            "complaints": [each["id"] for each in found["complaints"]],
        }
        done = node.post(f"/persons/{found['id']}/erasure", body)
    if as_json:
        print_json(done)
        return
    out.print(_said(done), soft_wrap=True, highlight=False)


def _found(node: Any, person: str) -> Any:
    try:
        id = UUID(person)
    except ValueError:
        return node.get("/persons", {"number": person})
    return node.get(f"/persons/{id}", {})


def _tell(found: Any) -> None:
    """Say whom it concerns, and what cannot be undone."""
    for each in found["complaints"]:
        state = "kasus masih ditangani" if each["open_case"] else ""
        held = f"penahanan hukum sampai {each['hold']['until']}" if each["hold"] else ""
        more = "".join(f" · {part}" for part in (state, held) if part)
        out.print(f"{each['number']} · {each['received_at'][:10]}{more}", highlight=False)
    if not found["at_home"]:
        out.print("Keluhan lain milik orang ini hanya diketahui di rumah Puskesmasnya.")
    err.print("Isi dan identitas tidak dapat dibuka lagi; sesudah waktunya dimusnahkan selamanya.")


def _said(done: Any) -> str:
    match done["stage"]:
        case "requested":
            return "Diminta. Rumah Puskesmasnya yang memutuskan dan menghapus."
        case "scheduled":
            return f"Ditutup sekarang juga. Dimusnahkan pada {done['destroy_at']}."
    waits = ", ".join(done["pending"])
    return f"Dimusnahkan di sini; menunggu: {waits}." if waits else "Dimusnahkan."
