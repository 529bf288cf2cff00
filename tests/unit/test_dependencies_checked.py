"""The audit of dependencies: a weakness fails, and silence is never taken for health."""

import json
import sys
from typing import Any

import pytest

from services.main.check_dependencies import Audit, audit, read, verdict

SOUND = {"name": "vine", "version": "5.1.0", "vulns": []}
WEAK = {
    "name": "jinja2",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.6"], "aliases": []}],
}
SKIPPED = {"name": "uvloop", "skip_reason": "Dependency not found"}


def told(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


@pytest.mark.parametrize(
    ("output", "code", "required", "said"),
    [
        (told(SOUND), 0, 0, "1 locked dependencies, none"),
        (told(SOUND, WEAK), 1, 1, "jinja2 2.0: PYSEC-1, mended in 3.1.6"),
        # One that is known to be weak is not hidden by one that was not looked at.
        (told(SKIPPED, WEAK), 1, 1, "PYSEC-1"),
        (told(SOUND, SKIPPED), 0, 3, "NOT AUDITED: 1 were not looked at: uvloop"),
        ("", 0, 3, "NOT AUDITED: no answer"),
        ("Traceback (most recent call last):", 0, 3, "NOT AUDITED: no answer"),
        ("{}", 0, 3, "NOT AUDITED: no answer"),
    ],
)
def test_what_is_not_known_is_said_and_fails_where_it_must_be_known(
    output: str, code: int, required: int, said: str
) -> None:
    found = read(output)
    assert verdict(found, {})[0] == code and said in verdict(found, {})[1]
    assert verdict(found, {"AUDIT": "required"})[0] == required


def test_a_source_that_cannot_be_reached_is_no_clean_audit() -> None:
    nowhere = ("--osv-url", "http://127.0.0.1:9/query", "--timeout", "1")
    command = (sys.executable, "-m", "pip_audit", "-s", "osv", "-f", "json", *nowhere)
    locked = ("--disable-pip", "--require-hashes", "-r", "requirements/run.txt")
    assert audit((*command, *locked)) == Audit(failed="no answer from the source of advisories")
