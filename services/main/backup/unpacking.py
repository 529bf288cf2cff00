"""Puts what lies in a backup where a node looks for it."""

import shutil
from pathlib import Path

from services.main.backup.layout import (
    ATTACHMENTS,
    DISTRICT_FILE,
    Secrets,
    copy_files,
    settle,
    stores_of,
)
from services.main.folder import MASTER_KEY, RECEIPT_SECRET, record_origin, write_secret


def unpack(backup: Path, data: Path, origin: str, incarnation: int, secrets: Secrets) -> None:
    """Make a data folder of a backup, durable when this returns; raises OSError."""
    data.mkdir(mode=0o700, exist_ok=True)
    for place, store in stores_of(data).items():
        shutil.copyfile(backup / place, store)
        store.chmod(0o600)
    if (backup / ATTACHMENTS).is_dir():
        copy_files(backup / ATTACHMENTS, data / ATTACHMENTS)
    if (backup / DISTRICT_FILE).exists():
        shutil.copyfile(backup / DISTRICT_FILE, data / DISTRICT_FILE)
    write_secret(data / MASTER_KEY, secrets.master_key)
    write_secret(data / RECEIPT_SECRET, secrets.receipt_secret)
    record_origin(data, origin, incarnation)
    settle(data)
