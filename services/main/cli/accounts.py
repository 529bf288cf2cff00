"""`tanggap user` and `tanggap token`: accounts, written by whoever may read the data folder."""

import sys
from typing import Annotated

import typer

from services.kernel.access.principal import Grant, parse_grant
from services.kernel.errors import Problem
from services.main.cli.terminal import WRONG_USE, access, out, stop

commands = typer.Typer()
user = typer.Typer(help="Akun.", no_args_is_help=True)


@user.command("add", help="Tambah akun; kata sandi diminta, atau dibaca dari masukan standar.")
def add_user(
    name: str,
    role: Annotated[list[str], typer.Option(help="Peran; boleh diulang.")],
    puskesmas: Annotated[
        list[str] | None, typer.Option(help="Kode Puskesmas; boleh diulang.")
    ] = None,
    display_name: Annotated[str | None, typer.Option(help="Nama yang ditampilkan.")] = None,
) -> None:
    """Add an account; the password comes from a prompt or from standard input."""
    password = (
        typer.prompt("Kata sandi", hide_input=True, confirmation_prompt=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\n")
    )
    grants = [_grant(each, puskesmas or []) for each in role]
    with access() as store:
        try:
            store.add_account(name, password, grants, display_name=display_name or name)
        except Problem as problem:
            stop(str(problem), WRONG_USE)
    out.print(f"Akun {name} dibuat.")


@commands.command(help="Cetak token untuk skrip.")
def token(
    name: Annotated[str, typer.Argument(help="Nama akun yang haknya dipakai.")],
) -> None:
    """Print a bearer token for scripts."""
    with access() as store:
        account = store.get_account(name)
        if account is None:
            stop(f"Tidak ada akun bernama {name}.", 1)
        print(store.open_token(account.id, "script"))


def _grant(role: str, codes: list[str]) -> Grant:
    try:
        return parse_grant(role, codes)
    except ValueError as problem:
        stop(str(problem), WRONG_USE)
