"""`tanggap backup` and `tanggap restore`: a node, edge, district or endpoint, to another place and
back."""

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from services.kernel.clock import system_clock
from services.kernel.district import SHIPPED
from services.main.cli.terminal import (
    WRONG_USE,
    AsJson,
    district_of,
    district_starts,
    out,
    print_json,
    settings_from,
    settings_of_a_district,
    stop,
    stop_an_endpoint,
)
from services.main.settings import Settings

if TYPE_CHECKING:  # it loads all services, which most commands do without
    from services.kernel.backup.manifest import Manifest
    from services.kernel.backup.recovery import Recovery
    from services.main.backup.restoring import Restoring

commands = typer.Typer()
PASSPHRASE = "Frasa sandi cadangan"  # noqa: S105 - what is asked for
_FILE = "Berkas kabupaten (YAML), untuk MODE=district."


@commands.command(
    help="Cadangkan seluruh penyimpanan satu saat, juga selagi berjalan, lalu uji hasilnya.",
)
def backup(
    to: Annotated[Path, typer.Argument(metavar="DIR", help="Folder cadangan; harus belum ada.")],
    data: Annotated[Path | None, typer.Option(help="Folder data.")] = None,
    new_passphrase: Annotated[
        bool, typer.Option("--new-passphrase", help="Tetapkan frasa sandi baru.")
    ] = False,
    district: Annotated[Path, typer.Option(help=_FILE)] = SHIPPED,
    as_json: AsJson = False,
) -> None:
    """Back up all stores as of one moment, also while they are served, and try what came of it."""
    from services.main.backup.making import CannotBackUp, make
    from services.main.folder import LostSecret

    settings = settings_from(data)
    loaded = district_of(district) if settings.mode == "district" else None
    # Whoever ends it gets nothing half done: what was begun is removed on the way out.
    signal.signal(signal.SIGTERM, lambda *_given: sys.exit(1))
    try:
        recovery = _recovery(settings, new_passphrase)
        made = make(settings, to.absolute(), recovery, system_clock, loaded)
    except (CannotBackUp, LostSecret) as problem:
        stop(str(problem), 1)
    if as_json:
        print_json(msgspec.to_builtins(made))
    else:
        out.print("\n".join(_told(to, made)), soft_wrap=True)
    raise typer.Exit(0 if made.trial.passed else 1)


@commands.command(
    help="Cadangkan kabupaten menurut jam, ke folder TANGGAP_BACKUPS (MODE=district).",
)
def backups(district: Annotated[Path, typer.Option(help=_FILE)] = SHIPPED) -> None:
    """Back a district up by the clock, into the folder that TANGGAP_BACKUPS names."""
    settings = settings_of_a_district()
    stop_an_endpoint(settings)
    if settings.backups is None:
        stop("TANGGAP_BACKUPS: sebutkan folder cadangannya.", WRONG_USE)
    with district_starts():
        # Loads psycopg, which nobody else needs.
        from services.main.backup.clocked import run_backups

        run_backups(settings, district_of(district), district)


@commands.command(
    help="Pulihkan cadangan ke folder data (kabupaten: basis data) yang kosong, sebagai jelmaan "
    "baru dari asalnya.",
)
def restore(
    backup: Annotated[Path, typer.Argument(metavar="DIR", help="Folder cadangan.")],
    data: Annotated[Path | None, typer.Option(help="Folder data; harus kosong.")] = None,
    origin: Annotated[
        str | None, typer.Option(help="Asal cadangan, bila TANGGAP_ORIGIN menyebut yang lain.")
    ] = None,
    lost: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder data lama atau cadangan yang lebih baru: siapa yang dihapus sejak itu.",
        ),
    ] = None,
    show: Annotated[
        bool, typer.Option("--settings", help="Hanya cetak setelan yang tersimpan di dalamnya.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into an empty data folder, as a new incarnation of its origin; a district's
    into an empty database."""
    from services.kernel.backup.manifest import Unusable
    from services.main.backup.restoring import CannotRestore, settings_in

    settings = settings_from(data)
    try:
        if show:
            print_json(settings_in(backup.absolute(), _ask(PASSPHRASE)))
            return
        kind = _restoring(settings)
        restoring = kind(backup.absolute(), settings, system_clock, origin, lost)
        done = restoring.run(restoring.secrets(_ask(PASSPHRASE)))
    except (CannotRestore, Unusable) as problem:
        stop(str(problem), 1)
    if as_json:
        print_json(msgspec.to_builtins(done))
        return
    lines = [
        f"{done.origin} dipulihkan ke {_where(settings)}: jelmaan ke-{done.incarnation}, dari "
        f"cadangan {done.made_at}.",
        *(
            f"{source}: sampai {position} dari cadangan, {done.taken_back.get(source, 0)} diambil "
            "kembali dari aliran."
            for source, position in done.positions.items()
        ),
        *(
            f"Hilang: {source}:{first} sampai {last}, terdengar di aliran tetapi tidak dapat "
            "diambil kembali."
            for source, (first, last) in done.missing.items()
        ),
        *([f"{done.erased_again} keluhan dihapus lagi isinya."] if done.erased_again else []),
        *([f"{done.keys_back} kunci diambil kembali dari kabupaten."] if done.keys_back else []),
        *(
            [f"Hilang: {done.keys_unopened} kunci di kabupaten dibuat dengan kunci induk lain."]
            if done.keys_unopened
            else []
        ),
        *(
            [
                f"Hilang: isi {done.without_words} keluhan; kuncinya dibuat setelah cadangan ini "
                "dan tidak ada di tempat lain. Kasusnya tetap berjalan tanpa isi."
            ]
            if done.without_words
            else []
        ),
    ]
    out.print("\n".join(lines), soft_wrap=True)


def _told(to: Path, made: "Manifest") -> list[str]:
    trial = made.trial
    size = sum(each.size for each in made.files)
    return [
        f"Cadangan {made.origin} di {to}: {len(made.files)} berkas, {size / 1e6:.1f} MB.",
        f"Diuji: {trial.events} kejadian, {trial.keys} kunci, {trial.files} lampiran.",
        *(f"Tidak beres: {each}" for each in trial.wrong),
    ]


def _restoring(settings: Settings) -> "type[Restoring]":
    """Return how a backup of this kind of deployment is restored."""
    if settings.kind == "endpoint":
        from services.main.backup.endpoint import EndpointRestoring

        return EndpointRestoring
    if settings.kind == "district":
        # Loads psycopg, which nobody else needs.
        from services.main.backup.district import DistrictRestoring

        return DistrictRestoring
    from services.main.backup.restoring import Restoring

    return Restoring


def _where(settings: Settings) -> str:
    return "basis datanya" if settings.kind == "district" else str(settings.data)


def _recovery(settings: Settings, anew: bool) -> "Recovery":
    """Return what backups are sealed for; the first time, or anew, a passphrase is asked for."""
    from services.kernel.backup.recovery import SHORTEST, recovery_of
    from services.main.backup.layout import keep_recovery, kept_recovery

    kept = kept_recovery(settings.data)
    if kept is not None and not anew:
        return kept
    if not settings.data.is_dir() and settings.mode != "district":
        stop(f"{settings.data} belum ada: belum ada yang dapat dicadangkan.", 1)
    passphrase = _ask(f"{PASSPHRASE} (catat dan simpan terpisah)", confirm=True)
    if len(passphrase) < SHORTEST:
        stop(f"Frasa sandi: paling sedikit {SHORTEST} karakter.", WRONG_USE)
    found = recovery_of(passphrase, os.urandom)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    keep_recovery(settings.data, found)
    return found


def _ask(what: str, *, confirm: bool = False) -> str:
    """Return a passphrase from a prompt, or from standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    answer: str = typer.prompt(what, hide_input=True, confirmation_prompt=confirm)
    return answer
