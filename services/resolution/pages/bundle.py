"""The accreditation bundle on a page: for which period, what is in it, what is missing, and the
file itself."""

from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.errors import InvalidInput
from services.kernel.text import _
from services.kernel.web.forms import Form
from services.kernel.web.opened import REASON_WORDS
from services.kernel.web.pages import NavItem, render
from services.resolution.pages.evidence.gathering import BUNDLE
from services.resolution.pages.evidence.index import summary
from services.resolution.pages.evidence.period import past_year
from services.resolution.pages.evidence.sending import BARE, Bundles

PATH: Final = "/akreditasi"
NAV: Final = NavItem("bundle", _("Berkas akreditasi"), PATH, BUNDLE, rare=True)
LABELS: Final = {
    "puskesmas": _("Puskesmas"),
    "from": _("Dari tanggal"),
    "to": _("Sampai tanggal"),
    "reason": _("Untuk apa isi yang lama dibuka"),
}
Reader = Annotated[Principal, requires(BUNDLE)]
Asked = Annotated[str, Query(max_length=40)]


def add(pages: APIRouter, bundles: Bundles) -> None:
    """Add the page and the file."""
    district = bundles.resolution.district

    @pages.get(PATH)
    def bundle(
        request: Request,
        principal: Reader,
        puskesmas: Asked = "",
        first: Annotated[Asked, Query(alias="from")] = "",
        last: Annotated[Asked, Query(alias="to")] = "",
        reason: Asked = "",
    ) -> Response:
        """Show what the bundle of a period holds; without one, ask for it."""
        scope = principal.scope(BUNDLE)
        within = [each for each in district.all_puskesmas if scope is None or each.code in scope]
        code = puskesmas or (within[0].code if len(within) == 1 else "")
        values = {"puskesmas": code, "from": first, "to": last, "reason": reason}
        form, evidence = Form(values), None
        if code and (first or last):
            try:
                evidence = bundles.gathered(request, principal, code, first, last, reason)
            except InvalidInput as problem:
                form = Form.refused(values, problem)
        here = district.puskesmas(code) if code else None
        if not (first or last):
            offered = past_year(bundles.today(here))
            form = Form({**values, "from": str(offered.first), "to": str(offered.last)})
        if code:
            principal.role_for(BUNDLE, code)
        return render(
            request,
            "resolution/bundle.html",
            status=InvalidInput.status if form.errors else 200,
            section="bundle",
            place=here and here.name,
            zone=ZoneInfo(here.zone) if here else None,
            within=[(each.code, each.name) for each in within],
            form=form,
            labels=LABELS,
            reasons=[(each, REASON_WORDS[each]) for each in BARE],
            bundle=evidence and evidence.bundle,
            summary=summary(evidence.bundle) if evidence else [],
            values=values,
        )

    @pages.get(PATH + "/berkas.zip")
    def file(
        request: Request,
        principal: Reader,
        puskesmas: Asked,
        first: Annotated[Asked, Query(alias="from")] = "",
        last: Annotated[Asked, Query(alias="to")] = "",
        reason: Asked = "",
    ) -> Response:
        """Return the bundle, made while it is sent."""
        return bundles.sent(bundles.gathered(request, principal, puskesmas, first, last, reason))
