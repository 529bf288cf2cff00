"""A node whose machine's clock stands some days back: what was written down long ago, for tests."""

import sys
from datetime import timedelta

from services.kernel import clock


def under(*, days_ago: int) -> list[str]:
    """Return what a node is started under."""
    return [sys.executable, __file__, str(days_ago)]


def main(days_ago: str, _python: str, _m: str, _module: str, *arguments: str) -> None:
    """Become the node."""
    right, back = clock.system_clock, timedelta(days=int(days_ago))
    clock.system_clock = lambda: right() - back
    # Whatever asks for the time by this name is loaded after it was set.
    from services.main.cli import app

    app(arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
