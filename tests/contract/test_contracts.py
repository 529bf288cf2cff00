"""What is published stays readable and unchanged, and covers all that the services record."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.intake.outbox import OUTBOX as INTAKE
from services.kernel.aggregate import Aggregate, Created
from services.kernel.contracts import (
    MalformedMessage,
    Message,
    SealedBox,
    from_headers,
    generate,
    read,
    types,
)
from services.kernel.contracts.publication import PlannedChangeDraftedV1, PublicationDraftedV1
from services.kernel.contracts.resolution import CaseOpenedV1
from services.kernel.contracts.samples import KEY, WORDS, example
from services.kernel.keyring.sealing import unseal
from services.kernel.store import Outbox
from services.publication.outbox import OUTBOX as PUBLICATION
from services.reporting.outbox import OUTBOX as REPORTING
from services.resolution.outbox import OUTBOX as RESOLUTION

FOLDER = Path(__file__).parents[2] / "contracts"
SAMPLES = sorted(FOLDER.glob("*/samples/*.json"))
OUTBOXES: dict[str, Outbox] = {
    "intake": INTAKE,
    "resolution": RESOLUTION,
    "publication": PUBLICATION,
    "reporting": REPORTING,
}


def message_of(sample: dict[str, Any]) -> Message:
    headers = [(name, text.encode()) for name, text in sample["headers"].items()]
    return from_headers(headers, json.dumps(sample["payload"]).encode())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: f"{p.parts[-3]}-{p.stem}")
def test_every_sample_is_read_and_keeps_its_schema(path: Path) -> None:
    sample = json.loads(path.read_text())
    message = message_of(sample)
    event = read(message)
    assert event.type == message.type == path.parts[-3]
    assert json.loads(msgspec.json.encode(event)) == sample["payload"]
    contract = json.loads((path.parents[1] / "schema.json").read_text())
    jsonschema.Draft202012Validator(contract).validate(sample["payload"])
    jsonschema.validate(sample["headers"], generate.envelope_schema())
    for box in boxes(sample["payload"]):
        assert unseal(box, KEY) == WORDS


def boxes(value: Any) -> Iterator[SealedBox]:
    if isinstance(value, dict) and value.keys() == {"key", "place", "box"}:
        yield SealedBox(**value)
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from boxes(inner)


@pytest.mark.parametrize("name", types())
def test_each_type_has_its_schema_and_both_samples(name: str) -> None:
    kept = json.loads((FOLDER / name / "schema.json").read_text())
    assert kept == generate.schema(types()[name])
    assert {p.stem for p in SAMPLES if p.parts[-3] == name} >= {"minimal", "full"}


def test_the_document_names_every_type_and_its_files() -> None:
    document = yaml.safe_load((FOLDER / "asyncapi.yaml").read_text())
    assert document["channels"]["events"]["address"] == "tanggap.events"
    messages = document["components"]["messages"]
    assert messages.keys() == types().keys()
    for message in messages.values():
        assert (FOLDER / message["payload"]["schema"]["$ref"]).is_file()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "contracts"))


def run(what: str, folder: Path, *more: str) -> int:
    return generate.main([what, "--folder", str(folder), *more])


def test_the_committed_folder_is_what_the_program_publishes(copy: Path) -> None:
    assert run("check", copy) == 0


@pytest.mark.parametrize("file", ["schema.json", "samples/full.json"])
def test_a_changed_published_file_is_named_and_frozen(
    copy: Path, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copy / "tanggap.CaseGraded.v1" / file
    path.write_text(altered := path.read_text().replace("grade", "colour"))
    for what in ("check", "update"):
        assert run(what, copy) == 1
        assert f"tanggap.CaseGraded.v1/{file}" in capsys.readouterr().err
    assert path.read_text() == altered
    assert run("update", copy, "--unreleased") == 0
    assert run("check", copy) == 0


def test_a_new_type_is_added_and_a_vanished_one_is_named(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "tanggap.CaseGraded.v1").rename(copy / "tanggap.CaseJudged.v1")
    assert run("check", copy) == 1
    said = capsys.readouterr().err
    assert "tanggap.CaseGraded.v1/schema.json: not written yet" in said
    assert "tanggap.CaseJudged.v1/schema.json: published, but" in said
    shutil.rmtree(copy / "tanggap.CaseJudged.v1")
    assert run("update", copy) == 0
    assert run("check", copy) == 0


def named(cls: type) -> object:
    return attrgetter(cls.__qualname__)(sys.modules[cls.__module__])


def domain_events(service: str) -> list[type[Aggregate.Event]]:
    """Every recorded step of a service: an event class with a TOPIC.

    The library derives some event classes anew; the one that stands in the module counts.
    """
    found, open_ = [], [Aggregate.Event]
    while open_:
        cls = open_.pop()
        open_ += cls.__subclasses__()
        ours = cls.__module__.startswith(f"services.{service}.domain")
        if ours and hasattr(cls, "TOPIC") and named(cls) is cls:
            found.append(cls)
    return sorted(set(found), key=lambda cls: cls.__qualname__)


@pytest.mark.parametrize("service", OUTBOXES)
def test_every_domain_event_is_published(service: str) -> None:
    assert set(domain_events(service)) == set(OUTBOXES[service])
    assert {contract.owner for contract in OUTBOXES[service].values()} == {service}


def test_every_published_type_is_written_by_somebody() -> None:
    written = {contract.type for outbox in OUTBOXES.values() for contract in outbox.values()}
    assert written == types().keys()


EVENTS = [event for service in OUTBOXES for event in domain_events(service)]
ABOUT = {field.name for field in fields(Created)}
"""What the store's library and the message's attributes have of every event."""
SUBJECT = {"complaint", "code"}
"""What a message says as whose it is."""
OLDER = {CaseOpenedV1, PublicationDraftedV1, PlannedChangeDraftedV1}
"""Written before all that is stored of them was published."""


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__qualname__)
def test_all_that_is_stored_of_an_event_is_published(event: type[Aggregate.Event]) -> None:
    """No proof covers what is not: who has a store could change it, and nobody would find it."""
    contract = OUTBOXES[event.__module__.split(".")[1]][event]
    stored = {field.name for field in fields(event)} - ABOUT - SUBJECT
    left_out = stored - set(contract.__struct_fields__)
    older = event.__name__.endswith("V1") and contract in OLDER
    assert bool(left_out) is older, left_out


@pytest.mark.parametrize("full", [False, True], ids=["minimal", "full"])
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__qualname__)
def test_every_domain_event_converts(event: type[Aggregate.Event], full: bool) -> None:
    hints = get_type_hints(event, include_extras=True)
    values: dict[str, Any] = {
        field.name: UUID(int=1)
        if field.name == "originator_id"
        else example(hints[field.name], f"{event.__name__}.{field.name}", full=full)
        for field in fields(event)
    }
    service = event.__module__.split(".")[1]
    contract = OUTBOXES[service][event]
    recorded = event(**values)
    payload = msgspec.convert(vars(recorded), contract)
    assert msgspec.structs.asdict(payload) == {
        name: values[name] for name in contract.__struct_fields__
    }


words = st.text(max_size=20)
ids = st.integers(min_value=0, max_value=2**63 - 1)
messages = st.builds(
    Message,
    id=ids,
    source=words,
    subject=words,
    type=st.from_regex(r"[a-z]+\.[A-Za-z]+\.v[0-9]+", fullmatch=True),
    time=st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    puskesmas=words,
    actor=words.filter(lambda text: ";" not in text),
    role=words,
    correlation_id=words,
    causation_id=words,
    previous=ids,
    value=st.binary(max_size=50),
)


@given(messages)
def test_headers_are_read_back(message: Message) -> None:
    assert from_headers(message.headers(), message.value) == message


NEEDED = [
    name
    for name, _ in message_of(json.loads(SAMPLES[0].read_text())).headers()
    if name not in ("ce_specversion", "content-type")
]


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_header_is_named(name: str) -> None:
    message = message_of(json.loads(SAMPLES[0].read_text()))
    headers = [(each, data) for each, data in message.headers() if each != name]
    with pytest.raises(MalformedMessage, match=name):
        from_headers(headers, message.value)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ce_id", b"seven"),
        ("ce_previous", b""),
        ("ce_time", b"yesterday"),
        ("ce_time", b"2026-11-02T09:30:00"),
        ("ce_subject", b"\xff\xfe"),
    ],
)
def test_a_header_that_cannot_be_read_is_named(name: str, data: bytes) -> None:
    message = message_of(json.loads(SAMPLES[0].read_text()))
    headers = [(each, data if each == name else own) for each, own in message.headers()]
    with pytest.raises(MalformedMessage, match=name):
        from_headers(headers, message.value)
