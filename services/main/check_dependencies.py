"""Whether a locked dependency has a known weakness, for `make check`.

The advisories lie on somebody's server. A known weakness always fails. Where the server does not
answer, or did not look at every package, nothing is known: this is said loudly, and fails only
where `AUDIT=required` (before a release, and each night); else every change would hang on a server
that is none of ours.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

LOCKED: Final = ("requirements/run.txt", "requirements/dev.txt")
SECONDS: Final = 20
SOURCE: Final = "OSV (https://api.osv.dev)"


@dataclass(frozen=True)
class Audit:
    """What an audit found: weaknesses as sentences, how many packages were looked at, and which
    were not. `failed` says why there was none."""

    weak: tuple[str, ...] = ()
    looked_at: int = 0
    skipped: tuple[str, ...] = ()
    failed: str = ""


def read(output: str) -> Audit:
    """Return what pip-audit's JSON says; what is none of that is a failed audit."""
    try:
        listed = json.loads(output)["dependencies"]
        skipped = tuple(each["name"] for each in listed if "skip_reason" in each)
        weak = tuple(
            f"{each['name']} {each['version']}: {one['id']}, {_mended(one['fix_versions'])}"
            for each in listed
            for one in each.get("vulns", ())
        )
    except (ValueError, KeyError, TypeError):
        return Audit(failed="no answer from the source of advisories")
    return Audit(weak, len(listed) - len(skipped), skipped)


def audit(command: Sequence[str]) -> Audit:
    """Run pip-audit, `SECONDS` at most, and return what it found."""
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            command, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return Audit(failed=f"no answer from the source of advisories in {SECONDS} s")
    return read(done.stdout)


def verdict(found: Audit, environment: Mapping[str, str]) -> tuple[int, str]:
    """Return the exit code and what is said: 0 well, 1 a weakness is known, 3 nothing is known
    where it must be."""
    if found.weak:
        return 1, "dependencies with known weaknesses:\n  " + "\n  ".join(found.weak)
    if not found.failed and not found.skipped:
        return 0, f"{found.looked_at} locked dependencies, none with a known weakness"
    why = found.failed or f"{len(found.skipped)} were not looked at: {', '.join(found.skipped)}"
    said = f"DEPENDENCIES NOT AUDITED: {why}. Source: {SOURCE}."
    if environment.get("AUDIT") == "required":
        return 3, said
    return 0, f"{said} This passes here, and fails with AUDIT=required."


def _mended(versions: Sequence[str]) -> str:
    return f"mended in {', '.join(versions)}" if versions else "not mended yet"


def main() -> int:
    """Audit what is locked; say what was found."""
    lists = [word for name in LOCKED for word in ("-r", name)]
    options = ("--disable-pip", "--require-hashes", "-s", "osv", "-f", "json", "--timeout", "5")
    code, said = verdict(audit((sys.executable, "-m", "pip_audit", *options, *lists)), os.environ)
    sys.stderr.write(said + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
