"""The bell: what the reader was told in the product, their digests of reminders, and up to where
they have seen it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.kernel.access.principal import Principal
from services.kernel.access.reach import held_within
from services.kernel.access.store import AccessStore
from services.kernel.access.store.told import Digest
from services.kernel.access.web import requires
from services.kernel.contracts import SealedBox
from services.kernel.errors import NotFound
from services.kernel.keyring import Words
from services.kernel.keyring.words import About
from services.kernel.text import _
from services.kernel.web.flash import flash, see_other
from services.kernel.web.language import language_of
from services.kernel.web.pages import NavItem, render
from services.resolution.application import Resolution
from services.resolution.pages import digest as digest_page
from services.resolution.pages.lists import CaseLists
from services.resolution.pages.rows import name_of
from services.resolution.pages.spoken import about_case
from services.resolution.pages.thread import steps_of
from services.resolution.reminders.digests import PATH as DIGEST
from services.resolution.reminders.letters.wording import PAGE as LETTERS
from services.resolution.words import CALLED_FOR, EVENTS

PATH: Final = digest_page.BELL
READ: Final = "case.read"
CASE: Final = digest_page.CASE
PUBLICATION: Final = "/publikasi?complaint="
PRAISE: Final = "/kasus?state=praise"
"""Where a notice leads: to what its reader can do about it."""
NAV: Final = NavItem(
    "notices",
    _("Pemberitahuan"),
    PATH,
    READ,
    news=PATH + "/baru",
    wishes=(LETTERS, _("Pengingat lewat surel atau WhatsApp")),
)
PRAISED: Final = _("Pujian masuk: sampaikan kepada yang bertugas")
SEEN: Final = flash("notices.seen", _("Semua ditandai sudah dibaca."))
SPOKEN: Final = frozenset({"PublicationReturned", "EscalationAnswered"})
"""Notices that are of no use without the words: what is to be mended, what was decided."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def add(pages: APIRouter, resolution: Resolution, lists: CaseLists, words: Words) -> None:
    """Add the page behind the bell to `pages`."""

    @pages.get(PATH)
    def notices(request: Request, principal: Annotated[Principal, requires(READ)]) -> Response:
        """Show what the reader was told lately, the newest first."""
        access: AccessStore = request.app.state.access
        until = access.told_until(principal.account_id)
        held = held_within(principal, READ, resolution.district.units_in)
        found = lists.notices(held, principal.account_id)
        digests = access.digests(principal.account_id)
        newest = [each["arrived_at"] for each in found[:1]] + [each.made_at for each in digests]
        language = language_of(request)
        said = _said(resolution, words, principal, found)
        rows = [
            _row(resolution, each, until, language) | {"said": text}
            for each, text in zip(found, said, strict=True)
        ]
        return render(
            request,
            "resolution/notices.html",
            section=NAV.section,
            wide=False,
            rows=rows,
            digests=(told := [_digest(request, each, until) for each in digests]),
            unread=sum(row["new"] for row in (*rows, *told)),
            until=_microseconds(max(newest)) if newest else None,
        )

    @pages.get(PATH + "/baru")
    def unread(request: Request, principal: Annotated[Principal, requires(READ)]) -> Response:
        """Say how much of it is new, for the figure on the bell."""
        access: AccessStore = request.app.state.access
        until = access.told_until(principal.account_id)
        held = held_within(principal, READ, resolution.district.units_in)
        reminded = access.unread_digests(principal.account_id)
        return JSONResponse({"new": lists.unread(held, principal.account_id, until) + reminded})

    @pages.post(PATH + "/dibaca")
    def saw(
        request: Request,
        principal: Annotated[Principal, requires(READ)],
        until: Annotated[int, Form(ge=0, lt=1 << 53)],
    ) -> Response:
        """Take what the page showed as seen; what came since stays new."""
        access: AccessStore = request.app.state.access
        instant = min(_EPOCH + timedelta(microseconds=until), resolution.clock())
        access.saw(principal.account_id, instant)
        return see_other(request, PATH, SEEN)


def _digest(request: Request, digest: Digest, until: datetime | None) -> dict[str, Any]:
    return {
        "at": digest_page.moment_of(request, digest.slot),
        "href": f"{DIGEST}/{digest.slot}",
        "things": digest.things,
        "late": digest.late,
        "new": until is None or digest.made_at > until,
    }


def _row(
    resolution: Resolution, notice: dict[str, Any], until: datetime | None, language: str
) -> dict[str, Any]:
    how = notice["how"]
    praised = notice["name"] == "ComplaintReceived"
    return notice | {
        "what": PRAISED if praised else CALLED_FOR.get(how) or EVENTS[notice["name"]],
        "how": None if how in CALLED_FOR else how,
        "href": PRAISE if praised else _href(notice),
        "place": resolution.district.puskesmas(notice["puskesmas"]).name,
        "unit": name_of(resolution.district.unit, notice["service_unit"], language),
        "new": until is None or notice["arrived_at"] > until,
    }


def _href(notice: dict[str, Any]) -> str:
    if notice["name"].startswith("Publication"):
        return f"{PUBLICATION}{notice['complaint']}"
    return f"{CASE}/{notice['complaint']}"


def _said(
    resolution: Resolution, words: Words, principal: Principal, found: list[dict[str, Any]]
) -> list[str | None]:
    """Return the words of those notices that are about words, opened by role."""
    sealed = [_box(resolution, each) if each["name"] in SPOKEN else None for each in found]
    opened = iter(words.open(principal, "notices", [each for each in sealed if each]))
    return [next(opened) if each else None for each in sealed]


def _box(resolution: Resolution, notice: dict[str, Any]) -> tuple[About, SealedBox | None] | None:
    """Return the words of a notice's event, still sealed; None where its case is not here."""
    try:
        case = resolution.get(notice["complaint"])
    except NotFound:
        return None
    about = about_case(resolution, case)
    for step in steps_of(resolution.thread(case.id)):
        if (step.message.name, step.message.time) == (notice["name"], notice["time"]):
            return about, step.boxes[0]
    return about, None


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)
