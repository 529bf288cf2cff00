"""The pages of webhooks: who is told of what, how each stands, and the log of deliveries."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

import uuid_utils.compat
from fastapi import APIRouter, Depends, Path, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import once_of_form
from services.kernel.district import District
from services.kernel.errors import InvalidInput, Problem
from services.kernel.store import Answer
from services.kernel.text import Text, _
from services.kernel.web.flash import Flash, flash, see_other
from services.kernel.web.forms import Form, Values
from services.kernel.web.others import namer, version_of
from services.kernel.web.pages import NavItem, render
from services.kernel.web.resumed import not_shown_yet
from services.kernel.web.validation import field_errors
from services.publication.webhooks.api import MANAGE, PAGE, READ, WebhookBody
from services.publication.webhooks.application import Webhooks
from services.publication.webhooks.contents import offered
from services.publication.webhooks.tables import DISABLED, OFF, ON, REMOVED, Webhook

PATH: Final = "/webhook"
NAV: Final = NavItem("webhooks", _("Webhook"), PATH, READ, rare=True)
SAVED: Final = flash("webhook.saved", _("Perubahan webhook disimpan."))
STOPPED: Final = flash("webhook.off", _("Webhook dimatikan; yang baru terjadi menunggu."))
STARTED: Final = flash("webhook.on", _("Webhook dihidupkan; yang menunggu sedang dikirim."))
GONE: Final = flash("webhook.removed", _("Webhook dihapus."))
AGAIN: Final = flash("webhook.again", _("Kiriman itu sedang dikirim lagi."))
STATES: Final[Mapping[str, tuple[Text, str, str]]] = {
    ON: (_("hidup"), "well", "●"),
    OFF: (_("dimatikan"), "quiet", "–"),
    DISABLED: (_("mati karena lama gagal"), "late", "■"),
}
FAILURES: Final[Mapping[str, Text]] = {
    "name": _("nama alamat tidak ditemukan"),
    "forbidden": _("menuju jaringan dalam, tidak dihubungi"),
    "certificate": _("sertifikat tidak sah"),
    "silent": _("tidak menjawab dalam 10 detik"),
    "unreachable": _("tidak dapat dihubungi"),
    "malformed": _("jawabannya tidak terbaca"),
}
CHANGES: Final[Mapping[str, Text]] = {
    "registered": _("didaftarkan"),
    "changed": _("diubah"),
    "rotated": _("rahasia diganti"),
    "resent": _("sebuah kiriman diulang"),
    ON: _("dihidupkan"),
    OFF: _("dimatikan"),
    DISABLED: _("dimatikan sistem sesudah lama gagal"),
    REMOVED: _("dihapus"),
}
LABELS: Final[Mapping[str, Text]] = {
    "name": _("Nama penerima"),
    "address": _("Alamat"),
    "events": _("Kejadian"),
    "puskesmas": _("Puskesmas"),
}
OWNERS: Final[Mapping[str, Text]] = {
    "intake": _("Penerimaan"),
    "resolution": _("Penyelesaian"),
    "publication": _("Publikasi"),
    "reporting": _("Pelaporan"),
}
_SEVERAL: Final = ("events", "puskesmas")


async def _typed(request: Request) -> Values:
    form = await request.form()
    values: dict[str, Any] = {n: v for n, v in form.items() if isinstance(v, str)}
    for name in _SEVERAL:
        values[name] = [each for each in form.getlist(name) if isinstance(each, str)]
    return values


Typed = Annotated[Values, Depends(_typed)]
Reader = Annotated[Principal, requires(READ)]
Manager = Annotated[Principal, requires(MANAGE)]
Place = Annotated[int, Path(ge=1, le=2**62)]


class Shown:
    """Renders the pages with what all of them are given."""

    def __init__(self, webhooks: Webhooks, district: District) -> None:
        self.webhooks = webhooks
        self._shared: dict[str, Any] = {
            "section": "webhooks",
            "labels": LABELS,
            "states": STATES,
            "places": [(each.code, each.name) for each in district.all_puskesmas],
            "owners": OWNERS,
            "offered": offered(),
        }

    def page(self, request: Request, name: str, **context: Any) -> Response:
        """Return a page with a key for its forms; what holds a secret is kept by no browser."""
        context |= {"key": str(uuid4()), "manages": _manages(request)} | self._shared
        response = render(request, f"publication/{name}.html", **context)
        response.headers["cache-control"] = "no-store"
        return response

    def form(
        self, request: Request, form: Form, webhook: Webhook | None = None, status: int = 200
    ) -> Response:
        """Show the form of a new webhook, or of what there is of one."""
        kept = (
            form
            if form.values or webhook is None
            else Form({name: getattr(webhook, name) for name in LABELS})
        )
        return self.page(
            request, "webhook_form", status=status, wide=False, form=kept, webhook=webhook
        )

    def one(
        self,
        request: Request,
        webhook: Webhook,
        *,
        secret: str | None = None,
        problem: Problem | None = None,
        waiting: bool = False,
        cursor: int | None = None,
    ) -> Response:
        """Show one webhook with its log; `secret` this once."""
        found = self.webhooks.deliveries(webhook.id, waiting=waiting, before=cursor, limit=PAGE + 1)
        here = f"{PATH}/{webhook.id}" + ("?menunggu=1" if waiting else "")
        last = found[PAGE - 1].place if len(found) > PAGE else None
        more = f"{here}{'&' if waiting else '?'}cursor={last}"
        return self.page(
            request,
            "webhook",
            status=problem.status if problem else 200,
            it=webhook,
            standing=self.webhooks.standing(webhook.id),
            deliveries=found[:PAGE],
            history=self.webhooks.history(webhook.id),
            who=namer(request.app.state.access),
            waiting=waiting,
            secret=secret,
            form=Form.refused({}, problem) if problem else Form(),
            failures=FAILURES,
            changes=CHANGES,
            first=here if cursor else None,
            next=None if last is None else more,
        )


def router(webhooks: Webhooks, district: District) -> APIRouter:
    """Return the pages."""
    pages = APIRouter(include_in_schema=False)
    shown = Shown(webhooks, district)
    _add_reading(pages, shown)
    _add_writing(pages, shown)
    _add_steps(pages, shown)
    return pages


def _add_reading(pages: APIRouter, shown: Shown) -> None:
    webhooks = shown.webhooks

    @pages.get(PATH)
    def listed(request: Request, _principal: Reader) -> Response:
        """Show who is told of events, and how each stands."""
        rows = [(each, webhooks.standing(each.id)) for each in webhooks.listed()]
        return shown.page(request, "webhooks", rows=rows)

    @pages.get(PATH + "/baru")
    def new(request: Request, _principal: Manager) -> Response:
        """Show the form of a new one."""
        return shown.form(request, Form())

    @pages.get(PATH + "/{id}")
    def one(
        request: Request,
        id: UUID,
        _principal: Reader,
        menunggu: bool = False,
        cursor: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    ) -> Response:
        """Show one webhook with its log of deliveries."""
        return shown.one(request, webhooks.get(id), waiting=menunggu, cursor=cursor)

    @pages.get(PATH + "/{id}/ubah")
    def edit(request: Request, id: UUID, _principal: Manager) -> Response:
        """Show the form of what one is told."""
        return shown.form(request, Form(), webhooks.get(id))


def _add_writing(pages: APIRouter, shown: Shown) -> None:
    webhooks = shown.webhooks

    @pages.post(PATH)
    def register(request: Request, principal: Manager, values: Typed) -> Response:
        """Register one, and show its secret this once."""
        try:
            body = _read(values)
            once = once_of_form(principal.account_id, f"POST {PATH}", values)
            id = uuid_utils.compat.uuid7()
            made = webhooks.register(id, principal.account_id, body.wanted(), once).result().ids
        except Problem as problem:
            return shown.form(request, Form.refused(values, problem), status=problem.status)
        return _with_secret(request, shown, made)

    @pages.post(PATH + "/{id}/ubah")
    def change(request: Request, id: UUID, principal: Manager, values: Typed) -> Response:
        """Change where one leads and what it is told."""
        webhook, by = webhooks.get(id), principal.account_id
        once = once_of_form(by, f"POST {request.url.path}", values)
        try:
            body = _read(values)
            webhooks.change(id, by, body.wanted(), once, version_of(values)).result()
        except Problem as problem:
            return shown.form(request, Form.refused(values, problem), webhook, problem.status)
        return see_other(request, f"{PATH}/{id}", SAVED)

    @pages.post(PATH + "/{id}/rahasia")
    def rotate(request: Request, id: UUID, principal: Manager, values: Typed) -> Response:
        """Give one another secret, and show it this once."""
        webhook, by = webhooks.get(id), principal.account_id
        once = once_of_form(by, f"POST {request.url.path}", values)
        try:
            not_shown_yet(values)
            made = webhooks.rotate(id, by, once, version_of(values)).result().ids
        except Problem as problem:
            return shown.one(request, webhook, problem=problem)
        return _with_secret(request, shown, made)

    @pages.post(PATH + "/{id}/kiriman/{place}")
    def send_again(
        request: Request, id: UUID, place: Place, principal: Manager, values: Typed
    ) -> Response:
        """Send one delivery again."""
        webhook, by = webhooks.get(id), principal.account_id
        once = once_of_form(by, f"POST {request.url.path}", values)
        try:
            not_shown_yet(values)
            webhooks.send_again(id, place, by, once).result()
        except Problem as problem:
            return shown.one(request, webhook, problem=problem)
        return see_other(request, f"{PATH}/{id}", AGAIN)


def _add_steps(pages: APIRouter, shown: Shown) -> None:
    webhooks = shown.webhooks

    def add(name: str, step: Callable[..., "Future[Answer]"], said: Flash) -> None:
        @pages.post(f"{PATH}/{{id}}/{name}")
        def one(request: Request, id: UUID, principal: Manager, values: Typed) -> Response:
            """Switch one off or on, or remove it."""
            webhook, by = webhooks.get(id), principal.account_id
            once = once_of_form(by, f"POST {request.url.path}", values)
            try:
                not_shown_yet(values)
                step(id, by, once, version_of(values)).result()
            except Problem as problem:
                return shown.one(request, webhook, problem=problem)
            return see_other(request, PATH if said is GONE else f"{PATH}/{id}", said)

    add("mati", webhooks.switch_off, STOPPED)
    add("hidup", webhooks.switch_on, STARTED)
    add("hapus", webhooks.remove, GONE)


def _read(values: Values) -> WebhookBody:
    not_shown_yet(values)
    try:
        return WebhookBody.model_validate({name: values.get(name) for name in LABELS})
    except ValidationError as error:
        raise InvalidInput(*field_errors(error.errors())) from None


def _with_secret(request: Request, shown: Shown, made: Mapping[str, Any]) -> Response:
    webhooks, id = shown.webhooks, UUID(made["id"])
    secret = webhooks.secret(id, made["generation"])
    return shown.one(request, webhooks.get(id), secret=secret)


def _manages(request: Request) -> bool:
    principal: Principal = request.state.principal
    return principal.may_somewhere(MANAGE)
