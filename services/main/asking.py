"""Reporting's lists and figures where it runs in a process of its own: asked over HTTP, within the
deployment only, by whoever holds its secret.

Questions and answers travel as MessagePack, which keeps instants; ids and days are marked, so that
both sides see what they would in one process.
"""

import hashlib
import hmac
import inspect
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, get_type_hints
from uuid import UUID

import httpx
import msgspec
from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.reach import Reach
from services.kernel.access.web import bearer_token
from services.kernel.contracts import Message
from services.kernel.errors import FieldError, InvalidInput, NotFound, NotSignedIn, Unavailable
from services.kernel.paper.proven import Proven
from services.kernel.text import Text, _
from services.main.lists import CasesOf, Duties, no_more
from services.reporting.queries.complaints import Listing
from services.resolution.pages.lists import Asked, Seen

PATH: Final = "/internal/lists"
SECONDS: Final = 10.0
MEDIA_TYPE: Final = "application/msgpack"
_ID, _DAY = 1, 2


def internal_secret(receipt_secret: bytes) -> str:
    """Return what the processes of one deployment know each other by."""
    return hmac.new(receipt_secret, b"tanggap-internal", hashlib.sha256).hexdigest()


class Internal:
    """The declaration that only the deployment's own processes may call a route."""

    permission = "internal"

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    async def __call__(self, request: Request) -> None:
        """Let those pass who know the secret; raise NotSignedIn."""
        given = bearer_token(request.headers.get("authorization")) or ""
        if not hmac.compare_digest(given.encode(), self._secret):
            raise NotSignedIn(_("Alamat ini hanya untuk proses Tanggap sendiri."))


class Questions(CasesOf):
    """What may be asked: the lists, what came in near a complaint, and an edge's checkpoints."""

    def nearby(
        self,
        puskesmas: str,
        service_unit: str | None,
        categories: list[str],
        until: datetime,
        within: timedelta,
    ) -> list[UUID]:
        """Return a place's complaints received shortly before `until`."""
        return self._reporting.nearby(puskesmas, service_unit, categories, until, within)

    def notes_of(self, origin: str, most: int) -> list[str]:
        """Return checkpoints of an origin that came, as signed notes, oldest first."""
        return self._reporting.notes_of(origin, most)


def _asked_by(name: str) -> tuple[list[str], dict[str, Any]]:
    """Return the parameters and the types of a question; raises NotFound."""
    method = getattr(Questions, name, None)
    if name.startswith("_") or not inspect.isfunction(method):
        raise NotFound(_("Tidak ada pertanyaan dengan nama ini."))
    return list(inspect.signature(method).parameters)[1:], get_type_hints(method)


def router(questions: Questions, secret: str) -> APIRouter:
    """Return the calls by which a deployment's other processes ask reporting."""
    api = APIRouter(include_in_schema=False)

    @api.post(PATH + "/{name}", dependencies=[Depends(Internal(secret))])
    async def ask(request: Request, name: str) -> Response:
        """Answer one question."""
        names, types = _asked_by(name)
        given = _decoded(await request.body())
        values = {each: msgspec.convert(given[each], types[each]) for each in names}
        found = await run_in_threadpool(lambda: getattr(questions, name)(**values))
        return Response(_encoded(found), media_type=MEDIA_TYPE)

    return api


class RemoteLists:
    """Answers the same questions by asking reporting's process; raises Unavailable when it does
    not answer. `more` are duties that others know of."""

    def __init__(self, address: str, secret: str, more: Duties = no_more) -> None:
        self._more = more
        self._http = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {secret}"},
            timeout=SECONDS,
            trust_env=False,
        )

    def cases(self, seen: Seen, asked: Asked, *, limit: int, cursor: str | None) -> Listing:
        """Return a page of the cases within `seen`, the most urgent first."""
        found: Listing = self._ask("cases", seen=seen, asked=asked, limit=limit, cursor=cursor)
        return found

    def work(self, seen: Seen, names: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return how many cases wait for what is named, beside the district's median."""
        found: Mapping[str, Mapping[str, Any]] = self._ask("work", seen=seen, names=names)
        return found

    def work_of(self, account: str) -> Mapping[str, int]:
        """Return how many of the cases that an account wrote down wait for what."""
        found: Mapping[str, int] = self._ask("work_of", account=account)
        return found

    def similar(self, complaint: UUID) -> tuple[int, list[dict[str, Any]]]:
        """Return how many cases are about the same as this one, and the newest of them."""
        found: tuple[int, list[dict[str, Any]]] = self._ask("similar", complaint=complaint)
        return found

    def numbers_of(self, complaints: Sequence[UUID]) -> dict[UUID, str]:
        """Return the number of each of these complaints that is known."""
        found: dict[UUID, str] = self._ask("numbers_of", complaints=complaints)
        return found

    def find(self, number: str) -> UUID | None:
        """Return the complaint of a number or id; None where none is known."""
        found: UUID | None = self._ask("find", number=number)
        return found

    def joined(self, complaint: UUID) -> list[dict[str, Any]]:
        """Return the duplicates that are answered with this case."""
        found: list[dict[str, Any]] = self._ask("joined", complaint=complaint)
        return found

    def standing_of(self, complaint: UUID) -> tuple[str, bool, datetime | None] | None:
        """Return the state of a complaint's case, whether the last withdrawal came too late for it,
        and when its end was recorded (None: it is open); None where no case is known."""
        found: tuple[str, bool, datetime | None] | None = self._ask(
            "standing_of", complaint=complaint
        )
        return found

    def proven(self, complaint: UUID) -> Proven:
        """Return the proofs of what was written of a complaint."""
        found: Proven = self._ask("proven", complaint=complaint)
        return found

    def ended(self, scope: frozenset[str] | None, until: date, cursor: str | None) -> Listing:
        """Return a page of the cases of these Puskesmas (None: all) that ended on a day or before
        it."""
        found: Listing = self._ask("ended", scope=scope, until=until, cursor=cursor)
        return found

    def by_unit(self, seen: Seen, asked: Asked) -> list[dict[str, Any]]:
        """Return how many cases wait at each service unit."""
        found: list[dict[str, Any]] = self._ask("by_unit", seen=seen, asked=asked)
        return found

    def place(self) -> int:
        """Return how far the lists are, as a number that only grows."""
        found: int = self._ask("place")
        return found

    def news(self, seen: Seen, since: int) -> dict[str, int]:
        """Return how many cases came in or went on after a `place`."""
        found: dict[str, int] = self._ask("news", seen=seen, since=since)
        return found

    def notices(self, held: Sequence[tuple[str, Reach]], account: str) -> list[dict[str, Any]]:
        """Return what those who hold these roles were told lately, the newest first."""
        found: list[dict[str, Any]] = self._ask("notices", held=held, account=account)
        return found

    def unread(
        self, held: Sequence[tuple[str, Reach]], account: str, after: datetime | None
    ) -> int:
        """Return how much of that arrived after an instant."""
        found: int = self._ask("unread", held=held, account=account, after=after)
        return found

    def thread(self, complaint: UUID) -> list[Message]:
        """Return the log copy's messages of one complaint, whoever wrote them, in order."""
        found: list[Message] = self._ask("thread", complaint=complaint)
        return found

    def heard_from(self, origin: str) -> datetime | None:
        """Return when the newest message of an origin's stores arrived on the stream."""
        found: datetime | None = self._ask("heard_from", origin=origin)
        return found

    def recap(
        self, puskesmas: str, month: str, starts: datetime, ends: datetime
    ) -> Mapping[str, Any]:
        """Return the cases behind a month's recap, and what was reported of it."""
        found: Mapping[str, Any] = self._ask(
            "recap", puskesmas=puskesmas, month=month, starts=starts, ends=ends
        )
        return found

    def evidence(
        self, puskesmas: str, starts: datetime, ends: datetime, months: Sequence[str]
    ) -> Mapping[str, Any]:
        """Return what happened at a Puskesmas in a period that an accreditation asks for."""
        found: Mapping[str, Any] = self._ask(
            "evidence", puskesmas=puskesmas, starts=starts, ends=ends, months=months
        )
        return found

    def meeting_of(self, meeting: UUID) -> tuple[str, str, datetime] | None:
        """Return the Puskesmas of a meeting, its kind, and when it begins or began; None where none
        is known, or it was cancelled."""
        found: tuple[str, str, datetime] | None = self._ask("meeting_of", meeting=meeting)
        return found

    def month(self, puskesmas: str, starts: datetime, ends: datetime) -> Mapping[str, int]:
        """Return the figures of a whole month, as it stands now."""
        found: Mapping[str, int] = self._ask("month", puskesmas=puskesmas, starts=starts, ends=ends)
        return found

    def duties(self, puskesmas: Collection[str], ahead: timedelta) -> list[dict[str, Any]]:
        """Return what these Puskesmas owe by date and have not done, overdue or due within a
        time."""
        found: list[dict[str, Any]] = self._ask("duties", puskesmas=puskesmas, ahead=ahead)
        return found + self._more(puskesmas)

    def boxes(self) -> Mapping[str, datetime]:
        """Return when the suggestion box of each Puskesmas was last opened."""
        found: Mapping[str, datetime] = self._ask("boxes")
        return found

    def nearby(
        self,
        puskesmas: str,
        service_unit: str | None,
        categories: list[str],
        until: datetime,
        within: timedelta,
    ) -> list[UUID]:
        """Return a place's complaints received shortly before `until`."""
        found: list[UUID] = self._ask(
            "nearby",
            puskesmas=puskesmas,
            service_unit=service_unit,
            categories=categories,
            until=until,
            within=within,
        )
        return found

    def notes_of(self, origin: str, most: int) -> list[str]:
        """Return checkpoints of an origin that came, as signed notes, oldest first."""
        found: list[str] = self._ask("notes_of", origin=origin, most=most)
        return found

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _ask(self, name: str, **given: Any) -> Any:
        try:
            answer = self._http.post(f"{PATH}/{name}", content=_encoded(given))
        except httpx.TransportError as error:
            raise _away() from error
        if answer.status_code == InvalidInput.status:
            errors = answer.json()["errors"]
            raise InvalidInput(*(FieldError(one["field"], Text(one["message"])) for one in errors))
        if not answer.is_success:
            raise _away()
        return msgspec.convert(_decoded(answer.content), _asked_by(name)[1]["return"])


def _away() -> Unavailable:
    return Unavailable(_("Daftar dan laporan sedang tidak dapat dicapai. Coba lagi sebentar lagi."))


def _encoded(value: object) -> bytes:
    plain = msgspec.to_builtins(value, builtin_types=(datetime, date, UUID))
    return msgspec.msgpack.encode(_marked(plain))


def _decoded(content: bytes) -> Any:
    return msgspec.msgpack.decode(content, ext_hook=_unmarked)


def _marked(value: Any) -> Any:
    if isinstance(value, UUID):
        return msgspec.msgpack.Ext(_ID, value.bytes)
    if isinstance(value, date) and not isinstance(value, datetime):
        return msgspec.msgpack.Ext(_DAY, value.isoformat().encode())
    if isinstance(value, dict):
        return {key: _marked(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_marked(each) for each in value]
    return value


def _unmarked(code: int, data: memoryview) -> UUID | date:
    found = bytes(data)
    return UUID(bytes=found) if code == _ID else date.fromisoformat(found.decode())
