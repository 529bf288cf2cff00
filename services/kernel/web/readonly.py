"""A process whose key file is lost is read, and nothing else: every command is refused."""

from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.kernel.errors import Unavailable
from services.kernel.text import Text, _
from services.kernel.web import problems

READ_ONLY: Final = "read_only"
"""The name under which a process says so among what fails there."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_ASK: Final = frozenset(
    {
        "/masuk",
        "/keluar",
        "/api/v1/session",
        "/r",
        "/api/v1/receipts/status",
        "/api/v1/receipts/proof",
        "/api/v1/verify",
    }
)
"""What is sent only to be let in, or to be answered."""


def read_only_for(file: str) -> Text:
    """Return why commands are refused where this file is lost."""
    return _(
        "Saat ini hanya bisa dibaca: berkas {file} di mesin ini hilang, tidak terbaca, atau bukan "
        "miliknya. Tidak ada yang diubah. Pengelola sistem mengembalikannya dari cadangan.",
        file=file,
    )


class ReadOnly:
    """Refuses whatever changes something while `app.state.read_only` says why."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        why = scope["app"].state.read_only if scope["type"] == "http" else None
        if why is None or scope["method"] in _SAFE or scope["path"] in _ASK:
            await self._app(scope, receive, send)
            return
        answer = problems.problem_response(Request(scope), Unavailable(why))
        await answer(scope, receive, send)
