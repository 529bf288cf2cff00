"""The edge's way to its district: the calls, and what may come of them."""

from collections.abc import Sequence
from typing import Any, Final, Self, TypeVar
from uuid import UUID

import httpx

from services.kernel.handover.wire import (
    COPIES,
    NOTES,
    PATH,
    FileAt,
    Greeting,
    Hello,
    KeptKey,
    Refusal,
    WrappedFor,
    decoded,
    encoded,
)
from services.kernel.handover.wrapping import NoPublicKey, read

T = TypeVar("T")
TIMES: Final = httpx.Timeout(20.0, connect=3.0)
_UNAVAILABLE: Final = frozenset({429, 502, 503, 504})


class LineCut(Exception):
    """The district does not answer now; tried again."""


class TokenRefused(Exception):
    """The district does not know this edge's token (any more), or knows another key by it."""


class Refused(Exception):
    """The district refused a call; the code says why."""


class NoToken(ValueError):
    """What was given as the token of an edge is none."""


def token_of(secret: str, public_key: str) -> str:
    """Return a token as an edge is given it: with the district's public key, so that the edge
    need not believe whoever answers first."""
    return f"{secret}.{public_key}"


def parts_of(token: str) -> tuple[str, str]:
    """Return the secret and the district's public key; raises NoToken."""
    secret, _dot, public_key = token.partition(".")
    try:
        read(public_key)
    except NoPublicKey:
        raise NoToken from None
    if not secret:
        raise NoToken
    return secret, public_key


class DistrictCalls:
    """The calls of `routes.router`, by an edge; each raises LineCut, TokenRefused, Refused."""

    def __init__(self, http: httpx.Client, secret: str) -> None:
        self._http = http
        self._http.headers["authorization"] = f"Bearer {secret}"

    @classmethod
    def at(cls, address: str, secret: str) -> Self:
        """Return the calls of the district at an address."""
        return cls(httpx.Client(base_url=address, timeout=TIMES, trust_env=False), secret)

    def hello(self, said: Hello) -> Greeting:
        """Tell who calls and how it stands."""
        return decoded(self._call("POST", "/hello", encoded(said)), Greeting)

    def waiting_keys(self) -> list[WrappedFor]:
        """Return a page of the keys that wait for this edge."""
        return decoded(self._call("GET", "/keys"), list[WrappedFor])

    def keys_taken(self, keys: Sequence[UUID]) -> None:
        """Say that these are stored here."""
        self._call("POST", "/keys/taken", encoded(list(keys)))

    def give_keys(self, given: Sequence[WrappedFor]) -> list[Refusal]:
        """Hand keys over; what is not refused is stored there."""
        return decoded(self._call("POST", "/keys", encoded(list(given))), list[Refusal])

    def waiting_files(self) -> list[FileAt]:
        """Return a page of the files that wait for this edge."""
        return decoded(self._call("GET", "/files"), list[FileAt])

    def file(self, at: FileAt) -> bytes:
        """Return a file that waits for this edge, sealed."""
        return self._call("GET", f"/files/{at.complaint}/{at.attachment}")

    def files_taken(self, files: Sequence[FileAt]) -> None:
        """Say that these are stored here."""
        self._call("POST", "/files/taken", encoded(list(files)))

    def give_file(self, at: FileAt, sealed: bytes) -> None:
        """Hand a file over; it is stored there when this returns."""
        self._call("PUT", f"/files/{at.complaint}/{at.attachment}", sealed)

    def keep(self, copies: Sequence[KeptKey]) -> None:
        """Give copies of keys of this edge; they are stored there when this returns."""
        self._call("POST", "/kept", encoded(list(copies)))

    def kept(self, after: str) -> list[KeptKey]:
        """Return a page of the copies that are kept there, from behind a key."""
        query = str(httpx.QueryParams(after=after))
        return decoded(self._call("GET", f"/kept?{query}"), list[KeptKey], COPIES)

    def drop_kept(self, keys: Sequence[str]) -> None:
        """Have copies destroyed whose keys are gone here."""
        self._call("POST", "/kept/dropped", encoded(list(keys)))

    def checkpoints(self) -> list[str]:
        """Return the checkpoints of this edge that came there, as signed notes."""
        return decoded(self._call("GET", "/checkpoints"), list[str], NOTES)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _call(self, method: str, path: str, content: bytes | None = None) -> bytes:
        # What is raised names no address: there are ids in it.
        try:
            answer = self._http.request(method, PATH + path, content=content)
        except httpx.TransportError:
            raise LineCut from None
        if answer.is_success:
            return answer.content
        if answer.status_code in _UNAVAILABLE:
            raise LineCut
        code = _code(answer)
        if answer.status_code == httpx.codes.UNAUTHORIZED or code == "conflict":
            raise TokenRefused
        raise Refused(code)


def _code(answer: httpx.Response) -> str:
    try:
        found: Any = answer.json()
    except ValueError:
        return str(answer.status_code)
    return str(found.get("code")) if isinstance(found, dict) else str(answer.status_code)
