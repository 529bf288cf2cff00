"""A whole district as processes on loopback: the four services behind the proxy, on PostgreSQL and
Kafka."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from services.kernel.access.store import AccessStore
from services.kernel.clock import system_clock
from services.kernel.district import SHIPPED
from services.main.app import SERVICES
from services.main.demo import add_accounts
from services.main.parts import JOBS
from services.main.places import place
from services.main.settings import Settings
from tests.running import RunningNode, free_port, wait_until_it_listens
from tests.servers.postgres import Postgres
from tests.servers.redis import RedisServer

PROXY = Path(__file__).parents[2] / "infra" / "proxy" / "Caddyfile"


class RunningDistrict(RunningNode):
    """The proxy's process as what people talk to, and the services behind it by name."""

    services: dict[str, "subprocess.Popen[str]"]
    addresses: dict[str, str]
    environment: dict[str, str]

    def tanggap(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the command line against this district."""
        return subprocess.run(
            [sys.executable, "-m", "services.main.cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def process_must_live(self) -> None:
        for name, process in self.services.items():
            assert process.poll() is None, f"{name} has ended"
        super().process_must_live()


@contextmanager
def running_district(
    folder: Path,
    postgres: Postgres,
    kafka: str,
    redis: RedisServer,
    *,
    file: Path = SHIPPED,
    known_as: str = "localhost",
    **more: str,
) -> Iterator[RunningDistrict]:
    """Make a district's database and topic, and run its processes until the block ends; `file` is
    the district file, `known_as` another name by which the proxy is asked, `more` are settings of
    the environment."""
    database = f"district_{secrets.token_hex(4)}"
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database}")
    ports = {name: free_port() for name in (*SERVICES, "proxy")}
    for name in ("receipt.secret", "master.key"):
        (folder / name).write_bytes(secrets.token_bytes(32))
    environment = {
        **os.environ,
        "TANGGAP_MODE": "district",
        "TANGGAP_ORIGIN": "dinas",
        "TANGGAP_DATABASE_URL": postgres.url(database),
        "TANGGAP_KAFKA": kafka,
        "TANGGAP_REDIS_URL": redis.url,
        "TANGGAP_TOPIC": f"tanggap-{uuid4()}",
        "TANGGAP_SECRET_FILE": str(folder / "receipt.secret"),
        "TANGGAP_KEYS": str(folder / "master.key"),
        "TANGGAP_REPORTING_URL": f"http://127.0.0.1:{ports['reporting']}",
        "TANGGAP_PUBLIC_URL": f"http://127.0.0.1:{ports['proxy']}",
        "TANGGAP_DATA": str(folder / "command"),
        **more,
    }
    with ExitStack() as running:
        district = RunningDistrict.__new__(RunningDistrict)
        district.environment, district.services = environment, {}
        district.addresses = {name: f"http://127.0.0.1:{ports[name]}" for name in SERVICES}
        migrated = district.tanggap("migrate")
        assert migrated.returncode == 0, migrated.stderr
        settings = Settings(mode="node", data=folder, database_url=None, kafka=None).model_copy(
            update={"database_url": _secret(environment["TANGGAP_DATABASE_URL"])}
        )
        access = AccessStore(place(settings, "access"), system_clock)
        add_accounts(access)
        access.close()
        commands: dict[str, tuple[str, ...]] = {
            name: ("serve", name, "--port", str(ports[name]), "--district", str(file))
            for name in SERVICES
        }
        commands |= {f"worker-{name}": ("worker", name, "--district", str(file)) for name in JOBS}
        for name, command in (commands | {"scheduler": ("scheduler",)}).items():
            started = running.enter_context(
                _process(
                    [sys.executable, "-m", "services.main.cli", *command],
                    environment | {"TANGGAP_DATA": str(folder / name)},
                    folder / f"{name}.log",
                )
            )
            district.services[name] = started
        for name in SERVICES:
            process = district.services[name]
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first.startswith("Tanggap: "), (folder / f"{name}.log").read_text()[-3000:]
        proxy = running.enter_context(
            _process(
                ["caddy", "run", "--config", str(PROXY), "--adapter", "caddyfile"],
                environment
                | {f"TANGGAP_{name.upper()}": f"127.0.0.1:{ports[name]}" for name in SERVICES}
                | {
                    "TANGGAP_SITE": f"http://127.0.0.1:{ports['proxy']}",
                    "TANGGAP_INSIDE": f"http://{known_as}:{ports['proxy']}",
                    "HOME": str(folder),
                },
                folder / "proxy.log",
            )
        )
        for name, address in (*district.addresses.items(), ("proxy", "")):
            process = district.services.get(name, proxy)
            here = address or f"http://127.0.0.1:{ports['proxy']}"
            wait_until_it_listens(RunningNode(folder, process, here))
        district.__init__(folder / "command", proxy, f"http://127.0.0.1:{ports['proxy']}")  # type: ignore[misc]
        yield district


@contextmanager
def _process(
    command: list[str], environment: dict[str, str], log: Path
) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=log.open("a"), text=True
    )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, log.read_text()[-3000:]
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _secret(text: str) -> object:
    from pydantic import SecretStr

    return SecretStr(text)
