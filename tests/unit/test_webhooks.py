"""What leaves by a webhook, how it is signed, where it may lead, and what a receiver may answer."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.kernel.clock import system_clock
from services.kernel.contracts import field_classes, types
from services.kernel.contracts.samples import KEY_ID, samples
from services.kernel.errors import InvalidInput
from services.publication.webhooks.addresses import Network, looked_up, may_call, target_of
from services.publication.webhooks.contents import NEVER, body_of, event_id, names, without_text
from services.publication.webhooks.sending import Outcome, send
from services.publication.webhooks.signing import PREFIX, secret_of, signatures
from tests.receiver import receiving

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"),)
HEADERS = (
    ("webhook-id", "evt_1"),
    ("webhook-timestamp", "1"),
    ("webhook-signature", "v1,x"),
)


@pytest.mark.parametrize("type", sorted(types()))
def test_only_public_fields_leave(type: str) -> None:
    model = types()[type]
    classes = field_classes(model)
    for message in samples(model).values():
        sent = body_of(message)
        fields = json.loads(sent)["data"]["fields"]
        assert set(fields) <= {name for name, of in classes.items() if of == "public"}
        assert KEY_ID.encode() not in sent, "no sealed box"
        for path, of in classes.items():
            outer, _of, inner = path.partition("[].")
            for each in fields.get(outer) or () if inner and of != "public" else ():
                assert inner not in each, path


def test_of_persons_and_keys_nothing_is_told() -> None:
    assert not names() & NEVER
    assert {"ComplaintReceived", "CaseGraded", "ResolutionPublished", "RecapClosed"} <= names()
    assert {type.split(".")[1] for type in types()} > NEVER


def changed(type: str, **values: object) -> bytes:
    """Return what is sent of a full sample with other values."""
    message = samples(types()[type])["full"]
    value = msgspec.json.encode(json.loads(message.value) | values)
    return body_of(msgspec.structs.replace(message, value=value))


def test_of_a_confidential_complaint_leave_neither_unit_nor_words() -> None:
    def fields(sent: bytes) -> dict[str, object]:
        found: dict[str, object] = json.loads(sent)["data"]["fields"]
        return found

    received, published = "tanggap.ComplaintReceived.v1", "tanggap.ResolutionPublished.v1"
    assert fields(changed(received, confidentiality="open"))["service_unit"] == "loket"
    assert fields(changed(received, confidentiality="confidential"))["service_unit"] is None
    shown = changed(published, shows_unit_and_date=True)
    assert fields(shown)["text"]
    assert fields(without_text(shown))["text"] is None
    assert fields(changed(published, shows_unit_and_date=False))["text"] is None


def test_an_event_keeps_its_id_and_no_other_has_it() -> None:
    message = samples(types()["tanggap.ComplaintReceived.v1"])["full"]
    other = msgspec.structs.replace(message, id=message.id + 1)
    assert event_id(message) == event_id(msgspec.structs.replace(message, previous=7))
    assert event_id(message) != event_id(other)


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    """The vector of the reference libraries (standard-webhooks/standard-webhooks)."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = signatures(
        [secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_webhook_and_generation_has_a_secret_of_its_own() -> None:
    made = {secret_of(b"root", UUID(int=n), generation) for n in (1, 2) for generation in (1, 2)}
    assert len(made) == 4 and all(each.startswith(PREFIX) for each in made)
    assert secret_of(b"other", UUID(int=1), 1) not in made


@pytest.mark.parametrize(
    "url",
    [
        "",
        "contoh.go.id",
        "http://contoh.go.id/terima",
        "ftp://contoh.go.id/",
        "file:///etc/passwd",
        "https://",
        "https://user:pass@contoh.go.id/",
        "https://contoh.go.id/#bagian",
        "https://contoh.go.id:0/",
        "https://contoh.go.id:99999/",
        "https://con toh.go.id/",
        "https://contoh.go.id/\r\nhost: x",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.8/",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/terima",
        "https://dalam.LOCALHOST./terima",
        "https://exa mple.org/",
        "https://例え.jp/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
        "https://contoh.go.id/" + "a" * 500,
    ],
)
def test_a_forged_address_is_refused_and_names_the_field(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        target_of(url, ())
    assert [each.field for each in refused.value.errors] == ["address"]


def test_networks_of_ones_own_only_where_the_settings_name_them() -> None:
    assert target_of("http://127.0.0.1:9000/terima", LOOPBACK).port == 9000
    assert target_of("https://contoh.go.id/terima?a=1", ()).secure
    with pytest.raises(InvalidInput):
        target_of("http://93.184.215.14/", LOOPBACK)  # without TLS only there
    with pytest.raises(InvalidInput):
        target_of("https://10.0.0.8/", LOOPBACK)


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("64:ff9b::5db8:d70e", True),
        ("172.16.0.1", False),
        ("100.64.0.1", False),
        ("192.168.1.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("2002:a00:1::1", False),
        ("::ffff:127.0.0.1", False),
    ],
)
def test_only_addresses_of_the_internet_may_be_called(address: str, may: bool) -> None:
    assert may_call(ip_address(address), (), secure=True) is may
    assert not may_call(ip_address(address), (), secure=False)


def sent(address: str, networks: tuple[Network, ...] = LOOPBACK, **how: object) -> Outcome:
    target = target_of(address, networks)
    return send(target, HEADERS, b"{}", networks, **how)  # type: ignore[arg-type]


def test_a_name_that_leads_inside_is_never_called() -> None:
    """A name may lead elsewhere each time: it is looked up and checked when it is called."""
    with receiving() as receiver:
        port = receiver.address.split(":")[2].split("/")[0]
        inside = [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"]]
        for found in inside:
            outcome = sent(
                f"https://jahat.example:{port}/", (), lookup=lambda _host, _port, f=found: f
            )
            assert outcome == Outcome(failure="forbidden"), found
        assert receiver.got == []


def test_a_name_that_is_not_there_says_so() -> None:
    def nothing(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    assert sent("https://contoh.example/", (), lookup=nothing) == Outcome(failure="name")
    assert looked_up("127.0.0.1", 80) == ["127.0.0.1"]


@pytest.mark.parametrize("status", [200, 204, 301, 307, 404, 410, 500])
def test_only_2xx_is_taken_and_no_redirect_is_followed(status: int) -> None:
    with receiving(lambda _received: status) as receiver:
        outcome = sent(receiver.address)
    assert outcome == Outcome(status=status) and outcome.taken is (status < 300)
    assert len(receiver.got) == 1


@contextmanager
def speaking(*said: bytes, pause: float = 0.0) -> Iterator[str]:
    """Listen, and say this to whoever calls; the last of it again and again until they hang up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def speak() -> None:
            caller, _address = listener.accept()
            with caller:
                try:
                    for each in said:
                        caller.sendall(each)
                    while said:
                        time.sleep(pause)
                        caller.sendall(said[-1])
                    while caller.recv(1 << 20):  # until they hang up
                        pass
                except OSError:
                    pass

        thread = threading.Thread(target=speak, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join(10)
        assert not thread.is_alive()


def test_a_receiver_that_hangs_is_left_at_its_time() -> None:
    with speaking() as address:
        assert sent(address, seconds=0.2) == Outcome(failure="silent")


def test_an_answer_that_trickles_in_is_left_at_its_time() -> None:
    began = time.monotonic()
    with speaking(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n", pause=0.02) as address:
        assert sent(address, seconds=0.3) == Outcome(failure="silent")
    assert time.monotonic() - began < 5


def test_an_endless_answer_is_not_read() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n"
    with speaking(head, b"a" * 65536) as address:
        assert sent(address) == Outcome(status=200)
    with speaking(b"HTTP/1.1 200 OK\r\n", b"x: " + b"a" * 65536) as address:
        assert sent(address) == Outcome(failure="malformed")
    with speaking(b"220 mail.contoh ESMTP\r\n\r\n", pause=0.01) as address:
        assert sent(address) == Outcome(failure="malformed")


def test_nobody_there_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert sent(f"http://127.0.0.1:{port}/") == Outcome(failure="unreachable")


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    here = x509.IPAddress(ip_address("127.0.0.1"))
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "contoh")]), system_clock()
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    file = tmp_path / "contoh.pem"
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file.write_bytes(key.private_bytes(pem, form, plain) + made.public_bytes(pem))
    with receiving(certificate=file) as receiver:
        assert sent(receiver.address) == Outcome(failure="certificate")
        assert receiver.got == []
