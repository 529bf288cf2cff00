"""The addresses of GeoReport v2: what there is, services with their definitions, and requests, in
the format that the address names.

Whatever is refused is told in the specification's own form, in the format asked for where there is
one, else as JSON.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from math import ceil
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.web import PUBLIC, count_a_read
from services.kernel.district import District
from services.kernel.errors import InvalidInput, NotFound, Problem
from services.kernel.text import Text, _
from services.kernel.web.addresses import address
from services.kernel.web.language import language_of, say
from services.reporting.application import Reporting
from services.reporting.boards.shown import standing
from services.reporting.open311.asked import CLOSED, OPEN, Requests, id_of, requests_asked
from services.reporting.open311.documents import (
    JSON,
    MEDIA_TYPES,
    Content,
    Document,
    listed,
    single,
)
from services.reporting.queries.public import UNCATEGORISED, published
from services.reporting.words import Names

PATH: Final = "/open311/v2"
SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
"""By this name programs know the protocol of an endpoint."""
Ask = Callable[[str], bytes]
"""Returns what is asked for in a format."""


def router(reporting: Reporting, district: District) -> APIRouter:
    """Return the addresses, which anybody may read."""
    pages = APIRouter(include_in_schema=False, prefix=PATH, dependencies=[PUBLIC])
    places = [each.code for each in district.all_puskesmas]
    codes = [*district.category_codes, UNCATEGORISED]

    # What it tells of changes with the district file only, which is read at the start.
    changed_at = _written(reporting.clock(), ZoneInfo("UTC"))

    @pages.get("/discovery.{form}")
    def discovery(request: Request, form: str) -> Response:
        """Return what there is here and in which formats (Open311 Service Discovery)."""

        def ask(form: str) -> bytes:
            return single(form, "discovery", _discovery(request, district, changed_at))

        return _answered(request, form, ask)

    @pages.get("/services.{form}")
    def services(request: Request, form: str) -> Response:
        """Return what complaints may be about."""
        names = Names(district, language_of(request))

        def ask(form: str) -> bytes:
            must_be_known(request)
            rows = [_service(code, names, request) for code in codes]
            return listed(form, "services", "service", rows)

        return _answered(request, form, ask)

    @pages.get("/services/{code}.{form}")
    def definition(request: Request, code: str, form: str) -> Response:
        """Return what else a request of a service has: nothing, which `metadata` says, too."""

        def ask(form: str) -> bytes:
            must_be_known(request)
            if code not in codes:
                raise NotFound(_("service_code ini tidak ada di daftar layanan."))
            return single(form, "service_definition", {"service_code": code, "attributes": []})

        return _answered(request, form, ask)

    @pages.get("/requests.{form}")
    def requests(request: Request, form: str) -> Response:
        """Return published results, those that came in last first."""

        def ask(form: str) -> bytes:
            asked = requests_asked(dict(request.query_params), now(), places, codes)
            return listed(form, "service_requests", "request", found(request, asked))

        return _answered(request, form, ask)

    @pages.get("/requests/{id}.{form}")
    def one(request: Request, id: str, form: str) -> Response:
        """Return one published result, as a list of one."""

        def ask(form: str) -> bytes:
            known = id_of(id)
            rows = found(request, Requests(ids=(known,))) if known else []
            if not rows:
                raise NotFound(_("service_request_id ini tidak ada di antara yang diumumkan."))
            return listed(form, "service_requests", "request", rows)

        return _answered(request, form, ask)

    @pages.get("/{rest:path}")
    def nothing(request: Request, rest: str) -> Response:
        """Say what is there where nothing is."""
        form = rest.rpartition(".")[2]

        def ask(_form: str) -> bytes:
            raise NotFound(
                _("Di sini ada discovery, services dan requests, sebagai .json atau .xml.")
            )

        return _answered(request, form if form in MEDIA_TYPES else JSON, ask)

    def must_be_known(request: Request) -> None:
        asked = {"jurisdiction_id": request.query_params.get("jurisdiction_id", "")}
        requests_asked(asked, now(), places, ())

    def now() -> Any:
        return reporting.clock()

    def found(request: Request, asked: Requests) -> Document:
        names = Names(district, language_of(request))
        rows = published(reporting.store.reader(), asked)
        return [_request(each, names, request) for each in rows]

    return pages


def _answered(request: Request, form: str, ask: Ask) -> Response:
    try:
        count_a_read(request)
        if form not in MEDIA_TYPES:
            raise NotFound(_("Format ini tidak ada; pakai .json atau .xml."))
        return Response(ask(form), media_type=MEDIA_TYPES[form])
    except Problem as problem:
        return _refused(request, form if form in MEDIA_TYPES else JSON, problem)


def _refused(request: Request, form: str, problem: Problem) -> Response:
    language = language_of(request)
    status, said = problem.status, [problem.detail]
    wrong: list[tuple[str, Text]] = []
    if isinstance(problem, InvalidInput):
        status = HTTPStatus.BAD_REQUEST
        wrong = [(each.field, each.message) for each in problem.errors]
    texts = [f"{field}: {say(message, language)}" for field, message in wrong] or [
        say(each, language) for each in said
    ]
    rows = [{"code": int(status), "description": each} for each in texts]
    answer = Response(listed(form, "errors", "error", rows), status, media_type=MEDIA_TYPES[form])
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        wait = problem.extra.get("retry_after", 2)
        answer.headers["retry-after"] = str(ceil(float(str(wait))))
    return answer


def _discovery(request: Request, district: District, changed_at: str) -> Content:
    language = language_of(request)
    return {
        "changeset": changed_at,
        "contact": f"{district.office}, {address(request, '/')}",
        "key_service": say(_("Tanpa kunci: di sini hanya dibaca."), language),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": address(request, PATH),
                "changeset": changed_at,
                "type": "production",
                "formats": sorted(MEDIA_TYPES.values(), reverse=True),
            }
        ],
    }


def _service(code: str, names: Names, request: Request) -> Mapping[str, Any]:
    name = _name_of(code, names, request)
    return {
        "service_code": code,
        "service_name": name,
        "description": name,
        "metadata": False,
        "type": "realtime",
        "keywords": "",
        "group": None,
    }


def _request(row: Mapping[str, Any], names: Names, request: Request) -> Mapping[str, Any]:
    """Return a result as a service request. There is no position, and no words but those that were
    approved for the public."""
    zone = names.zone(row["puskesmas"])
    return {
        "service_request_id": str(row["id"]),
        "status": OPEN if row["planned"] or row["reopened"] else CLOSED,
        "status_notes": standing(row, language_of(request)) or None,
        "service_name": _name_of(row["category"], names, request),
        "service_code": row["category"],
        "description": row["text"],
        "agency_responsible": names.puskesmas(row["puskesmas"]),
        "service_notice": None,
        "requested_datetime": _written(row["received_at"], zone),
        "updated_datetime": _written(row["published_at"], zone),
        "expected_datetime": None,
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def _name_of(code: str, names: Names, request: Request) -> str:
    if code == UNCATEGORISED:
        return say(_("tanpa kategori"), language_of(request))
    return names.category(code) or code


def _written(moment: Any, zone: ZoneInfo) -> str:
    written: str = moment.astimezone(zone).isoformat(timespec="seconds")
    return written
