"""A whole district as processes on loopback: the four services behind the proxy, on PostgreSQL and
Kafka."""

import os
import secrets
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

from services.kernel.district import SHIPPED
from services.main.app import SERVICES
from services.main.parts import JOBS
from tests.forked import PROGRAM, Process, started, tanggap
from tests.running import ENDS_SECONDS, RunningNode, free_port, wait_until_it_listens
from tests.servers.postgres import Postgres
from tests.servers.redis import RedisServer

PROXY = Path(__file__).parents[2] / "infra" / "proxy" / "Caddyfile"
REPORTING_MEMORY = "512MB"
"""As docker-compose.yml gives it to a district's reporting."""


class RunningDistrict(RunningNode):
    """The proxy's process as what people talk to, and all processes behind it by name: `intake`,
    `intake-2`, …, `worker-intake`, `scheduler`, `proxy`. Any of them can be killed and started
    again."""

    environment: dict[str, str]
    patience = 200.0
    """From process to process it takes longer, the more so while others start on two cores."""

    def __init__(self, folder: Path, address: str) -> None:
        # Who is talked to is the proxy, which is one of the processes.
        super().__init__(folder / "command", subprocess.Popen(["true"], text=True), address)
        self._folder = folder
        self._commands: dict[str, list[str]] = {}
        self._settings: dict[str, dict[str, str]] = {}
        self.services: dict[str, Process] = {}
        self.addresses: dict[str, str] = {}
        self._logged: dict[str, int] = {}
        self._ending: set[str] = set()

    def tanggap(
        self, *arguments: str, seconds: float = 120, given: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run the command line against this district; `given` is what it may ask for."""
        return tanggap(arguments, self.environment, seconds, given)

    def process_must_live(self) -> None:
        ended = self.ended()
        assert not ended, f"{', '.join(ended)} has ended"

    def ended(self) -> list[str]:
        """Return the names of the processes that run no more."""
        return [name for name, process in self.services.items() if process.poll() is not None]

    def launch(self, name: str) -> None:
        """Start a process in a session of its own."""
        log = self._log(name)
        self._logged[name] = log.stat().st_size if log.exists() else 0
        self._ending.discard(name)
        self.services[name] = started(
            self._commands[name],
            env=self.environment
            | {"TANGGAP_DATA": str(self._folder / name)}
            | self._settings.get(name, {}),
            log=log,
        )

    def await_start(self, name: str) -> None:
        """Wait until a launched process serves; workers and the clock have no port to ask."""
        process, address = self.services[name], self.addresses.get(name)
        if address is None:
            return
        if name != "proxy":
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first.startswith("Tanggap: "), self.said(name)[-3000:]
        wait_until_it_listens(RunningNode(self._folder, process, address))

    def kill(self, name: str) -> None:
        """End a process, with those that it forked, as a power cut would."""
        process = self.services[name]
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self, name: str) -> None:
        """Have a process end by itself, which it must."""
        process = self.services[name]
        try:
            self.ask_to_end([name])
            assert process.wait(ENDS_SECONDS) == 0, f"{name}: {self.said(name)[-3000:]}"
        finally:
            self.kill(name)

    def ask_to_end(self, names: Iterable[str]) -> None:
        """Have processes begin to end, all at once; each is told once, a second word hastens it."""
        for name in [each for each in names if each not in self._ending]:
            self._ending.add(name)
            self.services[name].send_signal(signal.SIGTERM)

    def restart(self) -> None:
        """End all processes but the proxy as an operator would, and start them again."""
        names = [name for name in self._commands if name != "proxy"]
        self.ask_to_end(names)
        for name in names:
            assert self.services[name].wait(ENDS_SECONDS) == 0, f"{name}: {self.said(name)[-3000:]}"
        for name in names:
            self.launch(name)
        for name in names:
            self.await_start(name)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Have a process do nothing until the block ends, its connections open."""
        self.services[name].send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.services[name].send_signal(signal.SIGCONT)

    def said(self, name: str) -> str:
        """Return what a process has logged since its start."""
        return self._log(name).read_bytes()[self._logged[name] :].decode()

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"


End = Callable[[RunningDistrict, str], None]
"""How a process is ended, by its name, when the district is no longer needed."""
Program = Callable[[str], Sequence[str]]
"""The program of a process, by its name, that takes the command line's arguments."""


def command_line(_name: str) -> Sequence[str]:
    """Return the product's own program."""
    return PROGRAM


@dataclass(frozen=True)
class Endpoint:
    """An intake process more, for some Puskesmas; with an `origin`, on a store of its own, which is
    backed up to `backups` by the clock."""

    name: str
    puskesmas: tuple[str, ...]
    origin: str | None = None
    backups: Path | None = None

    def settings(self) -> dict[str, str]:
        """Return the settings by which it differs from the district's."""
        given = {"TANGGAP_PUSKESMAS": ",".join(self.puskesmas)}
        if self.origin is not None:
            given |= {"TANGGAP_ORIGIN": self.origin, "TANGGAP_DISTRICT_ORIGIN": "dinas"}
        if self.backups is not None:
            given["TANGGAP_BACKUPS"] = str(self.backups)
        return given


def _routes(folder: Path, endpoints: Sequence[Endpoint], ports: dict[str, int]) -> Path:
    lines = [
        f"{each.name} 127.0.0.1:{ports[each.name]} {' '.join(each.puskesmas)}" for each in endpoints
    ]
    written = folder / "endpoints.caddy"
    program = PROXY.parent / "endpoint-routes"
    done = subprocess.run(
        [str(program)], input="\n".join(lines), capture_output=True, text=True, check=True
    )
    written.write_text(done.stdout)
    return written


@contextmanager
def running_district(
    folder: Path,
    postgres: Postgres,
    kafka: str,
    redis: RedisServer,
    *,
    file: Path = SHIPPED,
    known_as: str = "localhost",
    copies: Mapping[str, int] | None = None,
    endpoints: Sequence["Endpoint"] = (),
    tablespace: str = "pg_default",
    program: Program = command_line,
    end: End = RunningDistrict.end,
    **more: str,
) -> Iterator[RunningDistrict]:
    """Make a district's database and topic, and run its processes until the block ends.

    `file` is the district file, `known_as` another name by which the proxy is asked, `copies` how
    many processes a service has (one where it is not said), `endpoints` are intake processes more,
    `tablespace` is where its database lies, `program` what runs them all, `end` how each is
    ended, `more` are settings of the environment.
    """
    database = f"district_{secrets.token_hex(4)}"
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database} TABLESPACE {tablespace}")
    for name in ("receipt.secret", "master.key"):
        (folder / name).write_bytes(secrets.token_bytes(32))
    served = {name: processes_of(name, (copies or {}).get(name, 1)) for name in SERVICES}
    ports = {each: free_port() for names in served.values() for each in names}
    ports |= {each.name: free_port() for each in endpoints}
    port = free_port()
    proxy = f"http://127.0.0.1:{port}"
    district = RunningDistrict(folder, proxy)
    district.addresses = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    district.addresses["proxy"] = proxy
    district.environment = {
        **os.environ,
        "TANGGAP_MODE": "district",
        "TANGGAP_ORIGIN": "dinas",
        "TANGGAP_DATABASE_URL": postgres.url(database),
        "TANGGAP_KAFKA": kafka,
        "TANGGAP_REDIS_URL": redis.url,
        "TANGGAP_TOPIC": f"tanggap-{uuid4()}",
        "TANGGAP_SECRET_FILE": str(folder / "receipt.secret"),
        "TANGGAP_KEYS": str(folder / "master.key"),
        "TANGGAP_REPORTING_MEMORY": REPORTING_MEMORY,
        "TANGGAP_REPORTING_URL": district.addresses["reporting"],
        "TANGGAP_PUBLIC_URL": proxy,
        "TANGGAP_DATA": str(folder / "command"),
        **more,
    }
    migrated = district.tanggap("migrate", "--district", str(file), "--demo")
    assert migrated.returncode == 0, migrated.stderr
    commands = {
        each: ["serve", name, "--port", str(ports[each]), "--district", str(file)]
        for name, names in served.items()
        for each in names
    }
    commands |= {
        each.name: ["serve", "intake", "--port", str(ports[each.name]), "--district", str(file)]
        for each in endpoints
    }
    district._settings = {each.name: each.settings() for each in endpoints}
    commands |= {f"worker-{name}": ["worker", name, "--district", str(file)] for name in JOBS}
    commands["scheduler"] = ["scheduler"]
    district._commands = {name: [*program(name), *given] for name, given in commands.items()}
    upstreams = {
        f"TANGGAP_{name.upper()}=" + " ".join(f"127.0.0.1:{ports[each]}" for each in names)
        for name, names in served.items()
    }
    district._commands["proxy"] = [
        *("env", *sorted(upstreams), f"HOME={folder}"),
        f"TANGGAP_ENDPOINTS={_routes(folder, endpoints, ports)}",
        *(f"TANGGAP_SITE={proxy}", f"TANGGAP_INSIDE=http://{known_as}:{port}"),
        *("caddy", "run", "--config", str(PROXY), "--adapter", "caddyfile"),
    ]
    with ExitStack() as running:
        for name in district._commands:
            district.launch(name)
            running.callback(end, district, name)
        running.callback(district.ask_to_end, district.services)
        for name in district._commands:
            district.await_start(name)
        # Where others wrote before reporting first came, it makes its file of that, and says 503.
        district.until("wulan", "/reports/totals", lambda _found: True, patience=280)
        yield district


def processes_of(service: str, copies: int) -> list[str]:
    """Return the names of a service's processes."""
    return [service, *(f"{service}-{number}" for number in range(2, copies + 1))]
