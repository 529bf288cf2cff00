"""The quick way and the general way of receiving a complaint are one call with one answer."""

import json
from typing import Any

import pytest

from tests.running import RunningNode

PATH = "/puskesmas/puring/complaints"
GOOD = {"channel": "in_person", "text": "Antrean loket lama sekali.", "service_unit": "loket"}
# Not the media type that the quick way looks for, so FastAPI reads the body.
GENERAL = {"Content-Type": "application/json; charset=utf-8"}
QUICK = {"Content-Type": "application/json"}


def post(node: RunningNode, body: Any, headers: dict[str, str], user: str = "rini") -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return node.as_(user).post(PATH, content=content, headers=headers)


def test_both_ways_answer_alike(node: RunningNode) -> None:
    quick, general = (post(node, GOOD, headers) for headers in (QUICK, GENERAL))
    assert quick.status_code == general.status_code == 201
    assert quick.json().keys() == general.json().keys()
    assert quick.headers["content-type"] == general.headers["content-type"]


def test_a_key_is_one_key_for_both_ways(node: RunningNode) -> None:
    key = {"Idempotency-Key": "dua-jalan"}
    first = post(node, GOOD, QUICK | key)
    again = post(node, GOOD, GENERAL | key)
    assert first.json() == again.json()
    other = post(node, GOOD | {"text": "Lain."}, QUICK | key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    "body",
    [
        {},
        GOOD | {"text": "  "},
        GOOD | {"channel": 7},
        GOOD | {"unknown": "x"},
        GOOD | {"service_unit": "kantin"},
        GOOD | {"occurred_at": "2026-11-02T09:30:00"},
        GOOD | {"received_at": "2999-01-01T00:00:00+07:00"},
        b"{",
        b"[]",
        b'{"channel": "in_person", "text": "\\ud800"}',
        b"\xff\xfe",
        b"",
    ],
    ids=repr,
)
def test_both_ways_refuse_alike(node: RunningNode, body: Any) -> None:
    quick, general = (post(node, body, headers) for headers in (QUICK, GENERAL))
    assert 400 <= quick.status_code < 500
    assert (quick.status_code, quick.json()) == (general.status_code, general.json())


@pytest.mark.parametrize("user", ["agus", "admin", "wulan"])
def test_both_ways_refuse_the_same_people(node: RunningNode, user: str) -> None:
    quick, general = (post(node, GOOD, headers, user) for headers in (QUICK, GENERAL))
    assert (quick.status_code, quick.json()) == (general.status_code, general.json())
    assert quick.status_code == 403
