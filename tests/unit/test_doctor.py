"""The doctor names each trouble, and nothing where all is well."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.main.cli.doctor import wrong

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
LONG_AGO = (NOW - timedelta(hours=1)).isoformat()
JUST_NOW = (NOW - timedelta(seconds=2)).isoformat()
PROCESS = {
    "process": "dinas-1:42",
    "services": ["intake"],
    "leads": True,
    "failing": {},
    "disk_free": 60,
    "disk_size": 100,
    "clock_ahead_seconds": 0.2,
    "heard_at": JUST_NOW,
    "silent": False,
}
RELAY = {
    "service": "intake",
    "unsent": 3,
    "oldest_unsent_at": JUST_NOW,
    "failure": None,
    "failing_since": None,
}
LATE = {"source": "/a/intake", "id": 7, "waits_for": 5, "arrived_at": JUST_NOW}
FOLLOWER = {"name": "resolution", "lag": 4, "failure": None, "failing_since": None, "late": []}
QUEUE = {
    "follower": "publication",
    "subject": "c-1",
    "source": "/a/resolution",
    "id": 3,
    "type": "tanggap.ResolutionDocumented.v1",
    "reason": "not_found",
    "since": JUST_NOW,
    "behind": 2,
}
HANDOVER = {
    "peer": "edge-puring",
    "keys": 2,
    "files": 1,
    "oldest_since": JUST_NOW,
    "refused": 0,
    "heard_at": None,
    "failure": None,
    "failing_since": None,
}
BACKUP = {
    "folder": "/media/usb",
    "every_hours": 24,
    "kept": 3,
    "last_at": LONG_AGO,
    "passed": True,
    "size": 1,
    "failure": None,
    "unerased": 0,
}
MAILBOX = {"mailbox": "INBOX, mx.example", "looked_at": JUST_NOW, "left": 0, "failure": None}
EDGE = {"origin": "edge-puring", "heard_at": JUST_NOW, "unsent": 7}
WELL: dict[str, Any] = {
    "handovers": [HANDOVER],
    "backups": [BACKUP],
    "mailboxes": [MAILBOX],
    "edges": [EDGE],
    "relays": [RELAY],
    "followers": [FOLLOWER],
    "queues": [],
    "jobs": [{"service": "intake", "due": 1, "oldest_due_at": JUST_NOW}],
    "tasks": [],
    "processes": [PROCESS],
    "missing": [],
    "lag": 1,
    "failure": None,
    "late": [],
    "forks": [],
    "lost": None,
    "trouble": [],
    "imbalances": [],
}


def test_what_just_happens_is_no_trouble() -> None:
    assert wrong(WELL, NOW) == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"missing": ["publication"]}, "publication"),
        ({"processes": [PROCESS | {"silent": True}]}, "tidak terdengar"),
        ({"processes": [PROCESS | {"failing": {"store": "OperationalError"}}]}, "store gagal"),
        ({"processes": [PROCESS | {"disk_free": 4}]}, "disk"),
        ({"processes": [PROCESS | {"clock_ahead_seconds": -86_400.0}]}, "NTP"),
        ({"relays": [RELAY | {"oldest_unsent_at": LONG_AGO}]}, "3 kejadian belum terkirim"),
        ({"followers": [FOLLOWER | {"failure": "StreamUnavailable"}]}, "StreamUnavailable"),
        ({"followers": [FOLLOWER | {"late": [LATE]}]}, "menunggu 5"),
        ({"late": [LATE]}, "menunggu 5"),
        (
            {"jobs": [{"service": "intake", "due": 2, "oldest_due_at": LONG_AGO}]},
            "tanggap scheduler",
        ),
        ({"handovers": [HANDOVER | {"oldest_since": LONG_AGO}]}, "2 kunci dan 1 berkas menunggu"),
        ({"handovers": [HANDOVER | {"failure": "LineCut"}]}, "LineCut"),
        ({"handovers": [HANDOVER | {"failure": "TokenRefused"}]}, "tanggap edge add"),
        ({"handovers": [HANDOVER | {"refused": 3}]}, "menolak 3"),
        ({"backups": [BACKUP | {"failure": "no_passphrase"}]}, "tanggap backup"),
        ({"backups": [BACKUP | {"failure": "not_made"}]}, "gagal dibuat"),
        ({"backups": [BACKUP | {"passed": False}]}, "tidak lulus"),
        ({"backups": [BACKUP | {"unerased": 2}]}, "2 cadangan"),
        ({"backups": [BACKUP | {"every_hours": 0}]}, "sudah lama"),
        ({"mailboxes": [MAILBOX | {"failure": "error"}]}, "TANGGAP_BOUNCES_URL"),
        ({"mailboxes": [MAILBOX | {"left": 2}]}, "2 surel di INBOX, mx.example"),
        ({"edges": [EDGE | {"heard_at": LONG_AGO}]}, "7 kejadian belum terkirim"),
        ({"edges": [EDGE | {"heard_at": None}]}, "belum pernah terdengar"),
        ({"tasks": [{"task": "t", "argument": "a", "since": JUST_NOW}]}, "disisihkan"),
        ({"queues": [QUEUE]}, "publication menyisihkan c-1"),
        ({"failure": "IOException"}, "IOException"),
        ({"forks": [{"source": "/a/intake", "id": 9}]}, "bertentangan"),
        (
            {"imbalances": [{"id": "c", "number": "P-1", "puskesmas": "p", "since": LONG_AGO}]},
            "P-1 (p)",
        ),
        ({"trouble": [{"source": "/a/x", "id": 2, "trouble": "unknown_type"}]}, "tidak terbaca"),
    ],
)
def test_each_trouble_is_one_line(more: dict[str, Any], told: str) -> None:
    (line,) = wrong(WELL | more, NOW)
    assert told in line
