"""A node that signs checkpoints at another pace than each minute, for benches and browsers."""

import sys

from services.main.cli import app
from services.reporting.proof import signing

NEVER = 1e9


def under(seconds: str) -> list[str]:
    """Return what a node is started under to sign so often; "0": it builds no tree at all."""
    return [sys.executable, __file__, seconds]


def main(seconds: str, _python: str, _m: str, _module: str, *arguments: str) -> None:
    """Become the node."""
    signing.EVERY_SECONDS = float(seconds) or NEVER  # type: ignore[misc]
    app(arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
