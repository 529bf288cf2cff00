"""Where people find a page from outside, as paper and pictures say it."""

from starlette.requests import Request


def address(request: Request, path: str) -> str:
    """Return the whole address of a page: under PUBLIC_URL where it is set."""
    base = getattr(request.app.state, "public_url", None) or str(request.base_url)
    return base.rstrip("/") + path
