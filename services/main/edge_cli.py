"""`tanggap edge …`: which edges may hand keys and files over to this district and fetch theirs."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from services.kernel.access.edges import Edges
from services.kernel.access.store import AccessStore
from services.kernel.clock import system_clock
from services.kernel.handover.district import token_of
from services.kernel.handover.wrapping import Pair
from services.main.folder import open_folder
from services.main.places import place
from services.main.settings import ORIGIN_NAME, Settings

out, err = Console(), Console(stderr=True)
NO: Final = 1
WRONG_USE: Final = 2

Origin = Annotated[str, typer.Argument(help="Nama edge, seperti TANGGAP_ORIGIN di sana.")]


def commands(
    settings: Callable[[], Settings], starts: Callable[[], AbstractContextManager[None]]
) -> typer.Typer:
    """Return the commands; `settings` are those of a district, `starts` says why it cannot be
    reached."""
    edge = typer.Typer(help="Edge kabupaten ini (MODE=district).", no_args_is_help=True)

    @contextmanager
    def opened() -> Iterator[tuple[Settings, Edges]]:
        found = settings()
        with starts():
            AccessStore(place(found, "access"), system_clock).close()  # it makes the table
            edges = Edges(place(found, "access"), system_clock)
            try:
                yield found, edges
            finally:
                edges.close()

    @edge.command("add")
    def add(origin: Origin) -> None:
        """Let an edge in and print its token; an older one of it is no longer good."""
        if not re.fullmatch(ORIGIN_NAME, origin):
            err.print("Nama edge: huruf kecil, angka, dan tanda hubung.")
            raise typer.Exit(WRONG_USE)
        with opened() as (found, edges):
            folder = open_folder(found)
            pair = Pair.of(folder.origin, folder.master_key)
            print(token_of(edges.add(origin), pair.public))  # noqa: T201

    @edge.command("remove")
    def remove(origin: Origin) -> None:
        """Let an edge in no more."""
        with opened() as (_found, edges):
            if not edges.remove(origin):
                err.print(f"Tidak ada edge bernama {origin}.")
                raise typer.Exit(NO)
        out.print(f"{origin} tidak dapat masuk lagi.")

    @edge.command("list")
    def listed(
        as_json: Annotated[bool, typer.Option("--json", help="Keluaran JSON.")] = False,
    ) -> None:
        """Print the edges, and when each was last heard."""
        with opened() as (_found, edges):
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
            print(json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=1))  # noqa: T201
            return
        table = Table("Edge", "Ditambahkan", "Terakhir terdengar")
        for row in rows:
            table.add_row(*(value or "–" for value in row))
        out.print(table)

    return edge
