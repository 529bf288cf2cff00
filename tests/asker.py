"""Asks calls as the document describes them, and holds each answer against it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import requests
from schemathesis.checks import not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BASE = "/api/v1"
NOBODY = "nobody"
USERS = {
    "officer": "rini",
    "complaint_team": "sari",
    "quality_lead": "bayu",
    "head": "kukuh",
    "publisher": "dewi",
    "coordinator": "koko",
    "district": "wulan",
    "auditor": "agus",
    "admin": "admin",
}
ANSWERS_SECONDS = 120


@dataclass
class Asker:
    """Asks one call after another, and keeps what was answered and what was not as documented."""

    address: str
    schema: Any
    sessions: dict[str, requests.Session]
    answered: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def ask(self, role: str, case: Any) -> Any:
        """Send a case; its answer is held against the document."""
        response = case.call(
            base_url=self.address, session=self.sessions[role], timeout=ANSWERS_SECONDS
        )
        label = case.operation.label.replace(BASE, "")
        self.answered.setdefault(role, Counter())[f"{label} {response.status_code}"] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except (Failure, FailureGroup) as found:
            said = str(getattr(found, "exceptions", [found])[0])
            self.wrong.setdefault(role, []).append(f"{label} {response.status_code}: {said}")
        return response

    def well(self, role: str, label: str, body: Any = None, **path: Any) -> Any:
        """Send what must be answered well; give the answer."""
        method, _space, template = label.partition(" ")
        case = self.schema[BASE + template][method].Case(
            query=path.pop("query", None),
            media_type=path.pop("media_type", None if body is None else "application/json"),
            path_parameters=path or None,
            body=NOT_SET if body is None else body,
        )
        response = self.ask(role, case)
        assert 200 <= response.status_code < 300, (label, response.text)
        said = response.headers["content-type"][0] if response.content else ""
        if said == "application/json":
            return response.json()
        # A file is bytes, of which nothing is asked here.
        return response.text if said.startswith("text/") or "json" in said else response.content
