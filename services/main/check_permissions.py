"""Fails the build when a route does not say who may call it (`make check`)."""

import sys
import tempfile
from pathlib import Path

from services.kernel.access.web import declared_routes
from services.kernel.district import SHIPPED, load_district
from services.main.node import Node
from services.main.settings import Settings


def main() -> int:
    """Build the node's app in a temporary folder; return 1 when a route is undeclared."""
    with tempfile.TemporaryDirectory() as folder:
        node = Node(Settings(data=Path(folder)), load_district(SHIPPED))
        try:
            routes = list(declared_routes(node.app()))
        except RuntimeError as undeclared:
            sys.stderr.write(f"{undeclared}\n")
            return 1
        finally:
            node.close()
    sys.stdout.write(f"{len(routes)} routes, each with a declared permission\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
