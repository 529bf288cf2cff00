"""Load by wrk: 64 clients that post complaints, each as soon as its last one was accepted."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

CLIENTS = 64
SCRIPT = """
local n = 0
request = function()
  n = n + 1
  local body = string.format(%(body)s, n)
  return wrk.format("POST", %(path)s, %(headers)s, body)
end
done = function(summary, latency, requests)
  io.write(string.format(
    'RESULT {"requests": %%d, "microseconds": %%d, "refused": %%d, "broken": %%d, "p95": %%d}\\n',
    summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(95)))
end
"""
TEXT = "Antrean loket pendaftaran lama sekali, saya menunggu dua jam tanpa dipanggil. Ke-%d."


@dataclass(frozen=True)
class Load:
    """What a stretch of load did. `p95` is in milliseconds."""

    accepted: int
    seconds: float
    p95: float

    @property
    def per_second(self) -> float:
        """Accepted complaints a second."""
        return self.accepted / self.seconds


class LoadFailed(Exception):
    """Something was refused or broke: the figure would mean nothing."""


def load(folder: Path, address: str, path: str, token: str | None, seconds: int) -> Load:
    """Post complaints for some seconds; raises LoadFailed unless every one was accepted."""
    body = json.dumps(
        {"channel": "in_person", "text": TEXT, "kind": "complaint", "service_unit": "loket"},
        ensure_ascii=False,
    )
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    script = folder / "load.lua"
    script.write_text(
        SCRIPT % {"body": f"[=[{body}]=]", "path": json.dumps(path), "headers": _lua_table(headers)}
    )
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--timeout", "10s", "-s", str(script)]
    done = subprocess.run([*command, address], capture_output=True, text=True, check=True)
    line = next(each for each in done.stdout.splitlines() if each.startswith("RESULT "))
    result = json.loads(line.removeprefix("RESULT "))
    if result["refused"] or result["broken"]:
        raise LoadFailed(line)
    return Load(result["requests"], result["microseconds"] / 1e6, result["p95"] / 1000)


def _lua_table(headers: dict[str, str]) -> str:
    return (
        "{"
        + ", ".join(
            f"[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items()
        )
        + "}"
    )
