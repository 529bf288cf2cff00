"""Whether a file of the checkout holds a secret that was not looked at, for `make check`.

What was looked at stands in `.secrets.baseline`, by file, kind and hash; a line that moves changes
nothing. `python -m services.main.check_secrets update` writes it anew: look at each that is added.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

BASELINE: Final = Path(".secrets.baseline")
LEFT_OUT: Final = re.compile(
    r"^requirements/|^contracts/|^\.secrets\.baseline$|\.min\.js$|\.(po|jpg|png|webp)$"
)
"""Hashes of packages, samples of sealed words, sentences, and what is no text of ours."""
Found = set[tuple[str, str, str]]


def found_in(files: list[str]) -> Found:
    """Return what looks like a secret, as (file, kind, hash)."""
    from detect_secrets.core.secrets_collection import SecretsCollection
    from detect_secrets.settings import configure_settings_from_baseline

    configure_settings_from_baseline(json.loads(BASELINE.read_text()))
    secrets = SecretsCollection()
    secrets.scan_files(*files, num_processors=os.cpu_count() or 1)
    return {(name, one.type, one.secret_hash) for name, one in secrets}


def looked_at() -> Found:
    """Return what stands in the baseline."""
    listed = json.loads(BASELINE.read_text())["results"]
    return {(name, one["type"], one["hashed_secret"]) for name in listed for one in listed[name]}


def files() -> list[str]:
    """Return the files that git knows of, and new ones that it does not ignore."""
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    names = filter(None, listed.stdout.split("\0"))
    return [name for name in names if not LEFT_OUT.search(name) and Path(name).is_file()]


def update(found: Found) -> None:
    """Write the baseline anew."""
    baseline = json.loads(BASELINE.read_text())
    results: dict[str, list[dict[str, str]]] = {}
    for name, kind, hashed in sorted(found):
        results.setdefault(name, []).append({"type": kind, "hashed_secret": hashed})
    kept = {"version", "plugins_used", "filters_used"}
    baseline = {key: value for key, value in baseline.items() if key in kept}
    BASELINE.write_text(json.dumps(baseline | {"results": results}, indent=2) + "\n")


def main() -> int:
    """Compare; return 1 where there is more than what was looked at, or less."""
    found = found_in(files())
    if sys.argv[1:] == ["update"]:
        update(found)
        return 0
    known = looked_at()
    for name, kind, _hash in sorted(found - known):
        sys.stderr.write(f"{name}: looks like a secret ({kind}). Take it out, and out of history\n")
    for name, kind, _hash in sorted(known - found):
        sys.stderr.write(f"{name}: {kind} is gone; python -m services.main.check_secrets update\n")
    return int(found != known)


if __name__ == "__main__":
    sys.exit(main())
