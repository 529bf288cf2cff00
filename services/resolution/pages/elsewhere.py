"""A case whose home is elsewhere: what the log tells of it, to read and not to work on.

Words are opened only where its home has recorded that the key came here, for an escalated case; who
the complainant is, never.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.contracts import Message, SealedBox
from services.kernel.errors import InvalidInput, NotFound
from services.kernel.handover.told import Told, told
from services.kernel.keyring import Standing, Words
from services.kernel.keyring.openings import IDENTITY_FIELD
from services.kernel.keyring.words import About
from services.kernel.text import Text, _
from services.kernel.web.flash import see_other
from services.kernel.web.forms import Form as Typed
from services.kernel.web.language import language_of
from services.kernel.web.opened import REASONS_WHY, WHY_LABELS, say_why
from services.kernel.web.opened import opened as opened_by
from services.kernel.web.others import namer
from services.kernel.web.pages import render
from services.resolution.application import Resolution
from services.resolution.pages import thread
from services.resolution.pages.corrected import Form, Names
from services.resolution.pages.lists import CaseLists
from services.resolution.pages.queue import PATH, READ, name_of


def show(
    request: Request,
    resolution: Resolution,
    lists: CaseLists,
    words: Words,
    principal: Principal,
    id: UUID,
    typed: Typed | None = None,
) -> Response:
    """Show a case that is at home elsewhere; raises NotFound for any other, and Forbidden."""
    read = _read(resolution, lists, principal, id)
    found, steps, form, about, boxes = read.found, read.steps, read.form, read.about, read.boxes
    here = resolution.district.puskesmas(found.puskesmas)
    home, shared = here.home or "", about.escalated
    opened = iter(words.open(principal, "case", [(about, box) for box in boxes]))
    said = [tuple(next(opened) for _box in step.boxes) for step in steps]
    language, who = language_of(request), namer(request.app.state.access)
    zone, openings = ZoneInfo(here.zone), words.openings(principal, here.code, str(id))
    stand = resolution.stand_of(id, home)
    return render(
        request,
        "resolution/elsewhere.html",
        status=200 if typed is None else InvalidInput.status,
        typed=typed or Typed(),
        labels=WHY_LABELS,
        asks_why=words.asks(principal, about, boxes),
        reasons_why=REASONS_WHY,
        section="cases",
        zone=zone,
        id=id,
        openings=opened_by(openings, str(id), zone, who),
        place=here.name,
        number=found.number,
        form=form,
        unit=name_of(resolution.district.unit, form.service_unit, language),
        about=[name_of(resolution.district.category, code, language) for code in form.categories],
        before_district=thread.before_district(steps),
        unread=stand.said
        if shared or stand.how is Standing.ERASED
        else _unread(home, escalated=home in found.escalated_by),
        erased=stand.how is Standing.ERASED,
        heard_at=lists.heard_from(home),
        entries=thread.so_far(
            steps,
            said,
            lambda each: who(each.actor, each.role),
            Names(resolution.district, language, zone),
        ),
    )


def why_opened(
    request: Request,
    resolution: Resolution,
    lists: CaseLists,
    words: Words,
    principal: Principal,
    id: UUID,
    said: tuple[str, str],
) -> Response:
    """Note why the reader opens the words of such a case, and show it."""
    read = _read(resolution, lists, principal, id)
    typed = say_why(words, principal, read.about, read.boxes, *said)
    if typed is not None:
        return show(request, resolution, lists, words, principal, id, typed)
    return see_other(request, f"{PATH}/{id}")


class _Read(NamedTuple):
    found: Told
    steps: list[thread.Step]
    form: Form
    about: About
    boxes: list[SealedBox | None]


def _read(resolution: Resolution, lists: CaseLists, principal: Principal, id: UUID) -> _Read:
    """Return what the log tells of a case, and the words that may be here, still sealed."""
    messages = lists.thread(id)
    found = told_of(resolution, messages)
    here = resolution.district.puskesmas(found.puskesmas)
    principal.role_for(READ, here.code)
    shared = (here.home or "", resolution.origin) in found.shared
    steps = thread.steps_of(messages)
    form = _form(steps)
    standing = lists.standing_of(id)
    about = About(
        str(id),
        here.code,
        form.confidentiality,
        found.entered_by,
        resolution.district.area_of(form.service_unit),
        escalated=shared,
        settled_at=standing and standing[2],
    )
    boxes = [box if shared and _is_said(box) else None for step in steps for box in step.boxes]
    return _Read(found, steps, form, about, boxes)


def told_of(resolution: Resolution, messages: Sequence[Message]) -> Told:
    """Return what the log tells of a complaint that is at home elsewhere; raises NotFound for
    any other: it is praise, or its case is about to be opened."""
    found = told(messages)
    home = found and resolution.district.puskesmas(found.puskesmas).home
    if found is None or home in (None, resolution.origin):
        raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
    return found


def _form(steps: list[thread.Step]) -> Form:
    """Return the complaint's form as it stands."""
    return [step.event for step in steps if isinstance(step.event, Form)][-1]


def _is_said(box: SealedBox | None) -> bool:
    return box is not None and not box.place.endswith(IDENTITY_FIELD)


def _unread(home: str, *, escalated: bool) -> Text:
    """Return why there are no words on the page of a case whose key was not shared."""
    if escalated:
        return _("Isi keluhan ini belum tiba: kuncinya menyusul dari {home}.", home=home)
    return _("Isi keluhan hanya dibaca di tempat kasusnya ditangani, kecuali bila dinaikkan.")
