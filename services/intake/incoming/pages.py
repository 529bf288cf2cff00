"""The officers' pages of what came in by itself: the list, and a group to write down or dismiss."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.domain.incoming import PART_OF_OTHER, REASONS
from services.intake.forms import form_of
from services.intake.incoming import reading
from services.intake.incoming.application import Draft, Incoming
from services.intake.incoming.reading import Reading, Shown
from services.intake.incoming.settling import Settling
from services.intake.register import Register
from services.intake.typed import Values, line, read_form, refused, typed_fields
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import intent, once_of_form
from services.kernel.district import Puskesmas
from services.kernel.errors import Forbidden, KeyReused, NotFound, Problem, invalid
from services.kernel.keyring import Words
from services.kernel.text import Text, _
from services.kernel.web.files import file_response
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.kernel.web.resumed import not_shown_yet

RECEIVE: Final = "complaint.receive"
PATH: Final = "/catat/pesan"
SHOWN: Final = 50
"""So many messages are a page."""
DISMISSED: Final = flash("incoming.dismissed", _("Pesan disisihkan."))
WRITTEN: Final = flash("incoming.written", _("Pesan dicatat."))
LABELS: Final[Mapping[str, Text]] = {
    "messages": _("Pesan"),
    "reason": _("Mengapa"),
    "complaint": _("Nomor keluhan"),
}

Choices = Callable[[Intake, Puskesmas, str], Mapping[str, list[tuple[str, object]]]]
Fields = Annotated[dict[str, str | list[str]], Depends(typed_fields)]
Desk = Annotated[Principal, requires(RECEIVE)]


def add(
    pages: APIRouter,
    intake: Intake,
    settling: Settling,
    words: Words,
    labels: Mapping[str, Text],
    choices: Choices,
) -> None:
    """Add the pages; `labels` and `choices` are the desk's."""
    incoming, shelf = Incoming(intake), Reading(intake, words)
    _add_list(pages, intake, incoming, shelf)
    show = _page_of_one(intake, incoming, shelf, {**labels, **LABELS}, choices)
    _add_one(pages, incoming, show)
    _add_deciding(pages, intake, incoming, show)

    @pages.get(PATH + "/{id}/berkas")
    def file(id: UUID, principal: Desk) -> Response:
        """Open the photo or PDF that came along."""
        message = incoming.get(id)
        principal.role_for(RECEIVE, message.puskesmas)
        about = incoming.about(message, principal)
        return file_response(settling.open(message, about, principal, words))


def _add_list(pages: APIRouter, intake: Intake, incoming: Incoming, shelf: Reading) -> None:
    @pages.get(PATH)
    def waiting(
        request: Request, principal: Desk, after: UUID | None = None, disisihkan: bool = False
    ) -> Response:
        """List what waits, the group that was written to last first; or what was dismissed."""
        scope = principal.scope(RECEIVE)
        listed = incoming.dismissed if disisihkan else incoming.waiting
        page = listed(scope, after, SHOWN)
        here = f"{PATH}?disisihkan=true" if disisihkan else PATH
        further = f"{here}{'&' if disisihkan else '?'}after={page.next}" if page.next else None
        response = render(
            request,
            "intake/incoming.html",
            section="desk",
            rows=shelf.rows(principal, page.groups),
            places={each.code: each.name for each in intake.district.all_puskesmas},
            several=scope is None or len(scope) > 1,
            dismissed=disisihkan,
            reasons=reading.REASONS,
            count=incoming.count(scope),
            first=here if after else None,
            next=further,
        )
        response.headers["cache-control"] = "no-store"
        return response


Show = Callable[..., Response]


def _page_of_one(
    intake: Intake,
    incoming: Incoming,
    shelf: Reading,
    labels: Mapping[str, Text],
    choices: Choices,
) -> Show:
    def show(
        request: Request,
        principal: Principal,
        id: UUID,
        chosen: Sequence[UUID] = (),
        form: Form | None = None,
        dismissing: Form | None = None,
        status: int = 200,
    ) -> Response:
        message = incoming.get(id)
        here = intake.at(message.puskesmas)
        principal.role_for(RECEIVE, here.code)
        group = shelf.opened(principal, [each.message for each in incoming.group_of(message)])
        taken = [each for each in group if each.message.id in chosen] or group
        numbers = shelf.named(here.code, taken)
        response = render(
            request,
            "intake/incoming_one.html",
            status=status,
            section="desk",
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            it=message,
            group=group,
            taken=taken,
            numbers=numbers,
            became=shelf.became(message),
            done=shelf.is_done(message),
            choices=choices(intake, here, language_of(request)),
            labels=labels,
            reasons=[(code, reading.REASONS[code]) for code in REASONS],
            why=reading.REASONS.get(message.reason or ""),
            form=form or Form(_filled(taken)),
            dismissing=dismissing or Form({"complaint": numbers[0][0]} if numbers else {}),
            key=str(uuid4()),
        )
        response.headers["cache-control"] = "no-store"
        return response

    return show


def _filled(taken: Sequence[Shown]) -> dict[str, str]:
    """Return the form as the messages fill it in."""
    who = next((each.sender for each in taken if each.sender), None)
    phone = who.phone if who else ""
    return {
        "text": "\n\n".join(each.text for each in taken if each.text),
        "name": who.name if who else "",
        "phone": phone,
        "wants_answer_by": taken[0].message.channel if phone else "",
    }


def _add_one(pages: APIRouter, incoming: Incoming, show: Show) -> None:
    @pages.get(PATH + "/{id}")
    def one(
        request: Request,
        principal: Desk,
        id: UUID,
        pilih: Annotated[list[UUID] | None, Query()] = None,
    ) -> Response:
        """Show a message with those that are offered together with it; `pilih` are those that the
        officer takes of them."""
        message = incoming.get(id)
        if pilih and id not in pilih:
            first = next((each for each in _ids(incoming.group_of(message)) if each in pilih), id)
            return show(request, principal, first, pilih)
        return show(request, principal, id, pilih or ())


def _ids(group: Sequence[Draft]) -> list[UUID]:
    return [each.id for each in group]


def _add_deciding(pages: APIRouter, intake: Intake, incoming: Incoming, show: Show) -> None:
    register = Register(intake)

    @pages.post(PATH + "/{id}")
    def written(request: Request, principal: Desk, id: UUID, values: Fields) -> Response:
        """Write messages down as one complaint, and lead to its slip."""
        message = incoming.get(id)
        here, ids = intake.at(message.puskesmas), _chosen(values, id)
        who = intent(principal, RECEIVE, here.code)
        try:
            not_shown_yet(values)
            typed = {**values, "channel": message.channel}
            body = read_form(typed, ZoneInfo(here.zone), intake.clock())
            repeat = once_of_form(principal.account_id, f"POST {PATH}/{id}", values)
            answer = incoming.confirm(here.code, ids, form_of(body), who, repeat).result()
        except Forbidden:
            raise
        except Problem as problem:
            form = refused(values, problem)
            return show(request, principal, id, ids, form, status=problem.status)
        # Here and not at an endpoint of the Puskesmas: what came in is written down where it lies.
        return see_other(request, f"/catat/{answer.ids['id']}/slip", WRITTEN)

    @pages.post(PATH + "/{id}/sisihkan")
    def dismissed(request: Request, principal: Desk, id: UUID, values: Fields) -> Response:
        """Dismiss messages, with why."""
        message = incoming.get(id)
        code, ids = message.puskesmas, _chosen(values, id)
        who = intent(principal, RECEIVE, code)
        reason = line(values, "reason")
        try:
            not_shown_yet(values)
            other = _numbered(register, values) if reason == PART_OF_OTHER else None
            repeat = once_of_form(principal.account_id, f"POST {PATH}/{id}/sisihkan", values)
            incoming.dismiss(code, ids, reason, other, who, repeat).result()
        except (Forbidden, KeyReused):
            raise
        except Problem as problem:
            form = Form.refused(values, problem)
            return show(request, principal, id, ids, dismissing=form, status=problem.status)
        return see_other(request, PATH, DISMISSED)


def _chosen(values: Values, id: UUID) -> list[UUID]:
    """Return the messages that a form is about; raises NotFound for what is no id."""
    try:
        return [UUID(each) for each in line(values, "messages").split()] or [id]
    except ValueError:
        raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya.")) from None


def _numbered(register: Register, values: Values) -> UUID:
    number = line(values, "complaint")
    found = register.by_number(number) if number else None
    if found is None:
        raise invalid("complaint", _("Nomor ini tidak ditemukan."))
    return found
