"""The command line: `tanggap …`. Exit 0 well, 1 the answer is no, 2 wrong use, 3 unreachable."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress

from services.kernel.access.principal import parse_grant
from services.kernel.access.store import AccessStore
from services.kernel.clock import system_clock
from services.kernel.district import SHIPPED, District, DistrictFileError, load_district
from services.kernel.errors import Problem
from services.main import edge_cli
from services.main.client import Client, Unreachable
from services.main.exporting import CannotWrite, Format, Occupied, export
from services.main.folder import is_new
from services.main.places import place
from services.main.replayed import replayed
from services.main.settings import BadSetting, Settings, load_settings

if TYPE_CHECKING:  # it loads everything, which most commands do without
    from services.main.generate import Generated

WRONG_USE, UNREACHABLE = 2, 3
DEMO_CASES, DEMO_SEED = 500, 1
FOLLOW_SECONDS = 0.2


class Served(StrEnum):
    """The services of a district, each a process."""

    INTAKE = "intake"
    RESOLUTION = "resolution"
    PUBLICATION = "publication"
    REPORTING = "reporting"


app = typer.Typer(help="Tanggap: keluhan dan masukan di Puskesmas.", no_args_is_help=True)
user = typer.Typer(help="Akun.", no_args_is_help=True)
app.add_typer(user, name="user")
rules = typer.Typer(help="Aturan batas waktu.", no_args_is_help=True)
app.add_typer(rules, name="rules")
out, err = Console(), Console(stderr=True)

FORMATS = "Salah satu dari: " + ", ".join(each.value for each in Format) + "."
AsJson = Annotated[bool, typer.Option("--json", help="Keluaran JSON.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Keadaan per saat ini (RFC 3339).")]
KnownAt = Annotated[str | None, typer.Option("--known-at", help="Sebagaimana diketahui saat ini.")]


@app.command()
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
    from services.main.claims import AlreadyServed
    from services.main.demo import add_accounts
    from services.main.edge import HomeOfNone
    from services.main.serve import PortTaken, serve_node

    settings, loaded = _settings(data), _district(district)
    if settings.mode == "district":
        _stop("`tanggap up` menjalankan node; untuk kabupaten pakai `tanggap serve`.", WRONG_USE)
    # Histories are of every Puskesmas of the file; an edge is the home of its own alone.
    if demo and histories and settings.mode == "node" and is_new(settings):
        _generated(settings, loaded, histories, DEMO_SEED, None, add_accounts)
    try:
        serve_node(settings, loaded, host, port, add_accounts if demo else None)
    except (AlreadyServed, HomeOfNone, PortTaken) as problem:
        _stop(str(problem), 1)


@app.command()
def generate(
    cases: Annotated[int, typer.Option(min=1, help="Berapa keluhan.")],
    seed: Annotated[int, typer.Option(help="Benih: yang sama memberi riwayat yang sama.")] = 1,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Sampai awal hari ini; bila kosong, hari ini."),
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder data; harus baru.")] = None,
    district: Annotated[Path, typer.Option(help="Berkas kabupaten (YAML).")] = SHIPPED,
    as_json: AsJson = False,
) -> None:
    """Fill a new data folder with lifelike histories of 18 months, for trials and measurements."""
    if (settings := _settings(data)).mode != "node":
        _stop("`tanggap generate` mengisi folder sebuah node (TANGGAP_MODE=node).", WRONG_USE)
    day = until.date() if until else None
    written = _generated(settings, _district(district), cases, seed, day)
    if as_json:
        _print_json({"complaints": written.complaints, "events": written.events})
    else:
        out.print(f"{written.complaints} keluhan, {written.events} kejadian.")


def _generated(
    settings: Settings,
    district: District,
    cases: int,
    seed: int,
    until: date | None,
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
            return Histories(settings, district, cases, seed, until).write(
                lambda what, part: bar.update(shown[what], completed=part), accounts
            )
        except (CannotGenerate, AlreadyServed) as problem:
            _stop(str(problem), 1)


@app.command()
def migrate(
    data: Annotated[Path | None, typer.Option(help="Folder data.")] = None,
    district: Annotated[Path, typer.Option(help="Berkas kabupaten (YAML).")] = SHIPPED,
    demo: Annotated[bool, typer.Option(help="Tambahkan akun percobaan (MODE=district).")] = False,
) -> None:
    """Make or upgrade the stores; safe to run twice and by several at once."""
    from services.main.migrate import migrate as bring_up_to_date

    settings = _settings(data)
    if settings.mode == "district":
        _stop_an_endpoint(settings)
        from services.main.schemas import migrate_district

        with _district_starts():
            lines = migrate_district(settings, _district(district), demo=demo)
        out.print("\n".join(["Basis data dan topik mutakhir.", *lines]))
    elif demo:
        _stop("--demo: untuk node, pakai `tanggap up --demo`.", WRONG_USE)
    elif bring_up_to_date(settings, _district(district)):
        out.print(f"Penyimpanan di {settings.data} mutakhir.")
    else:
        out.print("Node sedang berjalan; penyimpanannya dimutakhirkan ketika ia mulai.")


@app.command()
def serve(
    service: Annotated[Served, typer.Argument(help="Layanan yang dijalankan.")],
    host: Annotated[str, typer.Option(help="Alamat yang didengarkan.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Porta.")] = 8080,
    district: Annotated[Path, typer.Option(help="Berkas kabupaten (YAML).")] = SHIPPED,
) -> None:
    """Run one service of a district (MODE=district)."""
    from services.main.serve import serve_service

    settings = _settings_of_a_district()
    if service is not Served.INTAKE:
        _stop_an_endpoint(settings)
    with _district_starts():
        serve_service(settings, _district(district), service.value, host, port)


@app.command()
def worker(
    services: Annotated[
        list[Served] | None, typer.Argument(help="Layanan yang pekerjaannya dijalankan.")
    ] = None,
    district: Annotated[Path, typer.Option(help="Berkas kabupaten (YAML).")] = SHIPPED,
) -> None:
    """Run what the services of a district do later (MODE=district)."""
    from services.main.parts import JOBS
    from services.main.worker import run_worker

    settings = _settings_of_a_district()
    _stop_an_endpoint(settings)
    names = [each.value for each in services or ()] or list(JOBS)
    if without := [name for name in names if name not in JOBS]:
        _stop(f"{without[0]} tidak punya pekerjaan; yang punya: {', '.join(JOBS)}.", WRONG_USE)
    with _district_starts():
        run_worker(settings, _district(district), names)


@app.command()
def scheduler() -> None:
    """Tick for the workers of a district (MODE=district)."""
    from services.main.worker import run_scheduler

    run_scheduler(_settings_of_a_district())


def _stop_an_endpoint(settings: Settings) -> None:
    """What an intake endpoint with a store of its own does later, it does itself."""
    if settings.own_store:
        _stop("TANGGAP_DISTRICT_ORIGIN: hanya untuk `tanggap serve intake`.", WRONG_USE)


def _settings_of_a_district() -> Settings:
    settings = _settings()
    if settings.mode != "district":
        _stop("Perintah ini memerlukan TANGGAP_MODE=district.", WRONG_USE)
    return settings


@contextmanager
def _district_starts() -> Iterator[None]:
    """Say in a line why a process of a district cannot start."""
    from services.kernel.store.database import StoreUnavailable
    from services.kernel.store.servers import NotMigrated
    from services.kernel.stream import StreamUnavailable
    from services.kernel.stream.topic import WrongTopic
    from services.main.claims import AlreadyServed
    from services.main.folder import LostSecret
    from services.main.serve import PortTaken

    stopped = (AlreadyServed, PortTaken, WrongTopic, NotMigrated, LostSecret, RuntimeError)
    try:
        yield
    except stopped as problem:
        _stop(str(problem), 1)
    except BadSetting as problem:
        _stop(str(problem), WRONG_USE)
    except StoreUnavailable as problem:
        _stop(f"TANGGAP_DATABASE_URL: basis data tidak menjawab ({problem.kind}).", UNREACHABLE)
    except StreamUnavailable as problem:
        _stop(f"TANGGAP_KAFKA: Kafka tidak menjawab ({problem}).", UNREACHABLE)


app.add_typer(edge_cli.commands(_settings_of_a_district, _district_starts), name="edge")


@user.command("add")
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
    with _access() as access:
        try:
            access.add_account(name, password, grants, display_name=display_name or name)
        except Problem as problem:
            _stop(str(problem), WRONG_USE)
    out.print(f"Akun {name} dibuat.")


@app.command()
def token(
    name: Annotated[str, typer.Argument(help="Nama akun yang haknya dipakai.")],
) -> None:
    """Print a bearer token for scripts."""
    with _access() as access:
        account = access.get_account(name)
        if account is None:
            _stop(f"Tidak ada akun bernama {name}.", 1)
        print(access.open_token(account.id, "script"))  # noqa: T201


@app.command("import")
def import_complaints(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    puskesmas: Annotated[str, typer.Option(help="Kode Puskesmas.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Hanya memeriksa.")] = False,
    channel: Annotated[str, typer.Option(help="Kanal untuk baris yang tidak menyebutnya.")] = "",
    as_json: AsJson = False,
) -> None:
    """Import complaints from CSV, XLSX or a WhatsApp chat export."""
    path = f"/puskesmas/{puskesmas}/imports"
    with _client() as client:
        result = client.upload(path, file, {"dry_run": dry_run, "channel": channel, "wait": 0})
        if result["state"] == "running":
            result = _followed(client, path, result)
    if as_json:
        _print_json(result)
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


def _followed(client: Client, path: str, result: dict[str, Any]) -> dict[str, Any]:
    """Show how far an import is until it has ended; Ctrl-C stops it, with what was taken kept."""
    address = f"{path}/{result['import']}"
    with Progress(console=err, transient=True) as bar:
        shown = bar.add_task("Mengambil baris", total=result["rows"])
        while result["state"] == "running":
            try:
                time.sleep(FOLLOW_SECONDS)
                result = client.get(address, {})
            except KeyboardInterrupt:
                result = client.post(f"{address}/stop")
            bar.update(shown, completed=result["taken"])
    return result


@app.command()
def events(
    complaint: Annotated[str | None, typer.Option(help="Id keluhan.")] = None,
    since: Annotated[str | None, typer.Option(help="Posisi (<source>:<n>).")] = None,
) -> None:
    """Print the log copy, one event a line."""
    with _client() as client:
        more = True
        while more:
            found = client.get("/events", {"complaint": complaint, "since": since})
            for each in found["items"]:
                print(json.dumps(each, ensure_ascii=False))  # noqa: T201
            since = found["next"]
            more = since is not None


@app.command()
def replay(
    number: str, as_of: AsOf = None, known_at: KnownAt = None, as_json: AsJson = False
) -> None:
    """Print one complaint's history, step by step, with the state after each."""
    with _client() as client:
        found = client.get(f"/replay/{number}", {"as_of": as_of, "known_at": known_at})
    if as_json:
        _print_json(found)
        return
    for line in replayed(found):
        out.print(line, soft_wrap=True, markup=False, highlight=False)


@app.command("export")
def export_file(
    form: Annotated[Format, typer.Argument(metavar="FORMAT", help=FORMATS)],
    number: Annotated[str | None, typer.Argument(help="Nomor atau id keluhan (case).")] = None,
    *,
    path: Annotated[Path, typer.Option("--out", help="Berkas; untuk parquet sebuah folder.")],
    force: Annotated[bool, typer.Option("--force", help="Timpa yang sudah ada.")] = False,
    puskesmas: Annotated[str | None, typer.Option(help="Kode Puskesmas.")] = None,
    unit: Annotated[str | None, typer.Option(help="Kode unit layanan.")] = None,
    channel: Annotated[str | None, typer.Option(help="Kanal.")] = None,
    category: Annotated[str | None, typer.Option(help="Kategori.")] = None,
    state: Annotated[str | None, typer.Option(help="Keadaan, seperti pada daftar.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="Dari tanggal.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Sampai tanggal.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Write rows as CSV or XLSX, the log as Parquet, a case as PDF, or open data."""
    if (form is Format.CASE) != (number is not None):
        _stop("Nomor keluhan diberikan untuk `case`, dan hanya untuk itu.", WRONG_USE)
    asked = {"puskesmas": puskesmas, "unit": unit, "channel": channel, "category": category}
    asked |= {"state": state, "from": start, "to": end, "as_of": as_of, "known_at": known_at}
    with _client() as client:
        try:
            size = export(client, form, path, asked, number=number, force=force)
        except CannotWrite as problem:
            _stop(str(problem), WRONG_USE if isinstance(problem, Occupied) else 1)
    if as_json:
        _print_json({"path": str(path), "bytes": size})
    else:
        out.print(f"{path} ditulis.", soft_wrap=True)


@app.command()
def totals(
    start: Annotated[str | None, typer.Option("--from", help="Dari tanggal.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Sampai tanggal.")] = None,
    by: Annotated[str | None, typer.Option(help="unit, puskesmas, channel, category.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> None:
    """Print the control totals."""
    asked = {"from": start, "to": end, "by": by, "as_of": as_of, "known_at": known_at}
    with _client() as client:
        _print_json(client.get("/reports/totals", asked))


@app.command()
def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Hanya membandingkan.")] = False,
    source: Annotated[str, typer.Option("--from", help="log, stream, atau stores.")] = "log",
    as_json: AsJson = False,
) -> None:
    """Rebuild the facts beside the live ones, compare, and swap; Ctrl-C stops it, and the next
    one goes on where it stood."""
    from services.main.rebuilding import report, shown

    last: dict[str, Any] = {}
    with _client() as client:
        lines = client.lines("/rebuild", {"check": check, "source": source})
        try:
            for last in lines if as_json else shown(lines, err):
                if as_json:
                    print(json.dumps(last, ensure_ascii=False), flush=True)  # noqa: T201
        except KeyboardInterrupt:
            client.post("/rebuild/stop")
            last = {"stopped": True}
            if as_json:
                _print_json(last)
    if not as_json:
        for each in report(last):
            out.print(each, soft_wrap=isinstance(each, str))
    outcome = last.get("outcome", {})
    raise typer.Exit(0 if outcome.get("differences") == [] else 1)


@rules.command("list")
def list_rules(as_json: AsJson = False) -> None:
    """Print the versions of the deadline rules, and where each limit comes from."""
    from services.main.rules import versions

    with _client() as client:
        found = client.get("/reports/rules", {})
    if as_json:
        _print_json(found)
    else:
        out.print(*versions(found), sep="\n")


@rules.command("diff")
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
    from services.main.rules import flips, whole_diff

    asked = {"a": a, "b": b, "puskesmas": puskesmas, "from": start, "to": end}
    with _client() as client:
        found = whole_diff(client, asked | {"as_of": as_of, "known_at": known_at})
    if as_json:
        _print_json(found)
    else:
        out.print(flips(found))
        out.print(f"{found['flipped']} dari {found['judged']} putusan berbalik.")


@app.command()
def verify() -> None:
    """Say whether the history is whole, and where it is not."""
    with _client() as client:
        found = client.get("/verify", {})
    _print_json(found)
    raise typer.Exit(0 if found.get("whole") else 1)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is reachable, how far behind each follower is, and what is wrong."""
    from services.kernel.store.database import StoreUnavailable
    from services.main.doctor import table, takes_nothing, unreachable, wrong

    lines = unreachable(_settings())
    found: dict[str, Any] = {}
    try:
        with Client(_settings()) as client:
            found = client.get("/operations", {})
    except Unreachable as problem:
        lines.append(str(problem))
    except StoreUnavailable as problem:
        lines = lines or [takes_nothing(_settings(), problem)]
    away = bool(lines)
    lines += wrong(found, system_clock()) if found else []
    if as_json:
        _print_json(found | {"wrong": lines})
    else:
        if found:
            out.print(table(found))
        for line in lines or ["Semuanya sehat."]:
            out.print(line, soft_wrap=True)
    raise typer.Exit(UNREACHABLE if away else 1 if lines else 0)


def _settings(data: Path | None = None) -> Settings:
    try:
        settings = load_settings()
    except BadSetting as problem:
        _stop(str(problem), WRONG_USE)
    return settings.model_copy(update={"data": data}) if data else settings


def _district(path: Path) -> District:
    try:
        return load_district(path)
    except DistrictFileError as problem:
        _stop("\n".join(problem.lines(lambda text: text)), WRONG_USE)


def _grant(role: str, codes: list[str]) -> Any:
    try:
        return parse_grant(role, codes)
    except ValueError as problem:
        _stop(str(problem), WRONG_USE)


class _Opened:
    """The accounts of the data folder, for as long as a command needs them."""

    def __enter__(self) -> AccessStore:
        settings = _settings()
        path = settings.data / "access.sqlite"
        if settings.mode == "node" and not path.exists():
            _stop(f"{path} belum ada. Jalankan `tanggap up` dahulu.", UNREACHABLE)
        with _district_starts():
            self._store = AccessStore(place(settings, "access"), system_clock)
        return self._store

    def __exit__(self, *_error: object) -> None:
        self._store.close()


def _access() -> _Opened:
    return _Opened()


def _client() -> Client:
    try:
        with _district_starts():
            return Client(_settings())
    except Unreachable as problem:
        _stop(str(problem), UNREACHABLE)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))  # noqa: T201


def _stop(message: str, code: int) -> NoReturn:
    err.print(message, soft_wrap=True)
    raise typer.Exit(code)


if __name__ == "__main__":
    app()
