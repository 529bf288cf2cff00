"""Reading that differs from the usual, for the quality chair: each finding with its figures and
the openings behind it, and what came of looking into it."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi import Form as Typed
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.errors import Forbidden, NotFound, Problem, invalid
from services.kernel.keyring.habits import (
    BEGINS,
    CONFIDENTIAL,
    ENDS,
    LONG_PAST,
    MANY,
    MANY_UNKNOWN,
    OUTSIDE,
    TIMES_USUAL,
    USUAL_DAYS,
    Rule,
)
from services.kernel.keyring.reviewing import NOTE_MOST, REVIEW, SHOWN_DAYS, Reviewing, Shown
from services.kernel.keyring.words import ORDINARY
from services.kernel.text import Text, _
from services.kernel.web import words as glossary
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.others import Who, namer
from services.kernel.web.pages import render
from services.resolution.application import Resolution
from services.resolution.pages.access_log import NAV, PATH, SEARCH

ROOM: Final = PATH + "/tak-biasa"
LOOKED: Final = flash("finding.looked", _("Catatan peninjauan tersimpan."))
RULES: Final[Mapping[str, tuple[Text, Text]]] = {
    "many": (
        _("Lebih banyak keluhan daripada biasanya"),
        _(
            "Dalam sehari membuka sedikitnya {many} keluhan, dan {times} kali median harinya "
            "sendiri selama {days} hari; yang belum punya kebiasaan: sedikitnya {unknown}.",
            many=MANY,
            times=TIMES_USUAL,
            days=USUAL_DAYS,
            unknown=MANY_UNKNOWN,
        ),
    ),
    "outside_hours": (
        _("Di luar jam kerja"),
        _(
            "Dalam sehari membuka sedikitnya {least} keluhan sebelum pukul {begins} atau sesudah "
            "pukul {ends}, atau pada hari yang libur menurut kalender Puskesmas ini.",
            least=OUTSIDE,
            begins=f"{BEGINS:02}.00",
            ends=f"{ENDS:02}.00",
        ),
    ),
    "long_past": (
        _("Kasus yang sudah lama selesai"),
        _(
            "Dalam sehari membuka sedikitnya {least} kasus yang selesai lebih dari {days} hari "
            "sebelumnya.",
            least=LONG_PAST,
            days=ORDINARY.days,
        ),
    ),
    "confidential": (
        _("Identitas pelapor yang dirahasiakan"),
        _(
            "Dalam sehari membuka identitas sedikitnya {least} pelapor yang minta dirahasiakan.",
            least=CONFIDENTIAL,
        ),
    ),
}
"""By rule, its name and how it is reckoned."""


def add(pages: APIRouter, resolution: Resolution) -> None:
    """Add the page and its form to `pages`."""
    reviewing = reviewing_of(resolution)

    def show(request: Request, principal: Principal, form: Form, status: int = 200) -> Response:
        who = namer(request.app.state.access)
        found = reviewing.shown(principal.scope(SEARCH))
        return render(
            request,
            "resolution/unusual.html",
            status=status,
            section=NAV.section,
            findings=[_row(resolution, each, who, principal, request) for each in found],
            rules=RULES,
            days=SHOWN_DAYS,
            most=NOTE_MOST,
            form=form,
            labels={"note": _("Hasil peninjauan")},
        )

    @pages.get(ROOM)
    def unusual(request: Request, principal: Annotated[Principal, requires(SEARCH)]) -> Response:
        """Show what was read otherwise than usual in the last days."""
        return show(request, principal, Form())

    @pages.post(ROOM)
    def look(
        request: Request,
        principal: Annotated[Principal, requires(REVIEW)],
        rule: Annotated[str, Typed(max_length=40)] = "",
        puskesmas: Annotated[str, Typed(max_length=60)] = "",
        account: Annotated[str, Typed(max_length=60)] = "",
        day: Annotated[str, Typed(max_length=10)] = "",
        note: Annotated[str, Typed(max_length=2000)] = "",
    ) -> Response:
        """Note what came of looking into a finding."""
        values = {"rule": rule, "puskesmas": puskesmas, "account": account, "day": day}
        try:
            if rule not in RULES:
                raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
            reviewing.look(principal, cast(Rule, rule), puskesmas, account, _day(day), note)
        except Forbidden:
            raise
        except Problem as problem:
            form = Form.refused(values | {"note": note}, problem)
            return show(request, principal, form, problem.status)
        return see_other(request, ROOM, LOOKED)


def reviewing_of(resolution: Resolution) -> Reviewing:
    """Return what finds unusual reading, by the calendars of the district."""
    return Reviewing(resolution.keyring, resolution.promises.calendar)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid("day", _("Tulis tanggal seperti 2026-09-07.")) from None


def _row(
    resolution: Resolution, shown: Shown, who: Who, principal: Principal, request: Request
) -> dict[str, Any]:
    """Return a finding as the page shows it."""
    it, looked = shown.finding, shown.looked
    here = resolution.district.puskesmas(it.puskesmas)
    behind = {"account": it.account, "from": it.day.isoformat(), "to": it.day.isoformat()}
    return {
        "it": it,
        "title": RULES[it.rule][0],
        "who": who(it.account, it.role),
        "role": glossary.word("role", it.role),
        "place": here.name,
        "zone": ZoneInfo(here.zone),
        "behind": f"{PATH}?{urlencode(behind)}",
        "looked": looked,
        "looked_by": looked and who(looked.by, "quality_lead"),
        "may_look": looked is None
        and it.account != principal.account_id
        and principal.may(REVIEW, it.puskesmas),
        "own": it.account == principal.account_id,
    }
