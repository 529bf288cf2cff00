"""A Dovecot of its own, with one mailbox: the IMAP server that most mailboxes are read by."""

import getpass
import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final

from services.kernel.carriers.mailbox import Box
from tests.running import free_port
from tests.waiting import looks

USER, PASSWORD = "kabar", "kata-sandi-uji"
CONFIGURATION: Final = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
}}
"""


class DovecotPeer:
    """The server, its one mailbox, and who reads it."""

    def __init__(self, folder: Path) -> None:
        # It serves nobody's mail as root.
        self._who = pwd.getpwnam(getpass.getuser() if os.getuid() else "nobody")
        self.folder, self.port = folder, free_port()
        self.box = Box("127.0.0.1", self.port, "", "INBOX", USER, PASSWORD)
        self._numbers = count(1)
        self._daemon: subprocess.Popen[bytes] | None = None
        for name in ("cur", "new", "tmp"):
            (folder / "mail" / name).mkdir(parents=True)
        facts = {"user": self._who.pw_name, "group": grp.getgrgid(self._who.pw_gid).gr_name}
        ids = {"uid": self._who.pw_uid, "gid": self._who.pw_gid}
        where = {"folder": folder, "port": self.port, "password": PASSWORD}
        (folder / "conf").write_text(CONFIGURATION.format(**facts, **ids, **where))
        for each in (folder, *folder.rglob("*")):
            self._give(each)

    def _give(self, path: Path) -> None:
        if not os.getuid():
            os.chown(path, self._who.pw_uid, self._who.pw_gid)

    def start(self) -> None:
        command = ["dovecot", "-F", "-c", str(self.folder / "conf")]
        user, group = (None, None) if os.getuid() else (self._who.pw_uid, self._who.pw_gid)
        quiet = subprocess.DEVNULL
        self._daemon = subprocess.Popen(command, stdout=quiet, stderr=quiet, user=user, group=group)
        for _look in looks():
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5) as line:
                if line.recv(64).startswith(b"* OK"):
                    return
            assert self._daemon.poll() is None, (self.folder / "log").read_text()

    def stop(self) -> None:
        if self._daemon is not None:
            self._daemon.terminate()
            self._daemon.wait(20)
            self._daemon = None

    def receives(self, mail: bytes) -> None:
        """Let a mail lie in the mailbox."""
        name = f"{1_767_582_000 + next(self._numbers)}.M1P1.tests"
        file = self.folder / "mail" / "tmp" / name
        file.write_bytes(mail)
        self._give(file)
        file.rename(self.folder / "mail" / "new" / name)

    def unread(self) -> list[bytes]:
        """Return the mails that nobody has read, the oldest first; S is Maildir's flag of one that
        was."""
        files = [
            each for name in ("cur", "new") for each in (self.folder / "mail" / name).iterdir()
        ]
        found = [each for each in files if "S" not in each.name.partition(":2,")[2]]
        return [each.read_bytes() for each in sorted(found)]

    def is_read_by_somebody(self) -> None:
        """Let a person read all that lies there."""
        for name in ("cur", "new"):
            for each in (self.folder / "mail" / name).iterdir():
                base = each.name.partition(":2,")[0]
                each.rename(self.folder / "mail" / "cur" / f"{base}:2,S")


@contextmanager
def dovecot() -> Iterator[DovecotPeer]:
    # Not within pytest's folder, which nobody else may enter; sockets have short names.
    folder = Path(tempfile.mkdtemp(prefix="imap-"))
    peer = DovecotPeer(folder)
    try:
        peer.start()
        yield peer
    finally:
        peer.stop()
        shutil.rmtree(folder)
