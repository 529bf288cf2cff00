"""A node's data folder: who this deployment is, and the secrets that it made for itself."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from services.main.settings import Settings

SECRET_BYTES = 32
RECORD = "origin.json"
MASTER_KEY = "master.key"
RECEIPT_SECRET = "receipt.secret"  # noqa: S105 - the name of a file
DISTRICT = "district.yaml"
"""The district file that the folder was last served with."""
FILLING = "histories.begun"
"""Stands in the folder until the invented histories that are written into it are whole."""


@dataclass(frozen=True)
class Folder:
    """The data folder, opened: its origin's name and its secrets.

    `incarnation` counts from 1 how often the origin was made again from a backup. `lost` is the
    secret's file that is missing, unreadable or another: what stands in its place opens nothing.
    """

    path: Path
    origin: str
    receipt_secret: bytes
    master_key: bytes
    incarnation: int = 1
    lost: Path | None = None

    def store(self, name: str) -> Path:
        """Return the place of a store."""
        return self.path / name

    def keep_district(self, text: str) -> None:
        """Keep the district file that the folder is served with, for whoever restores it."""
        if text:
            write_secret(self.path / DISTRICT, text.encode())


def is_new(settings: Settings) -> bool:
    """Say whether no node was ever started on this folder."""
    return not (settings.data / RECORD).exists()


def mark_filling(settings: Settings) -> None:
    """Note that histories are being written into the folder; see `is_half_filled`."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    (settings.data / FILLING).touch()


def mark_filled(settings: Settings) -> None:
    """Note that the histories written into the folder are whole."""
    (settings.data / FILLING).unlink()


def is_half_filled(settings: Settings) -> bool:
    """Say whether histories are being written into the folder, or were and broke off."""
    return (settings.data / FILLING).exists()


def open_folder(settings: Settings, *, without_secrets: bool = False) -> Folder:
    """Make the folder and its secrets at the first start; read them afterwards.

    Secrets are readable by their owner only, and made once: a secret file that is missing beside
    existing stores stops the start, for a new one would open nothing; or (`without_secrets`) it is
    opened to be read.
    """
    path = settings.data
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    begun = (path / RECORD).exists()
    # A district's processes share their secrets: none of them may make one of its own.
    given = begun or settings.mode == "district"
    secrets_at = (settings.secret_file or path / RECEIPT_SECRET, key_file(settings))
    found, lost = [], None
    for file in secrets_at:
        try:
            found.append(_secret(file, given))
        except LostSecret:
            if not (begun and without_secrets):
                raise
            found.append(secrets.token_bytes(SECRET_BYTES))
            lost = file
    receipt_secret, master_key = found
    # The record is written last: where it is, the first start came to its end.
    origin, incarnation = _origin(path, settings.origin)
    return Folder(path, origin, receipt_secret, master_key, incarnation, lost)


def key_file(settings: Settings) -> Path:
    """Return the file of the master key."""
    return settings.keys or settings.data / MASTER_KEY


class LostSecret(Exception):
    """A secret that the stores depend on is gone; the message names the file."""


def _origin(path: Path, wanted: str | None) -> tuple[str, int]:
    record = path / RECORD
    if record.exists():
        said = json.loads(record.read_text())
        name = str(said["origin"])
        if wanted not in (None, name):
            raise LostSecret(f"TANGGAP_ORIGIN is {wanted}, but {record} says {name}")
        return name, int(said["incarnation"])
    name = wanted or f"node-{secrets.token_hex(3)}"
    record_origin(path, name, 1)
    return name, 1


def record_origin(path: Path, origin: str, incarnation: int) -> None:
    """Record whose folder this is; whoever fills it anew does so last."""
    content = json.dumps({"origin": origin, "incarnation": incarnation})
    write_secret(path / RECORD, content.encode())


def _secret(file: Path, given: bool) -> bytes:
    if not file.exists():
        if given:
            raise LostSecret(f"{file} is missing; put it back, from your backup if need be")
        write_secret(file, secrets.token_bytes(SECRET_BYTES))
    try:
        found = file.read_bytes()
    except OSError as problem:
        raise LostSecret(f"{file} cannot be read ({problem.strerror})") from None
    if len(found) != SECRET_BYTES:
        raise LostSecret(f"{file} is cut off; put it back, from your backup if need be")
    return found


def write_secret(file: Path, content: bytes) -> None:
    """Write a file that its owner alone reads, whole and durable when this returns."""
    # Processes of one service that begin at once may share a folder.
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
