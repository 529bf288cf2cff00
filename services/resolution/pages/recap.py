"""The recap form of a month: its cases one by one, and what the team writes on it (SOP Puring 2a,
3b, 3d); the same as a document. Figures, closing and taking note are reporting's."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.reach import sees
from services.kernel.access.web import requires
from services.kernel.commands import intent, once_of_form
from services.kernel.district import Puskesmas
from services.kernel.errors import NotServedHere, NotYet, Problem
from services.kernel.keyring import Page, Words
from services.kernel.months import Month
from services.kernel.paper import MEDIA_TYPE
from services.kernel.text import Text, _
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.others import version_of
from services.kernel.web.pages import render
from services.kernel.web.resumed import not_shown_yet
from services.resolution.application import Resolution
from services.resolution.domain import EFFECTIVENESS
from services.resolution.meetings.lists import MeetingLists
from services.resolution.pages.lists import CaseLists
from services.resolution.pages.recap_paper import Told, printed
from services.resolution.pages.recap_rows import rows
from services.resolution.pages.rows import name_of
from services.resolution.pages.typed import Typed
from services.resolution.recap_forms import RecapForms, Written

PATH: Final = "/rekap/{code}/{month}"
READ: Final = "case.read"
COMPLETE: Final = "recap.complete"
PAGE: Final = 50
SAVED: Final = flash("recap.completed", _("Lembar rekap disimpan."))
FOUND: Final[Mapping[str, Text]] = {
    "effective": _("Efektif"),
    "partly": _("Sebagian efektif"),
    "not_effective": _("Tidak efektif"),
    "nothing": _("Tidak ada yang ditangani"),
}
LABELS: Final[Mapping[str, Text]] = {
    "effectiveness": _("Seberapa efektif penanganan bulan ini"),
    "effectiveness_note": _("Penjelasan efektivitas"),
    "barriers_note": _("Hambatan budaya, bahasa, kebiasaan, dan lainnya"),
    "meeting_note": _("Hasil pembahasan dalam rapat"),
}


async def _fields(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


Fields = Annotated[dict[str, str], Depends(_fields)]
Reader = Annotated[Principal, requires(READ)]


class Sheet:
    """A month's recap as one reader may see it."""

    def __init__(
        self,
        resolution: Resolution,
        lists: CaseLists,
        principal: Principal,
        code: str,
        month: str,
        permission: str = READ,
    ) -> None:
        principal.role_for(permission, code)
        self.month = Month.written(month)
        self.here: Puskesmas = resolution.district.puskesmas(code)
        self.zone = ZoneInfo(self.here.zone)
        self.forms = RecapForms(resolution)
        if not self.forms.is_home(code):
            raise NotServedHere(
                _("Lembar rekap dengan isi keluhan dibuka di sistem Puskesmas itu sendiri.")
            )
        starts, ends = self.month.bounds(self.here.zone)
        if resolution.clock() < starts:  # noughts would be read as "nothing was reported"
            raise NotYet(_("Bulan ini belum mulai."))
        self.facts: Mapping[str, Any] = lists.recap(code, str(self.month), starts, ends)
        units_in = resolution.district.units_in
        self.items = [
            item
            for item in self.facts["cases"]
            if sees(principal, permission, code, item["service_unit"], units_in)
        ]
        self.form = self.forms.find(code, self.month)
        self.version = 0 if self.form is None else self.form.version
        self.meetings = MeetingLists(resolution).of_month(code, str(self.month))


def add(pages: APIRouter, resolution: Resolution, lists: CaseLists, words: Words) -> None:
    """Add the form and its document to `pages`."""
    _add_page(pages, resolution, lists, words)
    _add_document(pages, resolution, lists, words)


def _add_page(pages: APIRouter, resolution: Resolution, lists: CaseLists, words: Words) -> None:
    def show(
        request: Request,
        principal: Principal,
        sheet: Sheet,
        form: Form,
        first: int = 1,
        status: int = 200,
    ) -> Response:
        shown = sheet.items[first - 1 : first - 1 + PAGE]
        listed, notes, discussed = rows(
            resolution, words, principal, shown, "recap", sheet.form, sheet.meetings, first
        )
        language = language_of(request)
        here = f"/rekap/{sheet.here.code}/{sheet.month}"
        return render(
            request,
            "resolution/recap.html",
            status=status,
            section="reports",
            place=sheet.here.name,
            zone=sheet.zone,
            it=sheet,
            here=here,
            number=resolution.district.recap_number(sheet.here.code, sheet.month),
            first_day=sheet.month.first,
            rows=listed,
            units={
                code: name_of(resolution.district.unit, code, language) for code in _units(shown)
            },
            categories={
                code: name_of(resolution.district.category, code, language)
                for item in shown
                for code in item["categories"]
            },
            notes=notes,
            discussed=discussed,
            written_at=sheet.form and sheet.forms.written_at(sheet.form),
            found=FOUND,
            labels=LABELS,
            form=form,
            may=principal.may(COMPLETE, sheet.here.code),
            again=here if first > 1 else None,
            next=f"{here}?mulai={first + PAGE}" if len(sheet.items) >= first + PAGE else None,
            key=str(uuid4()),
        )

    @pages.get(PATH)
    def recap(
        request: Request,
        principal: Reader,
        code: str,
        month: str,
        mulai: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    ) -> Response:
        """Show a month's cases one by one, with what the team wrote of the month."""
        sheet = Sheet(resolution, lists, principal, code, month)
        return show(request, principal, sheet, Form(), mulai)

    @pages.post(PATH, dependencies=[requires(COMPLETE)])
    def complete(request: Request, code: str, month: str, values: Fields) -> Response:
        """Write the team's part of the form."""
        principal: Principal = request.state.principal
        who = intent(principal, COMPLETE, code)
        once = once_of_form(principal.account_id, f"POST {request.url.path}", values)
        try:
            not_shown_yet(values)
            asked = Month.written(month)
            written = _written(values, ZoneInfo(resolution.district.puskesmas(code).zone))
            expected = version_of(values)
            forms = RecapForms(resolution)
            forms.complete(code, asked, who, written, once=once, expected=expected).result()
        except Problem as problem:
            sheet = Sheet(resolution, lists, principal, code, month)
            return show(
                request, principal, sheet, Form.refused(values, problem), status=problem.status
            )
        return see_other(request, f"/rekap/{code}/{asked}", SAVED)


def _add_document(pages: APIRouter, resolution: Resolution, lists: CaseLists, words: Words) -> None:
    @pages.get(PATH + "/lembar.pdf")
    def document(request: Request, principal: Reader, code: str, month: str) -> Response:
        """Return the recap as PDF, with the words that the reader's role opens."""
        sheet = Sheet(resolution, lists, principal, code, month)
        content = on_paper(resolution, words, principal, sheet, language_of(request), "recap_file")
        name = f'inline; filename="rekap-{code}-{sheet.month}.pdf"'
        headers = {"content-disposition": name, "cache-control": "no-store"}
        return Response(content, media_type=MEDIA_TYPE, headers=headers)


def on_paper(
    resolution: Resolution,
    words: Words,
    principal: Principal,
    sheet: Sheet,
    language: str,
    page: Page,
) -> bytes:
    """Return a month's recap as PDF, with the words that the reader's role opens."""
    listed, notes, discussed = rows(
        resolution, words, principal, sheet.items, page, sheet.form, sheet.meetings
    )
    told = Told(
        sheet.here,
        sheet.month,
        resolution.district.recap_number(sheet.here.code, sheet.month),
        sheet.facts,
        None if sheet.form is None else FOUND.get(sheet.form.effectiveness),
        notes,
        discussed,
        resolution.clock(),
    )
    return printed(resolution.district, told, listed, language)


def _written(values: Mapping[str, str], zone: ZoneInfo) -> Written:
    typed = Typed(values, zone)
    found = Written(
        typed.must("effectiveness"),
        typed.maybe("effectiveness_note"),
        typed.maybe("barriers_note"),
        typed.maybe("meeting_note"),
    )
    if found.effectiveness and found.effectiveness not in EFFECTIVENESS:
        typed.wrong("effectiveness", _("Pilih salah satu dari daftar."))
    typed.check()
    return found


def _units(items: list[dict[str, Any]]) -> set[str]:
    return {item["service_unit"] for item in items if item["service_unit"]}
