"""`tanggap rules`: the versions of the deadline rules, compared."""

from typing import Annotated

import typer

from services.main.cli.judged import flips, versions, whole_diff
from services.main.cli.terminal import AsJson, AsOf, KnownAt, client, out, print_json

rules = typer.Typer(help="Aturan batas waktu.", no_args_is_help=True)


@rules.command("list", help="Cetak versi aturan batas waktu, dan dari mana tiap batas berasal.")
def list_rules(as_json: AsJson = False) -> None:
    """Print the versions of the deadline rules, and where each limit comes from."""
    with client() as node:
        found = node.get("/reports/rules", {})
    if as_json:
        print_json(found)
    else:
        out.print(*versions(found), sep="\n")


@rules.command(
    "diff",
    help="Nilai riwayat menurut dua versi, dan daftar janji yang putusannya berbalik.",
)
def diff_rules(
    a: Annotated[int, typer.Argument(help="Nomor versi.")],
    b: Annotated[int, typer.Argument(help="Nomor versi pembandingnya.")],
    puskesmas: Annotated[str | None, typer.Option(help="Kode Puskesmas.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="Diterima dari tanggal.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Sampai tanggal.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Judge history under two versions, and list the promises whose verdict flips."""
    asked = {"a": a, "b": b, "puskesmas": puskesmas, "from": start, "to": end}
    with client() as node:
        found = whole_diff(node, asked | {"as_of": as_of, "known_at": known_at})
    if as_json:
        print_json(found)
    else:
        out.print(flips(found))
        out.print(f"{found['flipped']} dari {found['judged']} putusan berbalik.")
