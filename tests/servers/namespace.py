"""A machine of its own on this one: a network namespace, and cables to it that can be pulled.

The addresses lie in a block that no network of the world uses (RFC 2544's, for tests), and are
reached from this machine alone.
"""

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_BLOCK: Final = "198.18"


class Cable:
    """A cable between this machine (`near`) and the other one (`far`)."""

    def __init__(self, namespace: str, name: str, near: str, far: str) -> None:
        self.near, self.far = near, far
        self._here = f"{name}-here"
        there = f"{name}-there"
        _ip("link", "add", self._here, "type", "veth", "peer", "name", there, "netns", namespace)
        _ip("addr", "add", f"{near}/30", "dev", self._here)
        _ip("link", "set", self._here, "up")
        _ip("-n", namespace, "addr", "add", f"{far}/30", "dev", there)
        _ip("-n", namespace, "link", "set", there, "up")

    def pull(self) -> None:
        """Pull it: nothing goes through, and neither end is told what became of its packets."""
        _ip("link", "set", self._here, "down")

    def plug(self) -> None:
        """Plug it in again."""
        _ip("link", "set", self._here, "up")


class Namespace:
    """The other machine. `under` is what a command stands behind to run there."""

    def __init__(self) -> None:
        word = secrets.token_hex(3)
        self._word, self._cables = word, 0
        self.name = f"tanggap-{word}"
        _ip("netns", "add", self.name)
        _ip("-n", self.name, "link", "set", "lo", "up")
        self.under = ("ip", "netns", "exec", self.name)

    def cable(self) -> Cable:
        """Lay a cable to it."""
        self._cables += 1
        third = int(self._word[:2], 16)
        first = 4 * self._cables
        block = f"{_BLOCK}.{third}"
        name = f"t{self._word}{self._cables}"
        return Cable(self.name, name, f"{block}.{first + 1}", f"{block}.{first + 2}")

    def close(self) -> None:
        """Take it away, with its cables."""
        _ip("netns", "del", self.name)


@contextmanager
def namespace() -> Iterator[Namespace]:
    """Make a machine of its own until the block ends (root's privilege)."""
    made = Namespace()
    try:
        yield made
    finally:
        made.close()


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"
