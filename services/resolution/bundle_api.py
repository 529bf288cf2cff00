"""The calls about the accreditation bundle (JSON, under /api/v1): its index, and the file."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import StreamingResponse

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.web.language import language_of, say
from services.kernel.web.refusals import refusals
from services.resolution.pages.evidence.gathering import BUNDLE, Evidence
from services.resolution.pages.evidence.sending import BARE, Bundles
from services.resolution.pages.evidence.zipped import MEDIA_TYPE

Reader = Annotated[Principal, requires(BUNDLE)]
Day = Annotated[str | None, Query(description="a day (2026-09-01) in the Puskesmas' own zone")]
Why = Annotated[
    str | None,
    Query(
        description="why the words of complaints that ended long ago are opened: "
        + ", ".join(BARE)
        + "; left out, they stay sealed"
    ),
]


class PaperView(BaseModel):
    """A document of the bundle."""

    path: str
    title: str


class ItemView(BaseModel):
    """One of the ten items: what is `missing` says what would fill it, `unmet` what was due in the
    period and not done."""

    number: int
    title: str
    complete: bool
    papers: list[PaperView]
    missing: list[str]
    unmet: list[str]


class BundleView(BaseModel):
    """The index of a bundle; `past` counts the complaints whose words open for a reason only."""

    complete: int
    past: int
    items: list[ItemView]


def router(bundles: Bundles) -> APIRouter:
    """Return the calls."""
    api = APIRouter(prefix="/api/v1/puskesmas/{code}/accreditation", tags=["resolution"])

    @api.get("", response_model=BundleView, responses=refusals(404, 421, 503))
    def contents(
        request: Request,
        code: str,
        principal: Reader,
        first: Annotated[Day, Query(alias="from")] = None,
        last: Annotated[Day, Query(alias="to")] = None,
    ) -> Any:
        """Return what the bundle of a period holds of the ten items of criterion 1.1.2, and what is
        missing."""
        evidence = bundles.gathered(request, principal, code, first, last)
        return view(evidence, language_of(request))

    @api.get(
        "/bundle",
        response_class=StreamingResponse,
        responses={
            200: {"description": "a zip, its index first", "content": {MEDIA_TYPE: {}}},
            **refusals(404, 421, 503),
        },
    )
    def bundle(
        request: Request,
        code: str,
        principal: Reader,
        first: Annotated[Day, Query(alias="from")] = None,
        last: Annotated[Day, Query(alias="to")] = None,
        reason: Why = None,
    ) -> StreamingResponse:
        """Return the bundle of a period: words are opened by role, each document with an entry in
        the access log; who complained is not in it."""
        return bundles.sent(bundles.gathered(request, principal, code, first, last, reason))

    return api


def view(evidence: Evidence, language: str) -> dict[str, Any]:
    """Return the index of a bundle in the reader's language."""
    bundle = evidence.bundle
    return {
        "complete": bundle.complete,
        "past": bundle.past,
        "items": [
            {
                "number": item.number,
                "title": say(item.title, language),
                "complete": item.complete,
                "papers": [
                    {"path": item.path(each), "title": say(each.title, language)}
                    for each in item.papers
                ],
                "missing": [say(each, language) for each in item.missing],
                "unmet": [say(each, language) for each in item.unmet],
            }
            for item in bundle.items
        ],
    }
