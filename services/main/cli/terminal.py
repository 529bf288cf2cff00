"""What every command needs: the terminal, the options that many share, and how it ends."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from services.kernel.access.store import AccessStore
from services.kernel.clock import system_clock
from services.kernel.district import District, DistrictFileError, load_district
from services.main.client import Client, Unreachable
from services.main.places import place
from services.main.settings import BadSetting, Settings, load_settings

WRONG_USE, UNREACHABLE = 2, 3
out, err = Console(), Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="Keluaran JSON.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Keadaan per saat ini (RFC 3339).")]
KnownAt = Annotated[str | None, typer.Option("--known-at", help="Sebagaimana diketahui saat ini.")]


@contextmanager
def district_starts() -> Iterator[None]:
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
        stop(str(problem), 1)
    except BadSetting as problem:
        stop(str(problem), WRONG_USE)
    except StoreUnavailable as problem:
        stop(f"TANGGAP_DATABASE_URL: basis data tidak menjawab ({problem.kind}).", UNREACHABLE)
    except StreamUnavailable as problem:
        stop(f"TANGGAP_KAFKA: Kafka tidak menjawab ({problem}).", UNREACHABLE)


def stop_an_endpoint(settings: Settings) -> None:
    """What an intake endpoint with a store of its own does later, it does itself."""
    if settings.own_store:
        stop("TANGGAP_DISTRICT_ORIGIN: hanya untuk `tanggap serve intake`.", WRONG_USE)


def settings_of_a_district() -> Settings:
    """Return the settings of a district's process; ends the command in another mode."""
    settings = settings_from()
    if settings.mode != "district":
        stop("Perintah ini memerlukan TANGGAP_MODE=district.", WRONG_USE)
    return settings


def settings_from(data: Path | None = None) -> Settings:
    """Return the settings, those of the folder `data` where it is given."""
    try:
        settings = load_settings()
    except BadSetting as problem:
        stop(str(problem), WRONG_USE)
    return settings.model_copy(update={"data": data}) if data else settings


def district_of(path: Path) -> District:
    """Return what a district file says."""
    try:
        return load_district(path)
    except DistrictFileError as problem:
        stop("\n".join(problem.lines(lambda text: text)), WRONG_USE)


@contextmanager
def access() -> Iterator[AccessStore]:
    """Open the accounts until the block ends."""
    settings = settings_from()
    path = settings.data / "access.sqlite"
    if settings.mode == "node" and not path.exists():
        stop(f"{path} belum ada. Jalankan `tanggap up` dahulu.", UNREACHABLE)
    with district_starts():
        store = AccessStore(place(settings, "access"), system_clock)
    try:
        yield store
    finally:
        store.close()


def client() -> Client:
    """Return the calls of the node or district that runs."""
    try:
        with district_starts():
            return Client(settings_from())
    except Unreachable as problem:
        stop(str(problem), UNREACHABLE)


def print_json(value: Any) -> None:
    """Print an answer for a script."""
    print(json.dumps(value, ensure_ascii=False, indent=1))


def stop(message: str, code: int) -> NoReturn:
    """Say why, and end the command."""
    err.print(message, soft_wrap=True, markup=False)
    raise typer.Exit(code)
