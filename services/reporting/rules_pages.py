"""The page of the deadline rules: their versions, and whose verdict flips between two of them."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.reach import reach_of
from services.kernel.access.web import requires
from services.kernel.district import District
from services.kernel.errors import invalid
from services.kernel.text import Text, _
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.reporting.asked import Asked
from services.reporting.queries import Filters
from services.reporting.rules import RuleVersions
from services.reporting.rules_api import READ, RULES, counts, paged, view
from services.reporting.words import Names

PAGE: Final = 50
PROMISES: Final[Mapping[str, Text]] = {
    "response": _("Tanggapan"),
    "settlement": _("Penyelesaian"),
}
VERDICTS: Final[Mapping[str, Text]] = {
    "on_time": _("tepat waktu"),
    "late": _("terlambat"),
    "overdue": _("lewat batas"),
    "not_yet_due": _("belum jatuh tempo"),
    "ended": _("berakhir lebih dulu"),
}
MARKS: Final[Mapping[str, Text]] = {
    "verified": _("terverifikasi"),
    "second_hand": _("dari tangan kedua"),
    "own_choice": _("pilihan sendiri"),
}


def router(rules: RuleVersions, district: District) -> APIRouter:
    """Return the page; `district` gives names to codes."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/laporan/aturan")
    def show(
        request: Request,
        asked: Annotated[Asked, Depends()],
        principal: Annotated[Principal, requires(READ)],
        a: str = "",
        b: str = "",
        cursor: str | None = None,
    ) -> Response:
        """Show the versions of the rules and, where two are asked for, whose verdict flips."""
        language = language_of(request)
        names = Names(district, language)
        reach = reach_of(principal, RULES, district.units_in)
        context: dict[str, Any] = {}
        if a and b:
            filters = asked.filters(principal, READ, district)
            found = rules.diff(_number(a, "a"), _number(b, "b"), filters, asked.when)
            flips, following = paged(found, PAGE, cursor or None)
            query = {**request.query_params, "cursor": following or ""}
            context = {
                "found": found,
                "counts": counts(found),
                "flips": [view(each) for each in flips],
                "next": f"{request.url.path}?{urlencode(query)}" if following else None,
            }
        versions = rules.versions(Filters(principal.scope(RULES), reach=reach))
        return render(
            request,
            "reporting/rules.html",
            section="reports",
            names=names,
            choices=names.choices(principal.scope(READ)),
            form=Form(values=dict(request.query_params)),
            when=asked.when,
            versions=versions,
            numbers=[(str(each["version"]), str(each["version"])) for each in versions],
            promises=PROMISES,
            verdicts=VERDICTS,
            marks=MARKS,
            sourced=_sourced(district, language),
            **context,
        )

    return pages


def _sourced(district: District, language: str) -> Mapping[str, str]:
    """Return what pages call each source of the rules, by its own text."""
    return {
        source.text: district.source_in(language, source)
        for rules in district.rules
        for source in rules.sources
    }


def _number(text: str, field: str) -> int:
    if not text.isdecimal():
        raise invalid(field, _("Tulis nomor versi, misalnya 1."))
    return int(text)
