"""The files of a district by docker-compose, read and joined by Compose itself; nothing is run."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.servers.district import REPORTING_MEMORY
from tests.servers.edge import district_file

ROOT = Path(__file__).parents[2]
ONE, MORE = "docker-compose.yml", "infra/endpoints.yml"
CODES = {
    "TANGGAP_SHARED_CODES": "puring",
    "TANGGAP_OWN_CODES": "lamaru",
    "TANGGAP_DISTRICT_FILE": "/district.yaml",
}
OWN = {"command", "environment", "volumes"}
"""What makes an endpoint another one than the district's intake."""


def compose() -> list[str]:
    """Return the command, of either Compose."""
    return ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]


def asked(*files: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Have Compose read these files as one, with these settings and no others of ours."""
    ours = ("TANGGAP_", "COMPOSE_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    of = [part for file in files for part in ("-f", file)]
    return subprocess.run(
        [*compose(), *of, "config"],
        cwd=ROOT,
        env=clean | settings,
        capture_output=True,
        text=True,
    )


@cache
def read(*files: str) -> dict[str, Any]:
    done = asked(*files, **CODES)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = plain(yaml.safe_load(done.stdout))
    return found


def plain(value: Any) -> Any:
    """Return what Compose tells without what means nothing: it sorts lists where it joins files."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return sorted(map(plain, value), key=str) if isinstance(value, list) else value or {}


def test_reporting_has_the_memory_that_tests_and_benches_of_a_district_give_it() -> None:
    of = read(ONE)["services"]["reporting"]["environment"]
    assert of["TANGGAP_REPORTING_MEMORY"] == REPORTING_MEMORY


def test_compose_takes_the_district_and_with_it_the_endpoints() -> None:
    before, after = read(ONE), read(ONE, MORE)
    assert set(after["services"]) - set(before["services"]) == {"intake-shared", "intake-own"}
    assert set(after["volumes"]) - set(before["volumes"]) == {"intake-own"}
    assert after["secrets"] == before["secrets"] and after["networks"] == before["networks"]
    kept = set(before["services"]) - {"proxy"}
    assert all(after["services"][name] == before["services"][name] for name in kept)


def test_who_removes_the_files_of_the_erased_has_the_folder_that_they_lie_in() -> None:
    services = read(ONE)["services"]
    assert services["worker-intake"]["volumes"] == services["intake"]["volumes"]


@pytest.mark.parametrize("name", ["intake-shared", "intake-own"])
def test_an_endpoint_runs_as_the_districts_own_intake_does(name: str) -> None:
    services = read(ONE, MORE)["services"]
    endpoint, intake = services[name], services["intake"]
    assert set(endpoint) == set(intake)
    assert {each: endpoint[each] for each in set(endpoint) - OWN} == {
        each: intake[each] for each in set(intake) - OWN
    }
    told = endpoint["environment"]
    same = set(told) & set(intake["environment"]) - {"TANGGAP_ORIGIN"}
    assert {each: told[each] for each in same} == {
        each: intake["environment"][each] for each in same
    }


def test_each_endpoint_has_the_store_and_the_origin_that_it_should() -> None:
    services = read(ONE, MORE)["services"]
    shared, own, intake = (services[n] for n in ("intake-shared", "intake-own", "intake"))
    assert shared["volumes"] == intake["volumes"]
    places = [str(each) for each in own["volumes"]]
    assert not any(str(each) in places for each in intake["volumes"])
    assert shared["environment"]["TANGGAP_ORIGIN"] == intake["environment"]["TANGGAP_ORIGIN"]
    assert own["environment"]["TANGGAP_ORIGIN"] != intake["environment"]["TANGGAP_ORIGIN"]
    district = own["environment"]["TANGGAP_DISTRICT_ORIGIN"]
    assert district == intake["environment"]["TANGGAP_ORIGIN"]


def test_the_proxy_keeps_its_own_file_and_reads_the_routes_of_the_endpoints() -> None:
    before, after = (read(*files)["services"]["proxy"] for files in ((ONE,), (ONE, MORE)))
    added = [each for each in after["volumes"] if each not in before["volumes"]]
    assert all(each in after["volumes"] for each in before["volumes"]) and len(added) == 1
    assert str(ROOT / ".district" / "endpoints.caddy") in str(added[0])
    assert "/etc/caddy/endpoints/endpoints.caddy" in str(added[0])


@pytest.mark.parametrize("missing", sorted(CODES))
def test_what_must_be_said_of_the_endpoints_is_asked_for_by_name(
    missing: str, tmp_path: Path
) -> None:
    given = CODES | {"TANGGAP_DISTRICT_FILE": str(district_file(tmp_path))}
    del given[missing]
    done = asked(ONE, MORE, **given)
    assert done.returncode != 0 and missing in done.stderr
