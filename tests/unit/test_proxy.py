"""The proxy of a district leads every route to the service that has it."""

import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import yaml
from fastapi.routing import iter_route_contexts

from services.kernel.district import SHIPPED, load_district
from services.kernel.handover.wire import PATH as UPLINK
from services.main.app import SERVICES, create
from services.main.lists import CasesOf
from services.main.node import Node
from services.main.settings import PREFIX, Settings

FILE = Path(__file__).parents[2] / "infra" / "proxy" / "Caddyfile"
_MATCHER = re.compile(r"^\t@(\w+) path (.+)$", re.MULTILINE)
_HANDLED = re.compile(r"^\thandle (\S+) \{\n\t\treverse_proxy \{\$TANGGAP_(\w+)", re.MULTILINE)


def matches(path: str, pattern: str) -> bool:
    """Say whether the proxy's pattern matches: a star within it stands for one part of a path, one
    that ends it, alone, for all that follows."""
    if pattern.endswith("*") and pattern.count("*") == 1:
        return path.startswith(pattern[:-1])
    parts, wanted = path.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def led_to(path: str) -> str:
    """Return the service to which the file leads a path: the first that matches, or the last."""
    text = FILE.read_text()
    matchers = {f"@{name}": paths.split() for name, paths in _MATCHER.findall(text)}
    for matcher, service in _HANDLED.findall(text):
        if any(matches(path, each) for each in matchers[matcher]):
            return str(service).lower()
    return "resolution"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    node = Node(Settings(data=tmp_path_factory.mktemp("node")), load_district(SHIPPED))
    yield node
    node.close()


def routes(node: Node, services: tuple[str, ...]) -> set[str]:
    """Return the paths of these services, their places filled in."""
    app = create(
        node, services, CasesOf(node.reporting, node.district), node.reporting.nearby, node
    )
    found = {str(getattr(each, "path", "")) for each in iter_route_contexts(app.routes)}
    return {re.sub(r"\{[^}]+\}", "x1", path) for path in found}


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_of_a_service_leads_to_it(node: Node, service: str) -> None:
    own = routes(node, (service,)) - routes(node, ())
    assert own
    assert {path: led_to(path) for path in own} == dict.fromkeys(own, service)


def test_what_no_service_has_alone_is_answered_everywhere(node: Node) -> None:
    assert {led_to(path) for path in routes(node, ())} == {"resolution"}


def written(lines: str) -> "subprocess.CompletedProcess[str]":
    """Return what the program makes of a list of endpoints."""
    return subprocess.run(
        [str(FILE.parent / "endpoint-routes")], input=lines, capture_output=True, text=True
    )


def test_what_comes_in_for_a_puskesmas_leads_to_its_endpoint(node: Node) -> None:
    made = written("# by hand\n\ntimur intake-2:8080 x1 x2\n").stdout
    paths = made.partition("path ")[2].partition("\n")[0].split()
    own = routes(node, ("intake",)) - routes(node, ())
    given = {path for path in own if path.startswith(("/api/v1/puskesmas/x1/", "/p/x1/"))}
    # A survey and its answers lie at the home of its Puskesmas, and an endpoint is nobody's home.
    surveys = {path for path in given if "/surveys" in path}
    assert surveys and not any(fnmatchcase(path, each) for path in surveys for each in paths)
    # So do messages that came in by themselves: a number's calls come to one address.
    came = {path for path in given if "/incoming" in path}
    assert came and not any(fnmatchcase(path, each) for path in came for each in paths)
    given -= surveys | came
    assert given and all(any(fnmatchcase(path, each) for each in paths) for path in given)
    others = routes(node, tuple(set(SERVICES) - {"intake"}))
    assert not [path for path in others if any(fnmatchcase(path, each) for each in paths)]
    desk = made.partition("@desk-timur {")[2].partition("}")[0]
    assert desk.split() == [
        *("path", "/catat", "/catat/luring", "/catat/*/slip", "/catat/*/slip.pdf"),
        *("query", "puskesmas=x1", "puskesmas=x2"),
    ]
    assert not any(fnmatchcase("/api/v1/puskesmas/x11/complaints", each) for each in paths)
    text = FILE.read_text()
    assert text.index("import {$TANGGAP_ENDPOINTS") < text.index("@intake path")


@pytest.mark.parametrize(
    "line",
    [
        "timur intake-2:8080",
        "timur intake-2 puring",
        "ti{mur intake-2:8080 puring",
        "a b:1 /p",
        "a b:1 c c",
    ],
)
def test_a_wrong_line_writes_nothing_that_is_used(line: str) -> None:
    done = written(line)
    assert done.returncode == 2 and done.stderr.startswith("line 1: wanted is ")


@pytest.mark.parametrize("call", ["hello", "keys", "keys/taken", "files/taken", "files/a/b"])
def test_what_edges_call_leads_to_where_the_files_lie(call: str) -> None:
    assert led_to(f"{UPLINK}/{call}") == "intake"


def test_nobody_outside_asks_what_is_internal() -> None:
    text = FILE.read_text()
    assert text.index("handle /internal/*") < text.index("\thandle {\n")


def test_the_example_of_endpoints_is_told_only_what_there_is_to_tell() -> None:
    """As the intake of docker-compose.yml is, but for what makes it an endpoint of its own."""
    infra = FILE.parents[1]
    example = yaml.safe_load((infra / "endpoints.yml").read_text())["services"]
    intake = yaml.safe_load((infra.parent / "docker-compose.yml").read_text())["services"]["intake"]
    endpoints = {name: each for name, each in example.items() if name != "proxy"}
    for each in endpoints.values():
        for name in ("image", "read_only", "cap_drop", "security_opt", "secrets", "healthcheck"):
            assert each[name] == intake[name], name
        told = {name.lower() for name in each["environment"] if name.startswith(PREFIX)}
        assert {name.removeprefix(PREFIX.lower()) for name in told} <= set(Settings.model_fields)
        only_here = {"TANGGAP_PUSKESMAS", "TANGGAP_DISTRICT_ORIGIN"}
        others = {
            *("TANGGAP_INSIDE_URL", "TANGGAP_REPORTING_MEMORY"),
            "TANGGAP_WEBHOOK_NETWORKS",
        }
        missing = set(intake["environment"]) - set(each["environment"]) - others
        assert not missing and set(each["environment"]) - set(intake["environment"]) <= only_here
