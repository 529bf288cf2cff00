"""A receiver of webhooks on loopback: a real HTTP peer that may fail, hang, or answer anything."""

import base64
import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request, and whether its signature was that of a secret."""

    id: str
    timestamp: int
    signatures: str
    raw: bytes
    status: int = 0

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.raw)
        return found

    @property
    def name(self) -> str:
        return str(self.body["type"].split(".")[1])

    @property
    def subject(self) -> str:
        return str(self.body["data"]["subject"])

    def signed_by(self, secret: str) -> bool:
        """Check a signature as the documentation of Standard Webhooks has it, by another hand."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        content = b".".join((self.id.encode(), str(self.timestamp).encode(), self.raw))
        wanted = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        return f"v1,{wanted}" in self.signatures.split(" ")


class Receiver:
    """What came, in its order, with what it was answered."""

    def __init__(self, answer: Callable[[Received], int]) -> None:
        self.answer = answer
        self.got: list[Received] = []
        self.address = ""
        self.ends = threading.Event()
        self._changed = threading.Condition()

    def took(self, received: Received, status: int) -> None:
        with self._changed:
            self.got.append(
                Received(received.id, received.timestamp, received.signatures, received.raw, status)
            )
            self._changed.notify_all()

    @property
    def taken(self) -> list[Received]:
        return [each for each in list(self.got) if each.status == 200]

    def until(self, good: Callable[[], bool], seconds: float = 200) -> None:
        """Wait until what came is as wanted."""
        with self._changed:
            assert self._changed.wait_for(good, seconds), [
                (each.name, each.status) for each in self.got
            ]


@contextmanager
def receiving(
    answer: Callable[[Received], int] = lambda _received: 200, certificate: Path | None = None
) -> Iterator[Receiver]:
    """Run a receiver that answers with a status; 0 hangs until the block ends."""
    receiver = Receiver(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            received = Received(
                self.headers["webhook-id"],
                int(self.headers["webhook-timestamp"]),
                self.headers["webhook-signature"],
                raw,
            )
            status = receiver.answer(received)
            receiver.took(received, status)
            if not status:
                receiver.ends.wait()
                return
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_given: object) -> None:
            """A caller may hang up."""

    server = Server(("127.0.0.1", 0), Handler)
    scheme = "http"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    receiver.address = f"{scheme}://127.0.0.1:{server.server_port}/terima"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.ends.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
