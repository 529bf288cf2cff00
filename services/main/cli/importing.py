"""`tanggap import`."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from services.main.cli.terminal import AsJson, client, err, out, print_json
from services.main.client import Client

FOLLOW_SECONDS = 0.2
commands = typer.Typer()


@commands.command("import", help="Ambil keluhan dari CSV, XLSX, atau ekspor percakapan WhatsApp.")
def import_complaints(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    puskesmas: Annotated[str, typer.Option(help="Kode Puskesmas.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Hanya memeriksa.")] = False,
    channel: Annotated[str, typer.Option(help="Kanal untuk baris yang tidak menyebutnya.")] = "",
    as_json: AsJson = False,
) -> None:
    """Import complaints from CSV, XLSX or a WhatsApp chat export."""
    path = f"/puskesmas/{puskesmas}/imports"
    with client() as node:
        result = node.upload(path, file, {"dry_run": dry_run, "channel": channel, "wait": 0})
        if result["state"] == "running":
            result = _followed(node, path, result)
    if as_json:
        print_json(result)
    else:
        out.print(f"{result['accepted']} diterima, {result['repeated']} sudah ada.")
        for each in result["rejected"]:
            err.print(f"baris {each['row']}: {each['field']}: {each['message']}")
        if result["state"] in _UNFINISHED:
            err.print(_UNFINISHED[result["state"]])
    raise typer.Exit(1 if result["rejected"] or result["state"] in _UNFINISHED else 0)


_UNFINISHED = {
    "stopped": "Dihentikan; sisanya belum diambil. Untuk meneruskan, kirim lagi berkas yang sama.",
    "lost": "Berkas ini tidak dapat dibuka lagi; sisanya belum diambil. Kirim lagi.",
}


def _followed(node: Client, path: str, result: dict[str, Any]) -> dict[str, Any]:
    """Show how far an import is until it has ended; Ctrl-C stops it, with what was taken kept."""
    address = f"{path}/{result['import']}"
    with Progress(console=err, transient=True) as bar:
        shown = bar.add_task("Mengambil baris", total=result["rows"])
        while result["state"] == "running":
            try:
                time.sleep(FOLLOW_SECONDS)
                result = node.get(address, {})
            except KeyboardInterrupt:
                result = node.post(f"{address}/stop")
            bar.update(shown, completed=result["taken"])
    return result
