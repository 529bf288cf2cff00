"""One id from a request through its events to whoever follows them: in answers, on the stream, in
log lines, and in the spans of one trace where a collector is set."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.running import RunningNode, running_node

WORDS = "kenari-di-ruang-tunggu"


class Collector:
    """A collector of traces: keeps what is sent to it."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.names: set[str] = set()
        collector = self

        class Take(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_given: Any) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Take)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, sent: Any) -> None:
        for each in sent.resource_spans:
            self.names |= {
                pair.value.string_value
                for pair in each.resource.attributes
                if pair.key == "service.name"
            }
            self.spans += [span for scope in each.scope_spans for span in scope.spans]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


class Walked:
    """What one request left behind, once the node has ended."""

    lines: list[Any]

    def __init__(self, node: RunningNode) -> None:
        body = {"channel": "phone", "text": WORDS}
        path = "/puskesmas/puring/complaints"
        answer = node.as_("rini").post(path, json=body).raise_for_status()
        self.number, self.id = answer.headers["x-request-id"], answer.json()["id"]
        node.until("sari", f"/cases/{self.id}", lambda _found: True)
        graded = node.as_("sari").post(f"/cases/{self.id}/grade", json={"grade": "green"})
        self.graded = graded.raise_for_status().headers["x-request-id"]
        node.settle(graded.json()["position"])
        done = node.tanggap("events", "--complaint", self.id)
        self.events = [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Walked:
    folder: Path = tmp_path_factory.mktemp("node")
    environment = {
        "TANGGAP_LOG_LEVEL": "debug",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address,
    }
    with running_node(folder / "data", environment=environment) as node:
        walked = Walked(node)
    # It ended by itself, so all lines and spans are out.
    # (A library says at its end, in a line that is none of ours, what it has not given back.)
    lines = (folder / "node.log").read_text().splitlines()
    walked.lines = [json.loads(line) for line in lines if line.startswith("{")]
    return walked


def test_events_carry_the_id_of_their_request(walked: Walked) -> None:
    by_type = {each["type"].split(".")[1]: each["correlation_id"] for each in walked.events}
    assert by_type["ComplaintReceived"] == walked.number
    assert by_type["CaseOpened"] == by_type["TeamNotified"] == walked.number
    assert by_type["CaseGraded"] == walked.graded != walked.number


def test_lines_of_the_request_and_of_its_followers_carry_it(walked: Walked) -> None:
    mine = [each for each in walked.lines if each.get("correlation") == walked.number]
    assert {each["event"] for each in mine} == {"request", "event_handled"}
    assert {each["follower"] for each in mine if "follower" in each} == {"resolution"}
    assert {each.get("route") for each in mine} == {None, "/api/v1/puskesmas/{code}/complaints"}
    assert WORDS not in json.dumps(walked.lines)


def test_spans_of_one_id_are_one_trace_and_hold_templates_only(
    walked: Walked, collector: Collector
) -> None:
    def id_of(span: Any) -> str:
        found = (each for each in span.attributes if each.key == "tanggap.correlation")
        return next((str(each.value.string_value) for each in found), "")

    mine = [span for span in collector.spans if id_of(span) == walked.number]
    assert {span.name for span in mine} >= {
        "POST /api/v1/puskesmas/{code}/complaints",
        "resolution tanggap.ComplaintReceived.v1",
    }
    assert len({span.trace_id for span in mine}) == 1
    assert all(span.end_time_unix_nano >= span.start_time_unix_nano for span in mine)
    assert collector.names == {"tanggap-node"}
    told = str(collector.spans)
    for secret in (WORDS, "127.0.0.1", walked.id, "puring"):
        assert secret not in told


def test_nothing_of_it_is_loaded_where_no_collector_is_set() -> None:
    program = (
        "import sys, services.main.cli, services.main.node, services.main.serve\n"
        "from services.main.telemetry import collected\n"
        "with collected('node'): pass\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk',"
        " 'opentelemetry.exporter', 'google.protobuf', 'redis', 'psycopg', 'kafka'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"
