"""A real PostgreSQL server on a private folder, fsync left on."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.running import free_port

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "wal_recycle": "off",
}


class Postgres:
    """A cluster that can be stopped, killed and started again, with one database a name."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self._log = folder / "server.log"
        self._programs = PROGRAMS[-1]
        # The server refuses to run as root; whoever is not, runs it as themselves.
        self._user = "postgres" if os.geteuid() == 0 else None
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self._give(folder)
        self._run("initdb", "-D", str(self.data), "-U", "tanggap", "-A", "trust", "-E", "UTF8")
        self.start()

    def _give(self, folder: Path) -> None:
        """Let the server's user have a folder, and reach it."""
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            os.chown(folder, account.pw_uid, account.pw_gid)
            for above in folder.parents:
                if above.stat().st_uid == 0 and above != Path("/"):
                    above.chmod(above.stat().st_mode | 0o011)

    def url(self, database: str = "postgres", user: str = "tanggap") -> str:
        """Return the address of a database."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        self._run(
            *("pg_ctl", "-D", str(self.data), "-w", "-l", str(self._log)),
            *("-o", f"-p {self.port} {options}", "start"),
        )

    @contextmanager
    def tablespace(self, name: str, folder: Path) -> Iterator[None]:
        """Have databases lie in a folder, where they are made with this name, until the block ends.

        They are dropped then: with a file gone no checkpoint of the whole server succeeds.
        """
        self._give(folder)
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE {name} LOCATION '{folder}'")
        yield
        with psycopg.connect(self.url(), autocommit=True) as connection:
            within = connection.execute(
                "SELECT datname FROM pg_database JOIN pg_tablespace t ON t.oid = dattablespace"
                " WHERE spcname = %s",
                [name],
            ).fetchall()
            for (database,) in within:
                connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
            connection.execute(f"DROP TABLESPACE {name}")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` as an operator would, `immediate` as a power cut would."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            user=self._user,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode:
            told = self._log.read_text()[-2000:] if self._log.exists() else done.stderr
            raise AssertionError(f"{program} failed: {told}")


@contextmanager
def running_postgres(folder: Path) -> Iterator[Postgres]:
    """Run a server until the block ends."""
    server = Postgres(folder)
    try:
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
