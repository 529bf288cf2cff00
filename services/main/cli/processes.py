"""`tanggap up`, `serve`, `worker`, `scheduler`, and what makes their stores."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from services.kernel.access.store import AccessStore
from services.kernel.district import SHIPPED, District
from services.kernel.errors import NotFound
from services.main.cli.terminal import (
    WRONG_USE,
    AsJson,
    district_of,
    district_starts,
    err,
    out,
    print_json,
    settings_from,
    settings_of_a_district,
    stop,
    stop_an_endpoint,
)
from services.main.folder import is_half_filled, is_new
from services.main.settings import Settings

if TYPE_CHECKING:  # it loads everything, which most commands do without
    from services.main.generate import Generated

DEMO_CASES, DEMO_SEED = 500, 1
commands = typer.Typer()


class Served(StrEnum):
    """The services of a district, each a process."""

    INTAKE = "intake"
    RESOLUTION = "resolution"
    PUBLICATION = "publication"
    REPORTING = "reporting"


@commands.command(help="Jalankan node: keempat layanan pada satu porta.")
def up(
    data: Annotated[Path | None, typer.Option(help="Folder data.")] = None,
    host: Annotated[str, typer.Option(help="Alamat yang didengarkan.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Porta.")] = 8080,
    district: Annotated[Path, typer.Option(help="Berkas kabupaten (YAML).")] = SHIPPED,
    demo: Annotated[
        bool, typer.Option(help="Tambahkan akun percobaan, dan riwayat bila folder data baru.")
    ] = False,
    histories: Annotated[
        int, typer.Option(min=0, help="Berapa keluhan dalam riwayat percobaan.")
    ] = DEMO_CASES,
) -> None:
    """Start a node: all four services on one port."""
    from services.main.claims import AlreadyServed, claimed
    from services.main.demo import PUSKESMAS, add_accounts
    from services.main.edge import HomeOfNone
    from services.main.serve import PortTaken, serve_node

    settings, loaded = settings_from(data), district_of(district)
    if settings.mode == "district":
        stop("`tanggap up` menjalankan node; untuk kabupaten pakai `tanggap serve`.", WRONG_USE)
    # Histories are of every Puskesmas of the file; an edge is the home of its own alone.
    if demo and histories and settings.mode == "node" and is_new(settings):
        _generated(settings, loaded, histories, DEMO_SEED, None, PUSKESMAS, add_accounts)
    try:
        if is_half_filled(settings):
            from services.main.generate import half_filled

            with claimed(settings.data):  # else another process is still writing them
                stop(half_filled(settings), 1)
        serve_node(settings, loaded, host, port, add_accounts if demo else None)
    except (AlreadyServed, HomeOfNone, PortTaken) as problem:
        stop(str(problem), 1)


@commands.command(
    help="Isi folder data baru dengan riwayat percobaan 18 bulan, untuk mencoba dan mengukur.",
)
def generate(
    cases: Annotated[int, typer.Option(min=1, help="Berapa keluhan.")],
    seed: Annotated[int, typer.Option(help="Benih: yang sama memberi riwayat yang sama.")] = 1,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Sampai awal hari ini; bila kosong, hari ini."),
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder data; harus baru.")] = None,
    district: Annotated[Path, typer.Option(help="Berkas kabupaten (YAML).")] = SHIPPED,
    dated: Annotated[
        list[str] | None,
        typer.Option(
            "--dated",
            metavar="KODE",
            help="Puskesmas yang juga menjalankan survei, rapat, rekap, dan kunjungannya; "
            "boleh berulang.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fill a new data folder with lifelike histories of 18 months, for trials and measurements."""
    if (settings := settings_from(data)).mode != "node":
        stop("`tanggap generate` mengisi folder sebuah node (TANGGAP_MODE=node).", WRONG_USE)
    day, loaded = until.date() if until else None, district_of(district)
    try:
        kept = frozenset(loaded.puskesmas(code).code for code in dated or ())
    except NotFound as problem:
        stop(f"--dated: {problem}", WRONG_USE)
    written = _generated(settings, loaded, cases, seed, day, kept)
    if as_json:
        print_json({"complaints": written.complaints, "events": written.events})
    else:
        out.print(f"{written.complaints} keluhan, {written.events} kejadian.")


def _generated(
    settings: Settings,
    district: District,
    cases: int,
    seed: int,
    until: date | None,
    dated: Collection[str],
    accounts: Callable[[AccessStore], object] = lambda _access: None,
) -> "Generated":
    """Write histories and show how far it is."""
    from services.main.claims import AlreadyServed
    from services.main.generate import CannotGenerate, Histories
    from services.main.logs import configure_logs

    configure_logs(settings.log_level)
    with Progress(console=err, transient=True) as bar:
        shown = {
            "histories": bar.add_task("Menulis riwayat percobaan", total=1.0),
            "reports": bar.add_task("Membangun laporan", total=1.0),
        }
        try:
            return Histories(settings, district, cases, seed, until, dated=dated).write(
                lambda what, part: bar.update(shown[what], completed=part), accounts
            )
        except (CannotGenerate, AlreadyServed) as problem:
            stop(str(problem), 1)


@commands.command(
    help="Buat atau mutakhirkan penyimpanan; aman diulang, juga oleh beberapa sekaligus.",
)
def migrate(
    data: Annotated[Path | None, typer.Option(help="Folder data.")] = None,
    district: Annotated[Path, typer.Option(help="Berkas kabupaten (YAML).")] = SHIPPED,
    demo: Annotated[bool, typer.Option(help="Tambahkan akun percobaan (MODE=district).")] = False,
) -> None:
    """Make or upgrade the stores; safe to run twice and by several at once."""
    from services.main.migrate import migrate as bring_up_to_date

    settings = settings_from(data)
    if settings.mode == "district":
        stop_an_endpoint(settings)
        from services.main.schemas import migrate_district

        with district_starts():
            lines = migrate_district(settings, district_of(district), demo=demo)
        out.print("\n".join(["Basis data dan topik mutakhir.", *lines]))
    elif demo:
        stop("--demo: untuk node, pakai `tanggap up --demo`.", WRONG_USE)
    elif bring_up_to_date(settings, district_of(district)):
        out.print(f"Penyimpanan di {settings.data} mutakhir.")
    else:
        out.print("Node sedang berjalan; penyimpanannya dimutakhirkan ketika ia mulai.")


@commands.command(help="Jalankan satu layanan kabupaten (MODE=district).")
def serve(
    service: Annotated[Served, typer.Argument(help="Layanan yang dijalankan.")],
    host: Annotated[str, typer.Option(help="Alamat yang didengarkan.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Porta.")] = 8080,
    district: Annotated[Path, typer.Option(help="Berkas kabupaten (YAML).")] = SHIPPED,
) -> None:
    """Run one service of a district (MODE=district)."""
    from services.main.serve import serve_service

    settings = settings_of_a_district()
    if service is not Served.INTAKE:
        stop_an_endpoint(settings)
    with district_starts():
        serve_service(settings, district_of(district), district, service.value, host, port)


@commands.command(help="Jalankan pekerjaan tertunda layanan kabupaten (MODE=district).")
def worker(
    services: Annotated[
        list[Served] | None, typer.Argument(help="Layanan yang pekerjaannya dijalankan.")
    ] = None,
    district: Annotated[Path, typer.Option(help="Berkas kabupaten (YAML).")] = SHIPPED,
) -> None:
    """Run what the services of a district do later (MODE=district)."""
    from services.main.parts import JOBS
    from services.main.worker import run_worker

    settings = settings_of_a_district()
    stop_an_endpoint(settings)
    names = [each.value for each in services or ()] or list(JOBS)
    if without := [name for name in names if name not in JOBS]:
        stop(f"{without[0]} tidak punya pekerjaan; yang punya: {', '.join(JOBS)}.", WRONG_USE)
    with district_starts():
        run_worker(settings, district_of(district), names)


@commands.command(help="Beri detak kepada worker kabupaten (MODE=district).")
def scheduler() -> None:
    """Tick for the workers of a district (MODE=district)."""
    from services.main.worker import run_scheduler

    run_scheduler(settings_of_a_district())
