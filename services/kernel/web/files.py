"""Files that people handed in, given to whoever may open them."""

from urllib.parse import quote

from starlette.responses import Response

from services.kernel.files.kept import Opened


def file_response(opened: Opened) -> Response:
    """Return a file to be saved: never shown as part of a page, never kept by what is between."""
    response = Response(opened.data, media_type=opened.media_type)
    response.headers["content-disposition"] = _disposition(opened.name)
    response.headers["cache-control"] = "no-store"
    return response


def _disposition(name: str) -> str:
    quoted = quote(name, safe="")
    return f"attachment; filename*=UTF-8''{quoted}"
