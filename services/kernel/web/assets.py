"""The files that pages use (style, scripts, pictures), served from memory under versioned names.

A file's address holds a hash of its bytes, so browsers may keep it for ever and yet never use an
old one. Scripts name one another relatively (`../device.js`), so all of them share one version.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.web import PUBLIC
from services.kernel.errors import NotFound
from services.kernel.text import _

FOR_EVER = "public, max-age=31536000, immutable"
# An address of another version: a page from before an upgrade asks. It gets today's file once.
ASK_AGAIN = "no-cache"
_COMPRESSED = frozenset({".css", ".js", ".svg", ".json", ".txt", ".webmanifest"})


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, its bytes compressed (if that helps), its version and type."""

    content: bytes
    packed: bytes | None
    version: str
    media_type: str


class Assets:
    """The static files of several rooms: the kernel's by name, others' as `<room>/<name>`."""

    def __init__(self, folders: Sequence[tuple[str, Path]]) -> None:
        self._assets: dict[str, Asset] = {}
        for prefix, folder in folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    name = path.relative_to(folder).as_posix()
                    self._assets[f"{prefix}/{name}" if prefix else name] = _read(path)
        scripts = [name for name in sorted(self._assets) if name.endswith(".js")]
        shared = _version("".join(self._assets[name].version for name in scripts).encode())
        for name in scripts:
            self._assets[name] = replace(self._assets[name], version=shared)

    def url(self, name: str) -> str:
        """Return the address of a file; raise KeyError when there is none of this name."""
        return f"/static/{self._assets[name].version}/{name}"

    def answer(self, version: str, name: str, headers: Mapping[str, str]) -> Response:
        """Return a file; raise NotFound when there is none of this name."""
        asset = self._assets.get(name)
        if asset is None:
            raise NotFound(_("Berkas ini tidak ada."))
        kept = {
            "cache-control": FOR_EVER if version == asset.version else ASK_AGAIN,
            "vary": "accept-encoding",
        }
        if asset.packed is not None and "gzip" in headers.get("accept-encoding", ""):
            kept["content-encoding"] = "gzip"
            return Response(asset.packed, headers=kept, media_type=asset.media_type)
        return Response(asset.content, headers=kept, media_type=asset.media_type)


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    packed = gzip.compress(content, 9, mtime=0) if path.suffix in _COMPRESSED else None
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(content, packed, _version(content), kind)


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


router = APIRouter(include_in_schema=False, dependencies=[PUBLIC])


@router.get("/static/{version}/{name:path}")
async def static_file(request: Request, version: str, name: str) -> Response:
    """Serve one file of the pages."""
    assets: Assets = request.app.state.assets
    return assets.answer(version, name, request.headers)


@router.get("/favicon.ico")
async def favicon(request: Request) -> Response:
    """Serve the mark to browsers that ask for it by its old name."""
    assets: Assets = request.app.state.assets
    return assets.answer("", "mark.svg", request.headers)
