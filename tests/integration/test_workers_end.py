"""A worker or the clock ends when it is told to, whatever it is doing and whatever is away."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis as redis_client

from services.main.worker import ALIVE
from tests.running import ENDS_SECONDS
from tests.servers.redis import RedisServer, running_redis

NOWHERE = "127.0.0.1:1"
"""Neither the clock nor a worker without work asks the other servers."""
PROGRAM = ("-m", "services.main.cli")
FAILING_ONCE = """
import os, sys
from pathlib import Path
from services.main.cli import app
from services.main.worker import Celery

mark, worker_main = Path(os.environ["TANGGAP_DATA"]) / "failed", Celery.worker_main

def fails_once(celery, argv):
    if not mark.exists():
        mark.parent.mkdir(exist_ok=True)
        mark.touch()
        raise AttributeError("'NoneType' object has no attribute 'hostname'")
    worker_main(celery, argv)

Celery.worker_main = fails_once
app()
"""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RedisServer]:
    with running_redis(tmp_path) as server:
        yield server
        server.thaw()


@contextmanager
def running(
    folder: Path, broker: RedisServer, *command: str, program: tuple[str, ...] = PROGRAM
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a process and wait until it shows that it gets on; it must end by itself, and well."""
    for name in ("receipt.secret", "master.key"):
        (folder / name).write_bytes(secrets.token_bytes(32))
    settings = {
        "MODE": "district",
        "ORIGIN": "dinas",
        "DATABASE_URL": f"postgresql://{NOWHERE}/none",
        "KAFKA": NOWHERE,
        "REPORTING_URL": f"http://{NOWHERE}",
        "REDIS_URL": broker.url,
        "SECRET_FILE": str(folder / "receipt.secret"),
        "KEYS": str(folder / "master.key"),
        "DATA": str(folder / "data"),
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, *program, *command],
            env=os.environ | {f"TANGGAP_{name}": value for name, value in settings.items()},
            stderr=log,
        )
    try:
        while not (folder / "data" / ALIVE).exists():
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.01)
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENDS_SECONDS) == 0, (folder / "log").read_text()
    finally:
        process.kill()
        process.wait()


def until_it_ticks(broker: RedisServer, more: int = 1) -> None:
    with redis_client.Redis.from_url(broker.url) as client:
        wanted = client.llen("intake") + more
        while client.llen("intake") < wanted:
            time.sleep(0.01)


@pytest.mark.parametrize("signal_after", [0.0, 0.03, 0.1, 0.2, 0.4])
def test_the_clock_ends_at_any_moment(
    tmp_path: Path, broker: RedisServer, signal_after: float
) -> None:
    """Its first tick imports and connects: there a signal met the most."""
    with running(tmp_path, broker, "scheduler"):
        time.sleep(signal_after)


def test_the_clock_ticks_again_when_the_broker_is_back(tmp_path: Path, broker: RedisServer) -> None:
    with running(tmp_path, broker, "scheduler"):
        until_it_ticks(broker)
        broker.kill()
        broker.start()
        until_it_ticks(broker, 2)


@pytest.mark.parametrize("command", [("scheduler",), ("worker", "intake")])
def test_it_ends_while_the_broker_is_away(
    tmp_path: Path, broker: RedisServer, command: tuple[str, ...]
) -> None:
    with running(tmp_path, broker, *command):
        broker.kill()


@pytest.mark.parametrize("command", [("scheduler",), ("worker", "intake")])
def test_it_ends_while_the_broker_says_nothing(
    tmp_path: Path, broker: RedisServer, command: tuple[str, ...]
) -> None:
    with running(tmp_path, broker, *command):
        broker.freeze()


def test_a_worker_ends_when_all_is_well(tmp_path: Path, broker: RedisServer) -> None:
    with running(tmp_path, broker, "worker", "intake"):
        pass


def test_a_worker_that_fails_begins_anew(tmp_path: Path, broker: RedisServer) -> None:
    with running(tmp_path, broker, "worker", "intake", program=("-c", FAILING_ONCE)):
        said = (tmp_path / "log").read_text()
        assert said.count('"worker_failed"') == 1 and "AttributeError" in said
