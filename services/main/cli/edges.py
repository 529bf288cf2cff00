"""`tanggap edge …`: which edges may hand keys and files over to this district and fetch theirs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.table import Table

from services.kernel.access.edges import Edges
from services.kernel.access.store import AccessStore
from services.kernel.clock import system_clock
from services.kernel.handover.district import token_of
from services.kernel.handover.wrapping import Pair
from services.main.cli.terminal import (
    WRONG_USE,
    AsJson,
    district_starts,
    out,
    print_json,
    settings_of_a_district,
    stop,
)
from services.main.folder import open_folder
from services.main.places import place
from services.main.settings import ORIGIN_NAME, Settings

Origin = Annotated[str, typer.Argument(help="Nama edge, seperti TANGGAP_ORIGIN di sana.")]
edge = typer.Typer(help="Edge kabupaten ini (MODE=district).", no_args_is_help=True)


@contextmanager
def _opened() -> Iterator[tuple[Settings, Edges]]:
    settings = settings_of_a_district()
    with district_starts():
        AccessStore(place(settings, "access"), system_clock).close()  # it makes the table
        edges = Edges(place(settings, "access"), system_clock)
        try:
            yield settings, edges
        finally:
            edges.close()


@edge.command(
    "add",
    help="Izinkan sebuah edge dan cetak tokennya; token lamanya tidak berlaku lagi.",
)
def add(origin: Origin) -> None:
    """Let an edge in and print its token; an older one of it is no longer good."""
    if not re.fullmatch(ORIGIN_NAME, origin):
        stop("Nama edge: huruf kecil, angka, dan tanda hubung.", WRONG_USE)
    with _opened() as (found, edges):
        folder = open_folder(found)
        pair = Pair.of(folder.origin, folder.master_key)
        print(token_of(edges.add(origin), pair.public))


@edge.command("remove", help="Jangan izinkan lagi sebuah edge.")
def remove(origin: Origin) -> None:
    """Let an edge in no more."""
    with _opened() as (_found, edges):
        if not edges.remove(origin):
            stop(f"Tidak ada edge bernama {origin}.", 1)
    out.print(f"{origin} tidak dapat masuk lagi.")


@edge.command("list", help="Cetak daftar edge, dan kapan masing-masing terakhir terdengar.")
def listed(as_json: AsJson = False) -> None:
    """Print the edges, and when each was last heard."""
    with _opened() as (_found, edges):
        rows = [
            (
                each.origin,
                each.added_at.isoformat(),
                each.heard_at and each.heard_at.isoformat(),
            )
            for each in edges.listed()
        ]
    if as_json:
        names = ("origin", "added_at", "heard_at")
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    table = Table("Edge", "Ditambahkan", "Terakhir terdengar")
    for row in rows:
        table.add_row(*(value or "–" for value in row))
    out.print(table)
