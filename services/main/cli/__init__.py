"""The command line: `tanggap …`. Exit 0 well, 1 the answer is no, 2 wrong use, 3 unreachable."""

import typer

from services.main.cli import (
    accounts,
    backups,
    edges,
    erasing,
    health,
    importing,
    processes,
    reading,
    rules,
    satisfaction,
)

app = typer.Typer(help="Tanggap: keluhan dan masukan di Puskesmas.", no_args_is_help=True)
for each in (processes, accounts, importing, reading, erasing, satisfaction, health, backups):
    app.add_typer(each.commands)
for name, group in (("user", accounts.user), ("rules", rules.rules), ("edge", edges.edge)):
    app.add_typer(group, name=name)
