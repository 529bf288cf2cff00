"""Intake endpoints of a district, one on the shared store and one on its own: each for its
Puskesmas, none held up by another, and what they share over Redis."""

import json
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from services.kernel.access.principal import Grant
from services.kernel.access.store import AccessStore
from services.kernel.access.throttle import PER_USERNAME
from services.kernel.backup.recovery import recovery_of
from services.kernel.clock import system_clock
from services.kernel.district import SHIPPED
from services.kernel.store.servers import PostgresSchema
from services.main.backup.layout import keep_recovery
from services.main.demo import PASSWORD
from tests.forked import tanggap
from tests.running import RunningNode
from tests.servers.district import Endpoint, RunningDistrict, running_district
from tests.servers.postgres import Postgres
from tests.servers.redis import RedisServer, running_redis
from tests.waiting import looks, until

pytestmark = pytest.mark.timeout(900)
"""Who comes first starts a district."""


SHARED, OWN = Endpoint("timur", ("puring", "sempor-1")), Endpoint("loket", ("lamaru",), "titik-1")
LETTER = "L"
PASSPHRASE = "hujan di bulan juni"
PHOTO = Path(__file__).parents[1] / "data" / "photo.jpg"
AT = {"timur": "puring", "loket": "lamaru"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis that no other test uses, for it is killed here."""
    with running_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def district(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, kafka: str, server: RedisServer
) -> Iterator[RunningDistrict]:
    folder = tmp_path_factory.mktemp("endpoints")
    written: dict[str, Any] = yaml.safe_load(SHIPPED.read_text())
    written["letters"] = {OWN.origin: LETTER}
    file = folder / "district.yaml"
    file.write_text(yaml.safe_dump(written, allow_unicode=True))
    own = replace(OWN, backups=folder / "backups")
    for each in (folder / own.name, folder / "backups"):
        each.mkdir(mode=0o700)
    keep_recovery(folder / own.name, recovery_of(PASSPHRASE, os.urandom, 2**4))
    with running_district(
        folder, postgres, kafka, server, file=file, endpoints=(SHARED, own)
    ) as district:
        place = PostgresSchema(district.environment["TANGGAP_DATABASE_URL"], "access")
        access = AccessStore(place, system_clock)
        for who, role in (("rini", "officer"), ("sari", "complaint_team")):
            account = access.get_account(who)
            assert account is not None
            access.set_grants(account.id, [Grant(role, frozenset({"sempor-2", *AT.values()}))])
        access.close()
        yield district


def receive(at: RunningNode, puskesmas: str, text: str = "Antre lama.") -> Any:
    body = {"channel": "phone", "text": text}
    answer = at.as_("rini").post(f"/puskesmas/{puskesmas}/complaints", json=body)
    return answer.raise_for_status().json()


def several(at: RunningNode, puskesmas: str, many: int = 8) -> list[str]:
    at.as_("rini")
    with ThreadPoolExecutor(4) as officers:
        return [each["id"] for each in officers.map(receive, [at] * many, [puskesmas] * many)]


def become_cases(at: RunningNode, ids: list[str]) -> None:
    """Wait until each is a case, and reporting holds it."""
    for id in ids:
        at.until("sari", f"/cases/{id}", lambda _found: True)
        at.until("wulan", f"/replay/{id}", lambda _found: True)


def bearer(district: RunningDistrict, who: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {district.token(who)}"}


def asked(district: RunningDistrict, name: str, path: str, headers: dict[str, str]) -> int:
    address = f"{district.addresses[name]}/api/v1{path}"
    return httpx.get(address, headers=headers, timeout=30, trust_env=False).status_code


def test_each_writes_what_is_its_own_and_all_become_cases_at_home(
    district: RunningDistrict,
) -> None:
    here, there, other = (receive(district, each) for each in ("lamaru", "puring", "sempor-2"))
    assert [each["number"].split("-")[2] for each in (here, there, other)] == [LETTER, "A", "A"]
    assert [each["position"].rpartition(":")[0] for each in (here, there, other)] == [
        *("/titik-1/intake", "/dinas/intake", "/dinas/intake")
    ]
    become_cases(district, [each["id"] for each in (here, there, other)])
    page = httpx.Client(base_url=district.address, trust_env=False, timeout=60)
    page.post("/masuk", data={"username": "sari", "password": PASSWORD})
    shown = page.get(f"/kasus/{here['id']}", follow_redirects=True)
    assert "Antre lama." in shown.text, "the key lies where the home opens it"


def test_what_another_serves_is_refused_and_says_where_to(district: RunningDistrict) -> None:
    id, headers = receive(district, "sempor-2")["id"], bearer(district, "rini")
    body = {"channel": "phone", "text": "Antre lama."}
    at = f"{district.addresses['timur']}/api/v1/puskesmas/lamaru/complaints"
    refused = httpx.post(at, json=body, headers=headers, trust_env=False)
    assert refused.status_code == 421, refused.text
    assert (refused.status_code, refused.json()["code"]) == (421, "not_served_here")
    assert "lamaru" in refused.json()["detail"] and "TANGGAP_PUSKESMAS" in refused.json()["detail"]
    assert asked(district, "timur", f"/complaints/{id}", headers) == 421
    assert asked(district, "intake", f"/complaints/{id}", headers) == 200
    form = httpx.get(f"{district.addresses['timur']}/p/lamaru/lapor", trust_env=False)
    assert form.status_code == 421


def test_one_complaint_is_found_by_its_puskesmas(district: RunningDistrict) -> None:
    id, officer = receive(district, "lamaru")["id"], district.as_("rini")
    at = f"/puskesmas/lamaru/complaints/{id}"
    assert officer.get(at).json()["number"].split("-")[2] == LETTER
    changed = officer.post(f"{at}/corrections", json={"reason": "Salah unit.", "barrier": "habit"})
    assert changed.status_code == 200, changed.text
    assert officer.get(f"/puskesmas/puring/complaints/{id}").status_code == 404
    # Without a code the shared store answers, which has it as soon as it came by the stream.
    found = district.until("rini", f"/complaints/{id}", lambda found: found["version"] == 2)
    assert found["number"].split("-")[2] == LETTER


def typed(form: str) -> dict[str, str]:
    """Return the hidden fields of the desk's form, as a browser sends them."""
    found = re.search(r"<form[^>]*data-desk.*?</form>", form, re.DOTALL)
    assert found
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found[0]))


@pytest.mark.parametrize("away", ["intake", None])
def test_the_desk_of_an_endpoint_writes_there_also_while_the_shared_one_stands_still(
    district: RunningDistrict, away: str | None
) -> None:
    page = httpx.Client(base_url=district.address, trust_env=False, timeout=60)
    page.post("/masuk", data={"username": "rini", "password": PASSWORD})
    with district.frozen(away) if away else nullcontext():
        desk = page.get("/catat?puskesmas=lamaru")
        action = re.search(r'action="(/catat[^"]*)"', desk.text)
        assert action
        fields = typed(desk.text) | {"channel": "phone", "text": "Antre lama."}
        saved = page.post(action[1], data=fields)
        assert saved.status_code == 303, saved.text
        slip = page.get(saved.headers["location"])
        number = re.search(r"LMR-\d{4}-(\w)-\d{6}", slip.text)
        assert slip.status_code == 200 and number and number[1] == LETTER
        # What a browser sends later is the same command at the same endpoint.
        kept = fields | {"entered_at": "2026-11-09T08:30"}
        again = page.post("/catat/luring?puskesmas=lamaru", data=kept)
        assert again.status_code == 201 and again.json()["number"] == number[0]
    id = again.json()["id"]
    district.until("rini", f"/complaints/{id}", lambda found: found["version"] == 1)
    shown = page.get(f"/catat/{id}")
    assert shown.status_code == 200 and number[0] in shown.text
    # There its form is put right, and the endpoint knows it.
    body = {"reason": "Salah unit.", "barrier": "habit"}
    done = district.as_("rini").post(f"/complaints/{id}/corrections", json=body)
    assert done.status_code == 200, done.text
    at = f"/puskesmas/lamaru/complaints/{id}"
    district.until("rini", at, lambda found: found["version"] == 2)


def test_a_receipt_of_an_endpoint_is_found_on_the_shared_store(district: RunningDistrict) -> None:
    given = receive(district, "lamaru")
    id = given["id"]
    district.until("rini", f"/complaints/{id}", lambda found: found["version"] == 1)
    body = {"receipt": given["receipt"], "rating": 3, "remark": "Lumayan."}
    said = httpx.post(f"{district.address}/api/v1/receipts/rating", json=body, trust_env=False)
    assert said.status_code == 200, said.text
    become_cases(district, [id])
    page = httpx.Client(base_url=district.address, trust_env=False, timeout=60)
    page.post("/masuk", data={"username": "sari", "password": PASSWORD})
    until(lambda: "Lumayan." in page.get(f"/kasus/{id}").text)


@pytest.mark.parametrize("frozen", ["loket", "timur"])
def test_a_frozen_one_holds_up_no_other(district: RunningDistrict, frozen: str) -> None:
    (going,) = set(AT) - {frozen}
    with district.frozen(frozen):
        with suppress(httpx.TimeoutException):
            httpx.get(f"{district.address}/p/{AT[frozen]}/lapor", timeout=1, trust_env=False)
        ids = [*several(district, AT[going]), *several(district, "sempor-2")]
        become_cases(district, ids)
    # A connection that broke meanwhile costs one answer more: 502.
    form = f"{district.address}/p/{AT[frozen]}/lapor"
    until(lambda: httpx.get(form, timeout=60, trust_env=False).status_code == 200)
    become_cases(district, several(district, AT[frozen], 4))


def test_a_frozen_leader_of_the_shared_store_leads_no_more(district: RunningDistrict) -> None:
    """Its connections stay open; the server ends the one by which it leads."""

    def leaders(found: Any) -> list[str]:
        told = [each for each in found["processes"] if each["services"] == ["intake"]]
        return [each["process"] for each in told if each["leads"] and not each["silent"]]

    found = district.until("wulan", "/operations", lambda found: len(leaders(found)) == 1)
    names = {f":{district.services[name].pid}": name for name in ("intake", "timur")}
    (leading,) = (name for pid, name in names.items() if leaders(found)[0].endswith(pid))
    at = "sempor-2" if leading == "timur" else "puring"
    with district.frozen(leading):
        become_cases(district, several(district, at, 4))
    become_cases(district, [*several(district, "puring", 4), *several(district, "sempor-2", 4)])


def test_numbers_have_no_gap_by_puskesmas_letter_and_year(district: RunningDistrict) -> None:
    become_cases(district, [receive(district, each)["id"] for each in AT.values()])
    found = district.as_("wulan").get("/reports/complaints", params={"limit": 500}).json()
    assert found["next"] is None
    series: dict[str, list[int]] = defaultdict(list)
    for each in found["items"]:
        begin, _, running = each["number"].rpartition("-")
        series[begin].append(int(running))
    assert {begin.split("-")[2] for begin in series} == {"A", LETTER}
    for numbers in series.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
    for command in (
        ("rebuild", "--check"),
        ("rebuild", "--check", "--from", "stores"),
        ("verify",),
    ):
        again = district.tanggap(*command)
        assert again.returncode == 0, again.stdout + again.stderr


def test_operations_tell_them_apart(district: RunningDistrict) -> None:
    found = district.until(
        "wulan",
        "/operations",
        lambda found: not found["missing"] and not any(e["silent"] for e in found["processes"]),
    )
    heard = [name for each in found["processes"] for name in each["services"]]
    assert sorted(heard).count("intake") == 2 and heard.count("intake@titik-1") == 1
    assert {each["service"] for each in found["relays"]} >= {"intake", "intake@titik-1"}
    found = district.until(
        "wulan", "/operations", lambda found: any(e["last_at"] for e in found["backups"])
    )
    (state,) = found["backups"]
    assert (state["passed"], state["failure"], state["kept"]) == (True, None, 1)
    (made,) = Path(state["folder"]).iterdir()
    assert made.name.startswith(f"{OWN.origin}-")
    assert (made / "district.yaml").read_text() == (district._folder / "district.yaml").read_text()
    done = district.tanggap("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    told = httpx.get(f"{district.addresses['loket']}/metrics", trust_env=False).text
    assert 'tanggap_relay_unsent_events{service="intake@titik-1"} 0.0' in told


# What all processes share over Redis


def test_what_one_revokes_no_other_takes(district: RunningDistrict) -> None:
    headers = bearer(district, "bayu")
    everywhere = {"resolution": "/cases/none", "reporting": "/reports/complaints"}
    for name, path in everywhere.items():
        assert asked(district, name, path, headers) != 401
    ended = httpx.delete(
        f"{district.addresses['intake']}/api/v1/session", headers=headers, trust_env=False
    )
    assert ended.is_success
    for name, path in everywhere.items():
        for _look in looks():
            if asked(district, name, path, headers) == 401:
                break
        else:
            raise AssertionError(f"{name} still takes it")


def on_its_folder(district: RunningDistrict, *arguments: str) -> Any:
    """Run a command on the endpoint's own store that asks for the passphrase; return its answer."""
    environment = district.environment | OWN.settings()
    given = [*arguments, "--data", str(district._folder / OWN.name), "--json"]
    done = tanggap(given, environment, 300, PASSPHRASE + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_an_endpoint_of_its_own_is_backed_up_lost_and_restored(
    district: RunningDistrict, tmp_path: Path
) -> None:
    file, folder = str(district._folder / "district.yaml"), district._folder / OWN.name
    before = receive(district, "lamaru", "Sebelum cadangan.")
    photo = {"file": ("foto.jpg", PHOTO.read_bytes(), "image/jpeg")}
    taken = f"/puskesmas/lamaru/complaints/{before['id']}/attachments"
    attached = district.as_("rini").post(taken, files=photo).raise_for_status().json()
    made = on_its_folder(district, "backup", str(tmp_path / "made"), "--district", file)
    assert made["mode"] == "endpoint" and made["trial"]["wrong"] == []
    (source,) = made["positions"]
    after = receive(district, "lamaru", "Sesudah cadangan.")
    become_cases(district, [before["id"], after["id"]])
    district.kill(OWN.name)
    (folder / "intake.sqlite").rename(tmp_path / "lost.sqlite")
    refused = tanggap(
        ["restore", str(tmp_path / "made"), "--data", str(folder)],
        district.environment | OWN.settings(),
        300,
        PASSPHRASE + "\n",
    )
    assert refused.returncode == 1 and "sudah berisi" in refused.stderr, refused.stderr
    for each in folder.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    told = on_its_folder(district, "restore", str(tmp_path / "made"))
    assert (told["incarnation"], told["missing"]) == (2, {})
    assert told["taken_back"] == {
        source: int(after["position"].rpartition(":")[2]) - made["positions"][source]
    }
    assert not {each.name for each in folder.iterdir()} & {"keyring.sqlite", "resolution.sqlite"}
    assert (folder / "attachments" / before["id"] / attached["attachment"]).exists()
    district.launch(OWN.name)
    district.await_start(OWN.name)
    later = receive(district, "lamaru", "Sesudah pemulihan.")
    become_cases(district, [later["id"]])
    assert later["position"].startswith("/titik-1.2/intake:")
    assert later["number"].split("-")[2] == f"{LETTER}2"
    headers = bearer(district, "rini")
    for each in (before, after, later):
        one = f"/puskesmas/lamaru/complaints/{each['id']}"
        assert asked(district, OWN.name, one, headers) == 200


def failed_sign_ins(district: RunningDistrict, who: str, names: list[str]) -> list[int]:
    body = {"username": who, "password": "salah-benar-1"}
    return [
        httpx.post(
            f"{district.addresses[name]}/api/v1/session",
            json=body,
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
            timeout=30,
            trust_env=False,
        ).status_code
        for number, name in enumerate(names)
    ]


def test_failed_sign_ins_count_over_all_processes(district: RunningDistrict) -> None:
    names = ["intake", "timur", "loket", "resolution", "publication", "reporting"]
    assert failed_sign_ins(district, "dewi", names) == [401] * PER_USERNAME + [429]


def test_without_redis_all_goes_on_and_says_so(
    district: RunningDistrict, server: RedisServer
) -> None:
    ready = f"{district.addresses['resolution']}/health/ready"

    def missed() -> Any:
        answer = httpx.get(ready, timeout=30, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json().get("missed")

    headers = bearer(district, "kukuh")
    server.kill()
    try:
        until(lambda: bool(missed()))
        assert set(missed()) == {"redis"}
        become_cases(district, several(district, "puring", 4))
        # Each process counts for itself, no fewer than all would.
        assert failed_sign_ins(district, "agus", ["timur"] * (PER_USERNAME + 1))[-1] == 429
        district.until(
            "wulan",
            "/operations",
            lambda found: any("redis" in each["failing"] for each in found["processes"]),
        )
        assert district.tanggap("doctor").returncode != 0
        httpx.delete(
            f"{district.addresses['intake']}/api/v1/session", headers=headers, trust_env=False
        )
        until(lambda: asked(district, "resolution", "/cases/none", headers) == 401)
    finally:
        server.start()
    until(lambda: not missed())
