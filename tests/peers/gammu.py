"""A Gammu SMSD of its own, with Gammu's dummy phone: what it sends goes nowhere."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from services.kernel.clock import system_clock
from services.publication.messages.senders.gammu import FOLDERS, GammuSender

PHONE: Final = (
    *("fs/incoming", "note", "todo", "calendar", "alarm"),
    *(f"sms/{number}" for number in range(1, 6)),
    *(f"pbk/{name}" for name in ("ME", "SM", "MC", "RC", "DC")),
)
CONFIGURATION: Final = """
[gammu]
model = dummy
connection = none
port = {folder}/phone

[smsd]
service = files
logfile = {folder}/log
debuglevel = 0
commtimeout = 1
receivefrequency = 1
inboxpath = {folder}/inbox/
outboxpath = {folder}/outbox/
sentsmspath = {folder}/sent/
errorsmspath = {folder}/error/
"""


class GammuPeer:
    """The daemon's folders, and the daemon while it runs."""

    address = "+6281200007777"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in (*(f"phone/{each}" for each in PHONE), "inbox", *FOLDERS):
            (folder / name).mkdir(parents=True)
        (folder / "rc").write_text(CONFIGURATION.format(folder=folder))
        self.sender = GammuSender(folder, system_clock)
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["gammu-smsd", "-c", str(self.folder / "rc")]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        quiet = subprocess.DEVNULL
        self._daemon = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)

    def stop(self) -> None:
        if self._daemon is not None:
            self._daemon.terminate()
            self._daemon.wait(20)
            self._daemon = None

    def came(self) -> list[str]:
        files = sorted((self.folder / "sent").iterdir())
        return [each.read_text("ascii") for each in files]

    def receives(self, text: str, sender: str) -> None:
        """Let the telephone have received an SMS, in as many parts as it takes."""
        saving = ["gammu", "-c", str(self.folder / "rc"), "savesms", "TEXT", "-folder", "1"]
        said = ["-unread", "-sender", sender, "-autolen", str(len(text)), "-text", text]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        subprocess.run([*saving, *said], env=environment, check=True, capture_output=True)

    def has_heard(self, files: int, seconds: float = 30) -> None:
        """Wait until the daemon has put so many files into its inbox."""
        until = time.monotonic() + seconds
        while len(list((self.folder / "inbox").iterdir())) < files:
            assert time.monotonic() < until, "the daemon hears nothing"
            time.sleep(0.1)

    def has_worked(self, seconds: float = 30) -> None:
        """Wait until the daemon has taken all that lies in its outbox."""
        until = time.monotonic() + seconds
        while any((self.folder / "outbox").glob("OUT*")):
            assert time.monotonic() < until, "the daemon sends nothing"
            assert self._daemon is not None and self._daemon.poll() is None
            time.sleep(0.1)

    def is_away(self) -> None:
        shutil.rmtree(self.folder / "outbox")


@contextmanager
def gammu(folder: Path) -> Iterator[GammuPeer]:
    peer = GammuPeer(folder)
    peer.start()
    try:
        yield peer
    finally:
        peer.stop()
