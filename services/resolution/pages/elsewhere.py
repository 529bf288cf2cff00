"""A case whose home is elsewhere: what the log tells of it, to read and not to work on.

Words are opened only where its home has recorded that the key came here, for an escalated case; who
the complainant is, never.
"""

from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.contracts import SealedBox, intake
from services.kernel.errors import NotFound
from services.kernel.handover.told import told
from services.kernel.keyring import Words
from services.kernel.keyring.words import IDENTITY_FIELD, About
from services.kernel.text import Text, _
from services.kernel.web.language import language_of
from services.kernel.web.others import namer
from services.kernel.web.pages import render
from services.resolution.application import Resolution
from services.resolution.pages import thread
from services.resolution.pages.lists import CaseLists
from services.resolution.pages.queue import READ, name_of


def show(
    request: Request,
    resolution: Resolution,
    lists: CaseLists,
    words: Words,
    principal: Principal,
    id: UUID,
) -> Response:
    """Show a case that is at home elsewhere; raises NotFound for any other, and Forbidden."""
    messages = lists.thread(id)
    found = told(messages)
    if found is None:
        raise _not_found()
    here = resolution.district.puskesmas(found.puskesmas)
    if here.home in (None, resolution.origin):
        raise _not_found()  # praise, or the case is about to be opened
    principal.role_for(READ, here.code)
    shared = (here.home, resolution.origin) in found.shared
    steps = thread.steps_of(messages)
    form = _form(steps)
    area = resolution.district.area_of(form.service_unit)
    about = About(here.code, form.confidentiality, found.entered_by, area, escalated=shared)
    boxes = [box if shared and _is_said(box) else None for step in steps for box in step.boxes]
    opened = iter(words.open(principal, "case_elsewhere", [(about, box) for box in boxes]))
    said = [tuple(next(opened) for _box in step.boxes) for step in steps]
    language, who = language_of(request), namer(request.app.state.access)
    return render(
        request,
        "resolution/elsewhere.html",
        section="cases",
        zone=ZoneInfo(here.zone),
        place=here.name,
        number=_number(steps),
        form=form,
        unit=name_of(resolution.district.unit, form.service_unit, language),
        about=[name_of(resolution.district.category, code, language) for code in form.categories],
        escalated=bool(found.escalated_by),
        unread=_unread(here.home, escalated=here.home in found.escalated_by, shared=shared),
        heard_at=lists.heard_from(here.home),
        entries=thread.so_far(steps, said, lambda each: who(each.actor, each.role)),
    )


def _form(steps: list[thread.Step]) -> intake.ComplaintReceivedV1 | intake.ComplaintCorrectedV1:
    """Return the complaint's form as it stands."""
    kinds = intake.ComplaintReceivedV1 | intake.ComplaintCorrectedV1
    return [step.event for step in steps if isinstance(step.event, kinds)][-1]


def _number(steps: list[thread.Step]) -> str:
    found = (step.event for step in steps)
    return next(each.number for each in found if isinstance(each, intake.ComplaintReceivedV1))


def _is_said(box: SealedBox | None) -> bool:
    return box is not None and not box.place.endswith(IDENTITY_FIELD)


def _unread(home: str, *, escalated: bool, shared: bool) -> Text | None:
    """Return why there are no words on the page; None where they may be opened."""
    if shared:
        return None
    if escalated:
        return _("Isi keluhan ini belum tiba: kuncinya menyusul dari {home}.", home=home)
    return _("Isi keluhan hanya dibaca di tempat kasusnya ditangani, kecuali bila dinaikkan.")


def _not_found() -> NotFound:
    return NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
