"""`tanggap backup` and `tanggap restore`: a data folder, whole, to another place and back."""

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from services.kernel.clock import system_clock
from services.main.cli.terminal import WRONG_USE, AsJson, out, print_json, settings_from, stop
from services.main.settings import Settings

if TYPE_CHECKING:  # it loads all services, which most commands do without
    from services.kernel.backup.manifest import Manifest
    from services.kernel.backup.recovery import Recovery

commands = typer.Typer()
PASSPHRASE = "Frasa sandi cadangan"  # noqa: S105 - what is asked for


@commands.command(
    help="Cadangkan seluruh penyimpanan satu saat, juga selagi node berjalan, lalu uji hasilnya.",
)
def backup(
    to: Annotated[Path, typer.Argument(metavar="DIR", help="Folder cadangan; harus belum ada.")],
    data: Annotated[Path | None, typer.Option(help="Folder data.")] = None,
    new_passphrase: Annotated[
        bool, typer.Option("--new-passphrase", help="Tetapkan frasa sandi baru.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Back up all stores as of one moment, also while the node runs, and try what came of it."""
    from services.main.backup.making import CannotBackUp, make
    from services.main.folder import LostSecret

    settings = _of_a_folder(settings_from(data))
    # Whoever ends it gets nothing half done: what was begun is removed on the way out.
    signal.signal(signal.SIGTERM, lambda *_given: sys.exit(1))
    try:
        made = make(settings, to.absolute(), _recovery(settings, new_passphrase), system_clock)
    except (CannotBackUp, LostSecret) as problem:
        stop(str(problem), 1)
    if as_json:
        print_json(msgspec.to_builtins(made))
    else:
        out.print("\n".join(_told(to, made)), soft_wrap=True)
    raise typer.Exit(0 if made.trial.passed else 1)


@commands.command(
    help="Pulihkan cadangan ke folder data yang kosong, sebagai jelmaan baru dari asalnya.",
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
    """Restore a backup into an empty data folder, as a new incarnation of its origin."""
    from services.kernel.backup.manifest import Unusable
    from services.main.backup.restoring import CannotRestore, Restoring, settings_in

    settings = settings_from(data)
    try:
        if show:
            print_json(settings_in(backup.absolute(), _ask(PASSPHRASE)))
            return
        restoring = Restoring(backup.absolute(), _of_a_folder(settings), system_clock, origin, lost)
        done = restoring.run(restoring.secrets(_ask(PASSPHRASE)))
    except (CannotRestore, Unusable) as problem:
        stop(str(problem), 1)
    if as_json:
        print_json(msgspec.to_builtins(done))
        return
    lines = [
        f"{done.origin} dipulihkan ke {settings.data}: jelmaan ke-{done.incarnation}, dari "
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


def _of_a_folder(settings: Settings) -> Settings:
    if settings.mode == "district":
        stop("Cadangan ini untuk node dan edge; untuk kabupaten lihat infra/README.md.", WRONG_USE)
    return settings


def _recovery(settings: Settings, anew: bool) -> "Recovery":
    """Return what backups are sealed for; the first time, or anew, a passphrase is asked for."""
    from services.kernel.backup.recovery import SHORTEST, recovery_of
    from services.main.backup.layout import keep_recovery, kept_recovery

    kept = kept_recovery(settings.data)
    if kept is not None and not anew:
        return kept
    if not settings.data.is_dir():
        stop(f"{settings.data} belum ada: belum ada yang dapat dicadangkan.", 1)
    passphrase = _ask(f"{PASSPHRASE} (catat dan simpan terpisah)", confirm=True)
    if len(passphrase) < SHORTEST:
        stop(f"Frasa sandi: paling sedikit {SHORTEST} karakter.", WRONG_USE)
    found = recovery_of(passphrase, os.urandom)
    keep_recovery(settings.data, found)
    return found


def _ask(what: str, *, confirm: bool = False) -> str:
    """Return a passphrase from a prompt, or from standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    answer: str = typer.prompt(what, hide_input=True, confirmation_prompt=confirm)
    return answer
