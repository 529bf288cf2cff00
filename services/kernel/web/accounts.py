"""Everybody's accounts, for those who manage them: who may sign in, in which roles, and where."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.passwords import new_password
from services.kernel.access.permissions import AREAS, ROLES
from services.kernel.access.principal import Principal
from services.kernel.access.records import Account
from services.kernel.access.store import AccessStore
from services.kernel.access.store.history import KEPT
from services.kernel.access.web import requires
from services.kernel.district import District
from services.kernel.errors import Conflict, InvalidInput, Problem, invalid
from services.kernel.text import Text, _
from services.kernel.web import words
from services.kernel.web.account import ENDED_ONE
from services.kernel.web.account_words import EVENTS
from services.kernel.web.flash import Flash, flash, see_other
from services.kernel.web.forms import Form, Values
from services.kernel.web.grants import ROWS_MOST, grant_values, read_grants, typed_rows
from services.kernel.web.pages import NavItem, render
from services.kernel.web.resumed import not_shown_yet

PATH: Final = "/pengguna"
MANAGE: Final = "accounts.manage"
NAV: Final = NavItem("accounts", _("Pengguna"), PATH, MANAGE, rare=True)
SHOWN: Final = 50
HISTORY: Final = 30
NAME_MOST: Final = 100
GRANTED: Final = flash("account.granted", _("Peran disimpan; berlaku sejak permintaan berikutnya."))
CLOSED: Final = flash("account.closed", _("Akun ditutup dan semua sesinya diakhiri."))
OPENED: Final = flash("account.opened", _("Akun dibuka lagi."))
LINKED: Final = flash("account.linked", _("Akun instansi dihubungkan."))
UNLINKED: Final = flash("account.unlinked", _("Hubungan dilepas dan semua sesinya diakhiri."))
ENDED: Final = flash("account.ended", _("Semua sesi dan token akun ini diakhiri."))
LABELS: Final[Mapping[str, Text]] = {
    "username": _("Nama pengguna"),
    "display_name": _("Nama yang ditampilkan"),
    "role": _("Peran"),
    "token_name": _("Untuk apa token ini"),
    "subject": _("Pengenal di akun instansi"),
}
Manager = Annotated[Principal, requires(MANAGE)]


async def typed(request: Request) -> Values:
    """Return what was typed; a field that was sent more than once, or may be, as a list."""
    form = await request.form()
    several = ("puskesmas_", "areas_")
    return {
        name: [str(each) for each in form.getlist(name)]
        if name.startswith(several)
        else str(form[name]).strip()
        for name in form
    }


Typed = Annotated[Values, Depends(typed)]


def router(district: District) -> APIRouter:
    """Return the pages; `district` has the Puskesmas to choose from."""
    pages = APIRouter(include_in_schema=False)
    shared: dict[str, Any] = {
        "section": "accounts",
        "labels": LABELS,
        "roles": [(role, words.word("role", role)) for role in ROLES],
        "places": [(each.code, each.name) for each in district.all_puskesmas],
        "place_names": {each.code: each.name for each in district.all_puskesmas},
        "areas": AREAS,
    }

    @pages.get(PATH)
    def everybody(
        request: Request,
        _principal: Manager,
        q: str = "",
        role: str = "",
        puskesmas: str = "",
        after: str = "",
    ) -> Response:
        """List the accounts, by username."""
        found = [
            each
            for each in _store(request).list_accounts()
            if _matches(each, q, role, puskesmas) and each.username > after
        ]
        return render(
            request,
            "accounts.html",
            accounts=found[:SHOWN],
            next=found[SHOWN - 1].username if len(found) > SHOWN else None,
            asked={"q": q, "role": role, "puskesmas": puskesmas},
            **shared,
        )

    @pages.get(PATH + "/baru")
    def new(request: Request, _principal: Manager) -> Response:
        """Show the form for another account."""
        return new_form(request, Form())

    def new_form(request: Request, form: Form, status: int = 200) -> Response:
        return render(
            request,
            "account_new.html",
            status=status,
            wide=False,
            form=form,
            rows=_rows(form),
            **shared,
        )

    @pages.post(PATH)
    async def add(request: Request, principal: Manager, values: Typed) -> Response:
        """Add an account, and show its first password this once."""
        return await run_in_threadpool(add_typed, request, principal, values)

    def add_typed(request: Request, principal: Principal, values: Values) -> Response:
        form, password = Form(values), new_password()
        try:
            not_shown_yet(values)
            if len(form.value("display_name")) > NAME_MOST:
                raise invalid("display_name", _("Paling banyak {limit} huruf.", limit=NAME_MOST))
            account = _store(request).add_account(
                form.value("username"),
                password,
                read_grants(values, district),
                display_name=form.value("display_name") or None,
                by=principal.account_id,
            )
        except Problem as problem:
            return new_form(request, Form.refused(values, problem), problem.status)
        return one(request, account, {"password": password}, status=201)

    @pages.get(PATH + "/masuk")
    def sign_ins(
        request: Request,
        _principal: Manager,
        cursor: Annotated[int | None, Query(ge=0, lt=1 << 62)] = None,
    ) -> Response:
        """Show who signed in and who failed, whoever it was."""
        store = _store(request)
        found = store.sign_ins(SHOWN + 1, cursor)
        return render(
            request,
            "sign_ins.html",
            found=found[:SHOWN],
            first=PATH + "/masuk" if cursor is not None else None,
            next=f"{PATH}/masuk?cursor={found[SHOWN - 1].id}" if len(found) > SHOWN else None,
            names={each.id: each.display_name for each in store.list_accounts()},
            said=EVENTS,
            kept=KEPT.days,
            **shared,
        )

    @pages.get(PATH + "/{account_id}")
    def account_page(request: Request, _principal: Manager, account_id: str) -> Response:
        """Show one account: what it may do, where it is signed in, what happened with it."""
        return one(request, _store(request).account(account_id))

    def one(
        request: Request,
        account: Account,
        secret: Mapping[str, str] | None = None,
        form: Form | None = None,
        status: int = 200,
    ) -> Response:
        store = _store(request)
        names = {each.id: each.display_name for each in store.list_accounts()}
        form = form or Form(grant_values(account.grants))
        response = render(
            request,
            "account_one.html",
            status=status,
            wide=False,
            account=account,
            form=form,
            rows=_rows(form),
            secret=secret or {},
            sessions=[each for each in store.sessions(account.id) if each.ended_at is None],
            linked=store.linked(account.id),
            outside=request.app.state.oidc is not None,
            history=store.account_events(account.id, HISTORY),
            names=names,
            said=EVENTS,
            **shared,
        )
        response.headers["cache-control"] = "no-store"
        return response

    @pages.post(PATH + "/{account_id}/peran")
    async def grant(
        request: Request, principal: Manager, account_id: str, values: Typed
    ) -> Response:
        """Change what an account may do."""
        return await run_in_threadpool(grant_typed, request, principal, account_id, values)

    def grant_typed(
        request: Request, principal: Principal, account_id: str, values: Values
    ) -> Response:
        account = _store(request).account(account_id)
        try:
            not_shown_yet(values)
            grants = read_grants(values, district)
            _store(request).set_grants(account_id, grants, by=principal.account_id)
        except Problem as problem:
            return one(request, account, form=Form.refused(values, problem), status=problem.status)
        return _done(request, account_id, GRANTED)

    @pages.post(PATH + "/{account_id}/sandi")
    def reset(request: Request, principal: Manager, account_id: str) -> Response:
        """Give an account another password, shown this once; its sessions end."""
        account, password = _store(request).account(account_id), new_password()
        _not_own(principal, account_id)
        _store(request).set_password(account_id, password, by=principal.account_id)
        return one(request, account, {"password": password})

    @pages.post(PATH + "/{account_id}/token")
    async def token(
        request: Request, principal: Manager, account_id: str, values: Typed
    ) -> Response:
        """Make a bearer token for scripts, shown this once."""
        return await run_in_threadpool(token_typed, request, principal, account_id, values)

    def token_typed(
        request: Request, principal: Principal, account_id: str, values: Values
    ) -> Response:
        account, name = _store(request).account(account_id), Form(values).value("token_name")
        if account.disabled_at is not None:
            raise Conflict(_("Akun ini ditutup. Buka dahulu."))
        if not 1 <= len(name) <= NAME_MOST:
            problem = invalid("token_name", _("Isi 1 sampai {limit} huruf.", limit=NAME_MOST))
            form = Form.refused({**grant_values(account.grants), "token_name": name}, problem)
            return one(request, account, form=form, status=problem.status)
        made = _store(request).open_token(account_id, name, by=principal.account_id)
        return one(request, account, {"token": made}, status=201)

    @pages.post(PATH + "/{account_id}/akhiri")
    def end(request: Request, principal: Manager, account_id: str) -> Response:
        """End every session and token of an account."""
        _store(request).account(account_id)
        _store(request).end_all(account_id, by=principal.account_id)
        return _done(request, account_id, ENDED)

    @pages.post(PATH + "/{account_id}/akhiri/{session}")
    def end_one(request: Request, principal: Manager, account_id: str, session: str) -> Response:
        """End one session or token of an account."""
        _store(request).account(account_id)
        _store(request).end_one(account_id, session, by=principal.account_id)
        return _done(request, account_id, ENDED_ONE)

    @pages.post(PATH + "/{account_id}/hubungkan")
    async def link(
        request: Request, principal: Manager, account_id: str, values: Typed
    ) -> Response:
        """Let somebody of the institution's provider sign in as this account."""
        return await run_in_threadpool(link_typed, request, principal, account_id, values)

    def link_typed(
        request: Request, principal: Principal, account_id: str, values: Values
    ) -> Response:
        store, oidc = _store(request), request.app.state.oidc
        account, subject = store.account(account_id), Form(values).value("subject")
        if oidc is None:
            raise Conflict(_("Belum ada layanan akun instansi pada pengaturan."))
        try:
            store.link(account_id, oidc.issuer, subject, by=principal.account_id)
        except InvalidInput as problem:
            form = Form.refused({**grant_values(account.grants), "subject": subject}, problem)
            return one(request, account, form=form, status=problem.status)
        return _done(request, account_id, LINKED)

    @pages.post(PATH + "/{account_id}/lepaskan")
    def unlink(request: Request, principal: Manager, account_id: str) -> Response:
        """Let nobody sign in from the provider as this account, and end its sessions."""
        _store(request).account(account_id)
        _store(request).unlink(account_id, by=principal.account_id)
        return _done(request, account_id, UNLINKED)

    @pages.post(PATH + "/{account_id}/tutup")
    def close(request: Request, principal: Manager, account_id: str) -> Response:
        """Close an account; its name stays in every history."""
        _not_own(principal, account_id)
        _store(request).disable(account_id, by=principal.account_id)
        return _done(request, account_id, CLOSED)

    @pages.post(PATH + "/{account_id}/buka")
    def reopen(request: Request, principal: Manager, account_id: str) -> Response:
        """Open a closed account again."""
        _store(request).enable(account_id, by=principal.account_id)
        return _done(request, account_id, OPENED)

    return pages


def _store(request: Request) -> AccessStore:
    store: AccessStore = request.app.state.access
    return store


def _not_own(principal: Principal, account_id: str) -> None:
    """Raise Conflict for one's own account: it would end the session that asks."""
    if principal.account_id == account_id:
        raise Conflict(_("Ini akun Anda sendiri. Ganti kata sandinya di halaman Akun saya."))


def _matches(account: Account, q: str, role: str, puskesmas: str) -> bool:
    wanted = q.strip().casefold()
    return wanted in f"{account.username} {account.display_name.casefold()}" and any(
        role in ("", grant.role) and (not puskesmas or grant.covers(puskesmas))
        for grant in account.grants
    )


def _rows(form: Form) -> Iterable[int]:
    """Return the numbers of the rows to show: those that are filled in, and an empty one."""
    return range(min(max(typed_rows(form.values), 1) + 1, ROWS_MOST))


def _done(request: Request, account_id: str, said: Flash) -> Response:
    return see_other(request, f"{PATH}/{account_id}", said)
