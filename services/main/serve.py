"""Runs a node, or one service of a district, behind one port until it is told to stop."""

import gc
import json
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import uvicorn

from services.kernel.access.store import AccessStore
from services.kernel.district import District
from services.kernel.web.live import Live
from services.main.claims import claimed
from services.main.client import ADDRESS
from services.main.logs import configure_logs
from services.main.migrate import opened
from services.main.node import Node
from services.main.process import Process
from services.main.settings import Settings
from services.main.telemetry import collected

GRACE_SECONDS = 3
SWITCH_SECONDS = 0.02


class Server(uvicorn.Server):
    """uvicorn, which waits for open answers when it stops: the streams are told to end first."""

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then everything else."""
        self._live.close()
        await super().shutdown(sockets)


class PortTaken(Exception):
    """The address is not there to be listened on; the message names it and the mend."""


Prepare = Callable[[AccessStore], list[str]]


def serve_node(
    settings: Settings, district: District, host: str, port: int, prepare: Prepare | None = None
) -> None:
    """Serve a node; SIGTERM or Ctrl+C finishes what is accepted and returns.

    `prepare` may add accounts; the lines that it returns are printed with the address. Raises
    AlreadyServed and PortTaken.
    """
    configure_logs(settings.log_level)
    with _bound(host, port) as at, opened(settings, district) as node, collected("node"):
        node.start()
        _serve(node, at, prepare or _nothing)


def serve_service(
    settings: Settings, district: District, file: Path, name: str, host: str, port: int
) -> None:
    """Serve one service of a district, whose district file is `file`; as `serve_node`.

    Raises BadSetting, AlreadyServed, PortTaken, NotMigrated, WrongTopic, and StoreUnavailable
    where the database does not answer.
    """
    configure_logs(settings.log_level)
    claim = claimed(settings.data) if settings.own_store else nullcontext()
    with claim, _bound(host, port) as at, collected(name):
        process = Process(name, settings, district, port=port, file=file)
        try:
            process.start()
        except BaseException:
            process.close()
            raise
        _serve(process, at, _nothing)


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """Take the address before anything else is done; nobody is let in until uvicorn listens."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as at:
        at.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            at.bind((host, port))
        except OSError as problem:
            raise PortTaken(
                f"Alamat {host} porta {port} tidak dapat dipakai ({problem.strerror}). "
                "Hentikan program yang memakainya, atau pilih --port lain."
            ) from None
        yield at


def _serve(served: Node | Process, at: socket.socket, prepare: Prepare) -> None:
    host, port, *_scope = at.getsockname()
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    record = served.settings.data / ADDRESS
    record.write_text(json.dumps({"address": address}))
    sys.stdout.write("\n".join([f"Tanggap: {address}", *prepare(served.access), ""]))
    sys.stdout.flush()
    # uvicorn passes a signal on when it has shut down; what is left to do then is ours.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_given: None)
    app = served.app()
    tune_interpreter()
    try:
        config = uvicorn.Config(
            app,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        Server(config, app.state.live).run(sockets=[at])
    finally:
        record.unlink(missing_ok=True)
        served.stop()
        # What is frozen is not cleared when the interpreter ends, which DuckDB takes for leaks and
        # says at length.
        gc.unfreeze()


def tune_interpreter() -> None:
    """Set the interpreter up for one process that does everything.

    What lives as long as the process is kept from the collector of cyclic garbage: a search of
    all of it, over and over under load, held every answer up (with 64 clients 95 of 100 answers
    came within 137 ms, without it within 48 ms). Threads that take turns do so less often, which
    was worth a tenth of what a node accepts.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
    sys.setswitchinterval(SWITCH_SECONDS)


def _nothing(_access: AccessStore) -> list[str]:
    return []
