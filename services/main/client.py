"""How the command line asks a running node: over HTTP, with the rights of the data folder.

Whoever may read the folder holds every secret in it already; so the command line makes itself a
short-lived token there, for an account of its own that nobody can sign in to.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn, Self

import httpx
import typer

from services.kernel.access.principal import Grant
from services.kernel.access.store import AccessStore
from services.kernel.clock import system_clock
from services.main.places import place
from services.main.settings import Settings

ADDRESS = "address.json"
ACCOUNT = "command-line"
ROLES = ("officer", "district", "auditor", "admin")
LIFETIME = timedelta(minutes=10)
TIMEOUT_SECONDS = 600.0


class Unreachable(Exception):
    """No node answers; the message says what to do."""


class Client:
    """A node's calls, for one command."""

    def __init__(self, settings: Settings) -> None:
        self._http = httpx.Client(
            base_url=_address(settings) + "/api/v1",
            headers={"Authorization": f"Bearer {_token(settings)}"},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.close()

    def get(self, path: str, asked: Mapping[str, Any]) -> Any:
        """Return what a call answers; ends the command where it refuses."""
        given = {name: value for name, value in asked.items() if value is not None}
        return self._answer(lambda: self._http.get(path, params=given))

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Have something done; ends the command where it is refused."""
        return self._answer(lambda: self._http.post(path, json=body))

    def upload(self, path: str, file: Path, asked: Mapping[str, Any]) -> Any:
        """Send a file."""
        with file.open("rb") as content:
            return self._answer(
                lambda: self._http.post(path, params=asked, files={"file": (file.name, content)})
            )

    def lines(self, path: str, body: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the lines of a long answer as they come."""
        with self._http.stream("POST", path, json=body) as response:
            if response.is_error:
                response.read()
                self._answer(lambda: response)
            for line in response.iter_lines():
                yield json.loads(line)

    @contextmanager
    def download(self, path: str, asked: Mapping[str, Any]) -> Iterator[Iterator[bytes]]:
        """Give a file piece by piece; ends the command where it is refused or breaks off."""
        given = {name: value for name, value in asked.items() if value is not None}
        try:
            with self._http.stream("GET", path, params=given) as response:
                if response.is_error:
                    response.read()
                    self._answer(lambda: response)
                yield response.iter_bytes()
        except httpx.TransportError:
            _unanswered()

    def _answer(self, call: Any) -> Any:
        try:
            response: httpx.Response = call()
        except httpx.TransportError:
            _unanswered()
        if response.is_error:
            problem = response.json()
            typer.echo(problem.get("detail", response.reason_phrase), err=True)
            for each in problem.get("errors", ()):
                typer.echo(f"  {each['field']}: {each['message']}", err=True)
            raise typer.Exit(1 if response.status_code in (404, 409) else 2)
        return response.json()


def _unanswered() -> NoReturn:
    typer.echo("Node tidak menjawab. Periksa apakah `tanggap up` masih berjalan.", err=True)
    raise typer.Exit(3)


def _address(settings: Settings) -> str:
    if settings.mode == "district":
        url = settings.inside_url or settings.public_url
        if url is None:
            raise Unreachable("TANGGAP_PUBLIC_URL belum diisi: alamat kabupaten tidak diketahui.")
        return url.rstrip("/")
    record = settings.data / ADDRESS
    if not record.exists():
        raise Unreachable(
            f"Tidak ada node yang berjalan pada {settings.data}. Jalankan `tanggap up`."
        )
    address: str = json.loads(record.read_text())["address"]
    return address


def _token(settings: Settings) -> str:
    access = AccessStore(place(settings, "access"), system_clock)
    try:
        account = access.get_account(ACCOUNT)
        if account is None:
            grants = [Grant(role) for role in ROLES]
            account = access.add_account(
                ACCOUNT, secrets.token_urlsafe(32), grants, display_name="Baris perintah"
            )
        return access.open_token(account.id, "command", lifetime=LIFETIME)
    finally:
        access.close()
