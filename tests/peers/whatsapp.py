"""A peer that takes WhatsApp's documented requests only, and signs what it says later."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import jsonschema  # type: ignore[import-untyped]

from services.kernel.carriers.port import Template
from services.publication.messages.senders.whatsapp import Account, WhatsAppSender

PHONE_ID, TOKEN, SECRET, VERIFY = "106540352242922", "token-of-tests", "secret-of-tests", "a word"
TEMPLATES: Final[Mapping[Template, str]] = {
    "result": "tanggap_result",
    "digest": "tanggap_digest",
    "code": "tanggap_code",
}


def _whole(**properties: Any) -> dict[str, Any]:
    """Return an object with these properties and no other."""
    required = [name for name in properties if name != "biz_opaque_callback_data"]
    shape = {"type": "object", "additionalProperties": False, "required": required}
    return shape | {"properties": properties}


def _component(values: int, most: int, **facts: str) -> dict[str, Any]:
    # Neither line breaks nor tabs, nor more than four spaces.
    text = {"type": "string", "maxLength": most, "pattern": r"^(?!.* {5})[^\n\t]+$"}
    parameter = _whole(type={"const": "text"}, text=text)
    listed = {"type": "array", "minItems": values, "maxItems": values, "items": parameter}
    return _whole(**{name: {"const": said} for name, said in facts.items()}, parameters=listed)


def _template(name: str, *components: dict[str, Any]) -> dict[str, Any]:
    count = len(components)
    return _whole(
        name={"const": name},
        language=_whole(code={"enum": ["id", "en"]}),
        components={
            "type": "array",
            "minItems": count,
            "maxItems": count,
            "prefixItems": list(components),
        },
    )


TEMPLATE: Final = {
    "oneOf": [
        _template(TEMPLATES["result"], _component(3, 1024, type="body")),
        _template(TEMPLATES["digest"], _component(3, 1024, type="body")),
        _template(  # of the category authentication: the code, and once more for its button
            TEMPLATES["code"],
            _component(1, 15, type="body"),
            _component(1, 15, type="button", sub_type="url", index="0"),
        ),
    ]
}
MESSAGE: Final = _whole(
    messaging_product={"const": "whatsapp"},
    recipient_type={"const": "individual"},
    to={"type": "string", "pattern": r"^[1-9][0-9]{6,14}$"},
    type={"const": "template"},
    template=TEMPLATE,
    biz_opaque_callback_data={"type": "string", "maxLength": 512},
)
"""As Meta's reference of the messages call has it (v23.0)."""


class WhatsAppPeer:
    """The server, what came there, and how it answers next."""

    address = "+6281200007777"

    def __init__(self, port: int) -> None:
        self.bodies: list[Any] = []
        self.refusal: tuple[int, int] | None = None
        self.hangs_up = False
        self.files: dict[str, bytes] = {}
        self.said_sizes: dict[str, int] = {}
        self._root = f"http://127.0.0.1:{port}"
        url = f"http://127.0.0.1:{port}/v23.0"
        self.account = Account(url, PHONE_ID, TOKEN, SECRET, VERIFY, TEMPLATES)
        self.sender = WhatsAppSender(self.account)
        self.is_away = lambda: None

    def came(self) -> list[str]:
        return [
            " ".join(each["text"] for each in body["template"]["components"][0]["parameters"])
            for body in self.bodies
        ]

    def refuses_addresses(self) -> None:
        self.refusal = 400, 131026

    def is_busy(self) -> None:
        self.refusal = 400, 130429

    def loses_its_answer(self) -> None:
        self.hangs_up = True

    def answer(self, path: str, token: str | None, content: bytes) -> tuple[int, Any]:
        if token != f"Bearer {TOKEN}":
            return 401, _error(190, "Invalid OAuth access token")
        if path != f"/v23.0/{PHONE_ID}/messages":
            return 404, _error(100, "Unsupported request")
        body = json.loads(content)
        try:
            jsonschema.validate(body, MESSAGE)
        except jsonschema.ValidationError as wrong:
            return 400, _error(132000 if "parameters" in wrong.path else 100, "(#100) Invalid")
        if self.refusal:
            return self.refusal[0], _error(self.refusal[1], "refused")
        self.bodies.append(body)
        # Who reads one finds the number in it.
        wamid = base64.b64encode(f"{body['to']}|{len(self.bodies)}".encode()).decode()
        return 200, {
            "messaging_product": "whatsapp",
            "contacts": [{"input": body["to"], "wa_id": body["to"]}],
            "messages": [{"id": f"wamid.{wamid}", "message_status": "accepted"}],
        }

    def held(self, path: str, token: str | None) -> tuple[int, bytes]:
        """Answer who asks for a file that came along: first where it lies, then what it is."""
        if token != f"Bearer {TOKEN}":
            return 401, json.dumps(_error(190, "Invalid OAuth access token")).encode()
        name = path.rpartition("/")[2]
        if name not in self.files:
            return 404, json.dumps(_error(100, "Unsupported get request")).encode()
        if path.startswith("/lookaside/"):
            return 200, self.files[name]
        size = self.said_sizes.get(name, len(self.files[name]))
        about = {"url": f"{self._root}/lookaside/{name}", "mime_type": "image/jpeg", "id": name}
        more = {"file_size": size, "messaging_product": "whatsapp"}
        return 200, json.dumps(about | more).encode()


def call_of(status: str, tag: str, *codes: int) -> bytes:
    """Return what WhatsApp says of a message, as its reference of webhooks has it; `tag` is what
    was sent along (`biz_opaque_callback_data`)."""
    said = {
        "id": "wamid.HBgNNjI4MTIwMDAwNzc3Nw==",
        "status": status,
        "timestamp": "1767578400",
        "recipient_id": "6281200007777",
        "biz_opaque_callback_data": tag,
        "errors": [{"code": code, "title": "Message undeliverable"} for code in codes],
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "62287000000", "phone_number_id": PHONE_ID},
        "statuses": [said],
    }
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def written(*messages: dict[str, Any], to: str = PHONE_ID, **contact: Any) -> bytes:
    """Return the call by which WhatsApp brings messages, as its reference of webhooks has it;
    `contact` is who wrote them."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "62287000000", "phone_number_id": to},
        "contacts": [{"profile": {"name": "Tarsih Misal"}, **contact}],
        "messages": list(messages),
    }
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Return the headers of a call with its signature."""
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={made}", "content-type": "application/json"}


def _error(code: int, said: str) -> Any:
    facts = {"message": said, "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    return {"error": facts}


@contextmanager
def whatsapp() -> Iterator[WhatsAppPeer]:
    peers: list[WhatsAppPeer] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, said = peers[0].held(self.path, self.headers["authorization"])
            self.send_response(status)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            status, said = peers[0].answer(self.path, self.headers["authorization"], content)
            if peers[0].hangs_up:
                self.close_connection = True
                return
            written = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer = WhatsAppPeer(server.server_port)
    peers.append(peer)

    def away() -> None:
        # Else the loop still holds the port for a moment, and takes a call only to drop it.
        server.shutdown()
        server.server_close()

    peer.is_away = away
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
