"""Puts what lies in a backup where a node looks for it."""

import shutil
from pathlib import Path

from services.main.backup.layout import (
    ATTACHMENTS,
    DISTRICT_FILE,
    Secrets,
    copy_files,
    stores_of,
)
from services.main.folder import MASTER_KEY, RECEIPT_SECRET, write_secret


def unpack(backup: Path, data: Path) -> None:
    """Put stores, files and district file of a backup into a folder; raises OSError.

    Without the secrets: a trial is made where the backup lies, and they are to be read nowhere
    there, not even in bytes that were given back.
    """
    data.mkdir(mode=0o700, exist_ok=True)
    for place, store in stores_of(data).items():
        if (backup / place).exists():  # a district's stream is a server of its own
            shutil.copyfile(backup / place, store)
            store.chmod(0o600)
    if (backup / ATTACHMENTS).is_dir():
        copy_files(backup / ATTACHMENTS, data / ATTACHMENTS)
    if (backup / DISTRICT_FILE).exists():
        shutil.copyfile(backup / DISTRICT_FILE, data / DISTRICT_FILE)


def write_secrets(data: Path, secrets: Secrets) -> None:
    """Put the secrets of a backup into a data folder."""
    write_secret(data / MASTER_KEY, secrets.master_key)
    write_secret(data / RECEIPT_SECRET, secrets.receipt_secret)
