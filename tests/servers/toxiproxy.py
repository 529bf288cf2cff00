"""Toxiproxy: what comes through it can be made slow, jittery and broken, by its HTTP API."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from tests.running import free_port

BINARY: Final = Path(__file__).parents[2] / ".venv" / "toxiproxy" / "server"
SECONDS: Final = 60.0


class Toxiproxy:
    """A running Toxiproxy; each of its proxies leads a near address on to a far one."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        with (folder / "toxiproxy.log").open("a") as out:
            self._process = subprocess.Popen(
                [str(BINARY), "-host", "127.0.0.1", "-port", str(port)],
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        # It begins to listen a moment after its process does.
        transport = httpx.HTTPTransport(retries=10)
        self._http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            transport=transport,
            timeout=SECONDS,
            headers={"User-Agent": "tanggap-tests"},
        )
        self._names: list[str] = []

    def lead(self, name: str, near: str, far: str) -> None:
        """Lead whoever connects to `near` on to `far` (`host:port`)."""
        self._call("POST", "/proxies", {"name": name, "listen": near, "upstream": far})
        self._names.append(name)

    def spoil(self, toxics: dict[str, dict[str, Any]]) -> None:
        """Add toxics to every proxy, in both directions; `toxics` by type, with their settings
        (`toxicity`: the share of connections that are concerned)."""
        for name in self._names:
            for stream in ("upstream", "downstream"):
                for type, settings in toxics.items():
                    share = settings.get("toxicity", 1.0)
                    attributes = {k: v for k, v in settings.items() if k != "toxicity"}
                    body = {
                        "name": f"{type}-{stream}",
                        "type": type,
                        "stream": stream,
                        "toxicity": share,
                        "attributes": attributes,
                    }
                    self._call("POST", f"/proxies/{name}/toxics", body)

    def heal(self) -> None:
        """Take every toxic away, and let connections through as they are."""
        self._call("POST", "/reset", {})

    def close(self) -> None:
        """End it."""
        self._http.close()
        self._process.kill()
        self._process.wait()

    def _call(self, method: str, path: str, body: dict[str, Any]) -> None:
        self._http.request(method, path, json=body).raise_for_status()


@contextmanager
def running_toxiproxy(folder: Path) -> Iterator[Toxiproxy]:
    """Run Toxiproxy until the block ends."""
    assert BINARY.exists(), "infra/drill-needs installs Toxiproxy"
    server = Toxiproxy(folder)
    try:
        yield server
    finally:
        server.close()
