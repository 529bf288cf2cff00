"""What the intake is measured against: a bare endpoint that commits each request by itself.

Everything that Tanggap does besides (sign-in, validation of codes, sealing, receipt, number,
idempotency, the other three services) is absent here; durability is the same.
"""

import os
import sqlite3
import threading
import uuid

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
# One connection for all threads: a connection a thread spends its time waiting for the file's
# lock, and accepted a third less.
_turn = threading.Lock()
_connection = sqlite3.connect(
    os.environ["BASELINE_FILE"], isolation_level=None, check_same_thread=False
)
_connection.execute("PRAGMA journal_mode=WAL")
_connection.execute("PRAGMA synchronous=FULL")
_connection.execute("CREATE TABLE IF NOT EXISTS complaints (id TEXT PRIMARY KEY, body TEXT)")


class Complaint(BaseModel):
    """As much of a complaint as the load sends."""

    channel: str
    text: str
    kind: str = "complaint"
    service_unit: str | None = None


@app.post("/complaints", status_code=201)
def receive(complaint: Complaint) -> dict[str, str]:
    """Store a complaint and answer once it is on the disk."""
    id = str(uuid.uuid4())
    body = complaint.model_dump_json()
    with _turn:
        # Autocommit: the INSERT is one transaction, BEGIN and COMMIT included.
        _connection.execute("INSERT INTO complaints VALUES (?, ?)", (id, body))
    return {"id": id}
