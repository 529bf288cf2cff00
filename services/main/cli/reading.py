"""`tanggap events`, `replay`, `export`, `totals`: what the log and the reports say."""

import json
from pathlib import Path
from typing import Annotated

import typer

from services.main.cli.exporting import CannotWrite, Format, Occupied, export
from services.main.cli.replayed import replayed
from services.main.cli.terminal import (
    WRONG_USE,
    AsJson,
    AsOf,
    KnownAt,
    client,
    out,
    print_json,
    stop,
)

FORMATS = "Salah satu dari: " + ", ".join(each.value for each in Format) + "."
commands = typer.Typer()


@commands.command(help="Cetak salinan log, satu kejadian per baris.")
def events(
    complaint: Annotated[str | None, typer.Option(help="Id keluhan.")] = None,
    since: Annotated[str | None, typer.Option(help="Posisi (<source>:<n>).")] = None,
) -> None:
    """Print the log copy, one event a line."""
    with client() as node:
        more = True
        while more:
            found = node.get("/events", {"complaint": complaint, "since": since})
            for each in found["items"]:
                print(json.dumps(each, ensure_ascii=False))
            since = found["next"]
            more = since is not None


@commands.command(
    help="Cetak riwayat satu keluhan, langkah demi langkah, dengan keadaan sesudahnya.",
)
def replay(
    number: str, as_of: AsOf = None, known_at: KnownAt = None, as_json: AsJson = False
) -> None:
    """Print one complaint's history, step by step, with the state after each."""
    with client() as node:
        found = node.get(f"/replay/{number}", {"as_of": as_of, "known_at": known_at})
    if as_json:
        print_json(found)
        return
    for line in replayed(found):
        out.print(line, soft_wrap=True, markup=False, highlight=False)


@commands.command(
    "export",
    help="Tulis baris sebagai CSV atau XLSX, log "
    "sebagai Parquet, kasus sebagai PDF, atau data terbuka.",
)
def export_file(
    form: Annotated[Format, typer.Argument(metavar="FORMAT", help=FORMATS)],
    number: Annotated[str | None, typer.Argument(help="Nomor atau id keluhan (case).")] = None,
    *,
    path: Annotated[Path, typer.Option("--out", help="Berkas; untuk parquet sebuah folder.")],
    force: Annotated[bool, typer.Option("--force", help="Timpa yang sudah ada.")] = False,
    puskesmas: Annotated[str | None, typer.Option(help="Kode Puskesmas.")] = None,
    unit: Annotated[str | None, typer.Option(help="Kode unit layanan.")] = None,
    channel: Annotated[str | None, typer.Option(help="Kanal.")] = None,
    category: Annotated[str | None, typer.Option(help="Kategori.")] = None,
    state: Annotated[str | None, typer.Option(help="Keadaan, seperti pada daftar.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="Dari tanggal.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Sampai tanggal.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Write rows as CSV or XLSX, the log as Parquet, a case as PDF, or open data."""
    if (form is Format.CASE) != (number is not None):
        stop("Nomor keluhan diberikan untuk `case`, dan hanya untuk itu.", WRONG_USE)
    asked = {"puskesmas": puskesmas, "unit": unit, "channel": channel, "category": category}
    asked |= {"state": state, "from": start, "to": end, "as_of": as_of, "known_at": known_at}
    with client() as node:
        try:
            size = export(node, form, path, asked, number=number, force=force)
        except CannotWrite as problem:
            stop(str(problem), WRONG_USE if isinstance(problem, Occupied) else 1)
    if as_json:
        print_json({"path": str(path), "bytes": size})
    else:
        out.print(f"{path} ditulis.", soft_wrap=True)


@commands.command(help="Cetak jumlah kendali.")
def totals(
    start: Annotated[str | None, typer.Option("--from", help="Dari tanggal.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Sampai tanggal.")] = None,
    by: Annotated[str | None, typer.Option(help="unit, puskesmas, channel, category.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> None:
    """Print the control totals."""
    asked = {"from": start, "to": end, "by": by, "as_of": as_of, "known_at": known_at}
    with client() as node:
        print_json(node.get("/reports/totals", asked))
