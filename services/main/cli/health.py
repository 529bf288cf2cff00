"""`tanggap rebuild`, `verify`, `doctor`: whether all is whole, and what is wrong."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from services.kernel.clock import system_clock
from services.main.cli.doctor import table, takes_nothing, unreachable, wrong
from services.main.cli.rebuilding import report, shown
from services.main.cli.terminal import (
    UNREACHABLE,
    AsJson,
    client,
    err,
    out,
    print_json,
    settings_from,
)
from services.main.cli.verdict import read, verdict
from services.main.client import Client, Unreachable

commands = typer.Typer()


@commands.command(
    help="Bangun ulang fakta di samping yang dipakai, bandingkan, "
    "lalu ganti; Ctrl-C menghentikan, dan yang berikut meneruskannya.",
)
def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Hanya membandingkan.")] = False,
    source: Annotated[str, typer.Option("--from", help="log, stream, atau stores.")] = "log",
    as_json: AsJson = False,
) -> None:
    """Rebuild the facts beside the live ones, compare, and swap; Ctrl-C stops it, and the next
    one goes on where it stood."""
    last: dict[str, Any] = {}
    with client() as node:
        lines = node.lines("/rebuild", {"check": check, "source": source})
        try:
            for last in lines if as_json else shown(lines, err):
                if as_json:
                    print(json.dumps(last, ensure_ascii=False), flush=True)
        except KeyboardInterrupt:
            node.post("/rebuild/stop")
            last = {"stopped": True}
            if as_json:
                print_json(last)
    if not as_json:
        for each in report(last):
            out.print(each, soft_wrap=isinstance(each, str))
    outcome = last.get("outcome", {})
    raise typer.Exit(0 if outcome.get("differences") == [] else 1)


@commands.command(help="Katakan apakah riwayat utuh, dan di mana tidak.")
def verify(
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="Titik periksa yang disimpan di tempat lain (export checkpoints)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether the history is whole, and where it is not."""
    notes = None if checkpoint is None else read(checkpoint)
    with client() as node:
        if notes is None:
            found = node.get("/verify", {})
        else:
            found = node.post("/verify", {"checkpoints": notes})
    if as_json:
        print_json(found)
    else:
        for line in verdict(found):
            out.print(line, soft_wrap=True, markup=False, highlight=False)
    if not found["whole"]:
        raise typer.Exit(1)
    raise typer.Exit(UNREACHABLE if found["unreached"] else 0)


@commands.command(
    help="Katakan apa yang terjangkau, seberapa tertinggal tiap pembaca, dan apa yang salah.",
)
def doctor(as_json: AsJson = False) -> None:
    """Say what is reachable, how far behind each follower is, and what is wrong."""
    from services.kernel.store.database import StoreUnavailable

    lines = unreachable(settings_from())
    found: dict[str, Any] = {}
    try:
        with Client(settings_from()) as node:
            found = node.get("/operations", {})
    except Unreachable as problem:
        lines.append(str(problem))
    except StoreUnavailable as problem:
        lines = lines or [takes_nothing(settings_from(), problem)]
    away = bool(lines)
    lines += wrong(found, system_clock()) if found else []
    if as_json:
        print_json(found | {"wrong": lines})
    else:
        if found:
            out.print(table(found))
        for line in lines or ["Semuanya sehat."]:
            out.print(line, soft_wrap=True)
    raise typer.Exit(UNREACHABLE if away else 1 if lines else 0)
