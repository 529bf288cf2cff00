"""Open pages hear what is new, of their own Puskesmas only, and their streams end cleanly."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from services.kernel.web.live import MOST_OF_ONE
from services.main.demo import PASSWORD
from tests.running import RunningNode, running_node
from tests.waiting import looks

NEWS = "/kerja/berita?since=-1"
STREAM = {"accept": "text/event-stream"}


def signed_in(node: RunningNode, who: str) -> httpx.Client:
    client = httpx.Client(base_url=node.address, timeout=120, trust_env=False)
    client.post("/masuk", data={"username": who, "password": PASSWORD})
    return client


def told(lines: Iterator[str]) -> tuple[str, dict[str, int]]:
    """Return the next event of a stream: its name and what it says."""
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            return name, json.loads(line.removeprefix("data: "))
    return "over", {}


def receive(node: RunningNode, code: str) -> str:
    given = {"channel": "phone", "text": "Antre lama."}
    answer = node.as_("rini").post(f"/puskesmas/{code}/complaints", json=given)
    id: str = answer.raise_for_status().json()["id"]
    return id


def test_what_is_new_is_told_as_it_comes(node: RunningNode) -> None:
    client = signed_in(node, "sari")
    with client.stream("GET", NEWS, headers=STREAM) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        assert told(lines) == ("news", {"new": 0, "changed": 0})
        receive(node, "puring")
        assert told(lines) == ("news", {"new": 1, "changed": 0})
        receive(node, "lamaru")
        assert told(lines) == ("news", {"new": 2, "changed": 0})


def test_without_a_stream_it_is_told_once(node: RunningNode) -> None:
    # Whoever asks without a stream is told once, and the page's place counts.
    page = signed_in(node, "sari").get("/kerja").text
    since = page.partition("berita?since=")[2].partition('"')[0]
    answer = signed_in(node, "sari").get(f"/kerja/berita?since={since}").json()
    assert answer == {"new": 0, "changed": 0}
    assert signed_in(node, "agus").get(NEWS).status_code == 403


def test_signing_out_ends_the_streams_of_that_session(node: RunningNode) -> None:
    client = signed_in(node, "sari")
    with client.stream("GET", NEWS, headers=STREAM) as stream:
        lines = stream.iter_lines()
        assert told(lines)[0] == "news"
        client.post("/keluar", headers={"origin": node.address})
        assert told(lines) == ("ended", {})
        assert told(lines)[0] == "over"


def test_there_are_only_so_many_streams_and_a_closed_one_makes_room(node: RunningNode) -> None:
    client = signed_in(node, "bayu")
    with ExitStack() as all_of_them:
        # An iterator that is let go closes its connection.
        kept = []
        for _stream in range(MOST_OF_ONE):
            one = all_of_them.enter_context(client.stream("GET", NEWS, headers=STREAM))
            kept.append(one.iter_lines())
            assert told(kept[-1])[0] == "news"
        assert client.get(NEWS, headers=STREAM).status_code == 204
        # Another account has room of its own.
        other = signed_in(node, "kukuh")
        one = all_of_them.enter_context(other.stream("GET", NEWS, headers=STREAM))
        kept.append(one.iter_lines())
        assert told(kept[-1])[0] == "news"
    for _look in looks():
        with client.stream("GET", NEWS, headers=STREAM) as again:
            if again.status_code == 200:
                break
    else:
        raise AssertionError("closed streams never made room")


@pytest.mark.parametrize("readers", [1, 5])
def test_a_server_that_stops_ends_every_stream_first(tmp_path: Path, readers: int) -> None:
    """`running_node` asserts that the process then ends with 0."""
    with ExitStack() as open_ones, running_node(tmp_path / "data") as node:
        client = signed_in(node, "sari")
        streams = [
            open_ones.enter_context(client.stream("GET", NEWS, headers=STREAM)).iter_lines()
            for _reader in range(readers)
        ]
        for each in streams:
            assert told(each)[0] == "news"
        node.process.send_signal(signal.SIGTERM)
        # An answer that is cut off would raise: each of these has come to its end.
        assert [told(each)[0] for each in streams] == ["over"] * readers


def test_an_open_case_hears_what_others_do_to_it(node: RunningNode) -> None:
    id = receive(node, "puring")
    node.until("sari", f"/cases/{id}", lambda _case: True)
    page = signed_in(node, "sari").get(f"/kasus/{id}").raise_for_status().text
    since = page.partition(f"/kasus/{id}/berita?since=")[2].partition('"')[0]
    sari, bayu = node.as_("sari"), node.as_("bayu")
    with signed_in(node, "sari").stream(
        "GET", f"/kasus/{id}/berita?since={since}", headers=STREAM
    ) as stream:
        lines = stream.iter_lines()
        assert told(lines) == ("news", {"new": 0, "changed": 0})
        # One's own step is no news.
        sari.post(f"/cases/{id}/grade", json={"grade": "green"}).raise_for_status()
        bayu.post(f"/cases/{id}/comments", json={"comment": "Tolong hari ini."}).raise_for_status()
        assert told(lines) == ("news", {"new": 0, "changed": 1})
    # A remark is in nobody's way: a form made before it is taken all the same.
    form = {"comment": "Sudah saya lihat.", "version": since}
    answer = signed_in(node, "sari").post(f"/kasus/{id}/comments", data=form)
    assert answer.status_code == 303
