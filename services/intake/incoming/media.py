"""What came along with a WhatsApp message, fetched from where Meta holds it: first its address by
its id, then its bytes, both with our token, no more of them than a file here may have."""

from dataclasses import dataclass
from time import monotonic
from typing import Final, Protocol
from urllib.parse import urlsplit

import httpx
import msgspec

from services.kernel.files.content import MAX_BYTES

TIMES: Final = httpx.Timeout(15.0, connect=5.0)
SECONDS: Final = 60.0
"""A whole file takes no longer: below what a task may take."""


class FileRefused(Exception):
    """It will not come: `reason` as in MessageFileRefused."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotNow(Exception):
    """It may come later."""


class Media(Protocol):
    """Where what came along lies."""

    def fetch(self, file: str) -> bytes:
        """Return its bytes; raises FileRefused, NotNow."""


class _About(msgspec.Struct):
    url: str
    file_size: int = 0


@dataclass(frozen=True)
class CloudMedia:
    """Meta's Cloud API at `url`, with its version; `token` is the account's."""

    url: str
    token: str

    def fetch(self, file: str) -> bytes:
        """Return a file's bytes; raises FileRefused, NotNow."""
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            with httpx.Client(timeout=TIMES, trust_env=False, headers=headers) as client:
                return self._read(client, self._about(client, file))
        except httpx.HTTPError:
            raise NotNow from None

    def _about(self, client: httpx.Client, file: str) -> str:
        answer = client.get(f"{self.url}/{file}")
        _must_be_well(answer)
        try:
            about = msgspec.json.decode(answer.content, type=_About)
        except msgspec.MsgspecError:
            raise NotNow from None
        if about.file_size > MAX_BYTES:
            raise FileRefused("too_large")
        ours, named = urlsplit(self.url), urlsplit(about.url)
        if named.scheme != "https" and named[:2] != ours[:2]:
            # The token goes there: in clear only to where it goes in clear anyway.
            raise NotNow
        return about.url

    def _read(self, client: httpx.Client, address: str) -> bytes:
        until, content = monotonic() + SECONDS, bytearray()
        with client.stream("GET", address) as answer:
            _must_be_well(answer)
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > MAX_BYTES:
                    raise FileRefused("too_large")
                if monotonic() > until:
                    raise NotNow
        return bytes(content)


def _must_be_well(answer: httpx.Response) -> None:
    """Raise what an answer says, if it is no file: of a fault of the account or of Meta's own
    nothing follows for the file."""
    if answer.status_code in (400, 404, 410):
        raise FileRefused("gone")
    if answer.status_code != 200:
        raise NotNow
