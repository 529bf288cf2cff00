"""A log line of a failure says where it was, and nothing of what was in hand there."""

import json
import subprocess
import sys

FAILS = """
import structlog
from services.main.serve import configure_logs

configure_logs("info")

def fail(words):
    key = b"the bytes of a key"
    raise ValueError("kind only")

try:
    fail("kata pelapor")
except ValueError:
    structlog.get_logger().exception("worker_failed", worker="keys")
"""


def test_a_failures_line_has_its_frames_without_their_values() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAILS], capture_output=True, text=True, check=True, timeout=200
    )
    line = json.loads(done.stderr)
    assert "fail" in line["at"][-1]
    assert "kata pelapor" not in done.stderr
    assert "bytes of a key" not in done.stderr
