"""Write what is published about the events, or check that it is what the program publishes.

    python -m services.kernel.contracts.generate check|update [--unreleased]

`contracts/<type>/schema.json` and `contracts/<type>/samples/*.json` are frozen: once written,
`update` refuses to change them (a change is a new version) unless `--unreleased` says that
nobody has them yet. `contracts/asyncapi.yaml` describes the topic and follows the types.
"""

import argparse
import inspect
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from services.kernel.contracts.envelope import Message
from services.kernel.contracts.fields import field_classes
from services.kernel.contracts.registry import Event, types
from services.kernel.contracts.samples import samples

FOLDER = Path("contracts")
TOPIC = "tanggap.events"
ASYNCAPI = "asyncapi.yaml"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
CLASSES = ("public", "internal", "sealed")

_HEADERS: dict[str, dict[str, str]] = {
    "ce_specversion": {"const": "1.0", "description": "CloudEvents version"},
    "ce_id": {"pattern": "^[0-9]+$", "description": "position in the source's event store"},
    "ce_source": {"pattern": "^/[^/]+/[a-z]+$", "description": "/<origin>/<service>"},
    "ce_subject": {"pattern": "^.+$", "description": "what it is about; also the message key"},
    "ce_type": {"pattern": r"^tanggap\.[A-Za-z]+\.v[0-9]+$", "description": "event and version"},
    "ce_time": {"format": "date-time", "description": "when its store recorded it"},
    "ce_puskesmas": {"description": "code of the Puskesmas"},
    "ce_actor": {"pattern": "^[^;]*;[^;]*$", "description": "<account id>;<role>"},
    "ce_correlationid": {"description": "what it belongs to; may be empty"},
    "ce_causationid": {"description": "<source>:<id> of the event that caused it; may be empty"},
    "ce_previous": {
        "pattern": "^[0-9]+$",
        "description": "id last sent for this source to this partition; 0 at first",
    },
    "content-type": {"const": "application/json"},
}


def envelope_schema() -> dict[str, Any]:
    """Return the JSON Schema of the headers that every message carries."""
    return {
        "type": "object",
        "properties": {name: {"type": "string"} | rule for name, rule in _HEADERS.items()},
        "required": list(_HEADERS),
        "additionalProperties": False,
    }


def schema(model: type[Event]) -> dict[str, Any]:
    """Return the JSON Schema of a published payload, each field with its class."""
    made = {"$schema": DIALECT} | msgspec.json.schema(model)
    for part in made["$defs"].values():
        if "description" in part:
            part["description"] = inspect.cleandoc(part["description"])
    return made


def asyncapi(models: Mapping[str, type[Event]]) -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document of the one topic."""
    messages = {name: _message(model) for name, model in sorted(models.items())}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tanggap",
            "version": "1",
            "description": "Every event of complaints and their handling, on one topic, keyed by"
            " subject. CloudEvents 1.0 in Kafka binary mode.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "events": {
                "address": TOPIC,
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "publishEvents": {"action": "send", "channel": {"$ref": "#/channels/events"}}
        },
        "components": {"messages": messages, "schemas": {"Envelope": envelope_schema()}},
    }


def _message(model: type[Event]) -> dict[str, Any]:
    summary = inspect.getdoc(model) or ""
    return {
        "name": model.type,
        "title": model.type.split(".")[1],
        "summary": summary.split("\n\n")[0].replace("\n", " "),
        "tags": [{"name": model.owner}],
        "headers": {"$ref": "#/components/schemas/Envelope"},
        "payload": {
            "schemaFormat": "application/schema+json;version=2020-12",
            "schema": {"$ref": f"./{model.type}/schema.json"},
        },
    }


def as_sample(message: Message) -> dict[str, Any]:
    """Return a message as its sample file holds it."""
    headers = {name: data.decode() for name, data in message.headers()}
    return {"headers": headers, "payload": json.loads(message.value)}


def generated(models: Mapping[str, type[Event]]) -> dict[str, str]:
    """Return the text of every generated file by its path in the folder."""
    made = {ASYNCAPI: yaml.safe_dump(asyncapi(models), sort_keys=False, allow_unicode=True)}
    for name, model in sorted(models.items()):
        made[f"{name}/schema.json"] = _json(schema(model))
        for kind, message in samples(model).items():
            made[f"{name}/samples/{kind}.json"] = _json(as_sample(message))
    return made


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def unclassed(models: Mapping[str, type[msgspec.Struct]]) -> list[str]:
    """Say which fields have no class, or are sealed and could carry clear text."""
    return [
        f"{name}: {field} is sealed but could carry clear text"
        if found == "unboxed"
        else f"{name}: {field} is declared neither {', '.join(CLASSES[:-1])} nor {CLASSES[-1]}"
        for name, model in sorted(models.items())
        for field, found in field_classes(model).items()
        if found not in CLASSES
    ]


def differences(folder: Path, made: Mapping[str, str]) -> list[str]:
    """Say in which files the folder differs from what the program publishes."""
    kept = _kept(folder)
    return [
        f"{path}: {'not written yet' if path not in kept else _differs(kept[path], made.get(path))}"
        for path in sorted(made.keys() | kept.keys())
        if made.get(path) != kept.get(path)
    ]


def _differs(kept: str, made: str | None) -> str:
    if made is None:
        return "published, but the program no longer has it"
    pairs = zip(kept.splitlines(), made.splitlines(), strict=False)
    at = next((n for n, (old, new) in enumerate(pairs, 1) if old != new), "the end")
    return f"differs from the program at line {at}"


def _kept(folder: Path) -> dict[str, str]:
    files = [folder / ASYNCAPI, *folder.glob("tanggap.*/**/*.json")]
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in files
        if path.is_file()
    }


def update(folder: Path, made: Mapping[str, str], *, unreleased: bool = False) -> list[str]:
    """Write the generated files; return what is frozen and would change, in which case nothing
    is written. With `unreleased`, change it all the same."""
    kept = _kept(folder)
    changed = [path for path in kept if made.get(path) != kept[path]]
    frozen = sorted(path for path in changed if path != ASYNCAPI)
    if frozen and not unreleased:
        return [f"{path}: published and frozen; make a new version" for path in frozen]
    for path in frozen:
        (folder / path).unlink()
    for gone in {path.split("/")[0] for path in frozen} - {path.split("/")[0] for path in made}:
        shutil.rmtree(folder / gone)
    for path, text in made.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return []


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 1 when something differs or is refused, after naming it."""
    parser = argparse.ArgumentParser(prog="python -m services.kernel.contracts.generate")
    parser.add_argument("what", choices=("check", "update"))
    parser.add_argument("--unreleased", action="store_true", help="change what is frozen")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    given = parser.parse_args(arguments)
    models = types()
    wrong = unclassed(models)
    if given.what == "check":
        wrong += differences(given.folder, generated(models))
    elif not wrong:
        wrong = update(given.folder, generated(models), unreleased=given.unreleased)
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
