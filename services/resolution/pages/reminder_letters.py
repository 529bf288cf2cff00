"""The page on which a reader has their digests sent by e-mail or WhatsApp, too, proves the address,
and sees what became of each letter."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import once_of_form
from services.kernel.errors import InvalidInput, Problem
from services.kernel.text import Text, _
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.pages import render
from services.kernel.web.validation import field_errors
from services.resolution.reminders.api import READ
from services.resolution.reminders.letters.api import CodeBody, ReminderLettersBody
from services.resolution.reminders.letters.application import KINDS, Posting
from services.resolution.reminders.letters.table import CODE, Posted
from services.resolution.reminders.letters.wording import PAGE as PATH

SECTION: Final = "notices"
ASKED: Final = flash("reminder_letters.asked", _("Kode dikirim ke alamat itu."))
SAVED: Final = flash("reminder_letters.saved", _("Pilihan Anda disimpan."))
PROVEN: Final = flash("reminder_letters.proven", _("Alamat ini terbukti milik Anda."))
ENDED: Final = flash("reminder_letters.ended", _("Tidak ada yang dikirim lagi; alamatnya dihapus."))
KIND_WORDS: Final[Mapping[str, Text]] = {
    "promise": _("Batas tanggapan dan penyelesaian"),
    "action": _("Tindakan dari rencana"),
    "duty": _("Tanggal agenda, dan pesan masuk yang menunggu"),
}
LABELS: Final[Mapping[str, Text]] = {
    "address": _("Alamat surel atau nomor WhatsApp"),
    "kinds": _("Diingatkan tentang"),
    "agreed": _("Persetujuan Anda"),
    "code": _("Kode yang Anda terima"),
}
ADDRESSES: Final[Mapping[tuple[str, ...], tuple[Text, str]]] = {
    ("email",): (_("Alamat surel"), "email"),
    ("whatsapp",): (_("Nomor WhatsApp"), "tel"),
}
"""By what alone is set up, what a reader is asked for, and what a browser may offer for it."""
STATES: Final[Mapping[str, tuple[Text, str, str]]] = {
    "waiting": (_("Belum dikirim"), "soon", "○"),
    "attempted": (_("Sedang dikirim"), "soon", "→"),
    "sent": (_("Terkirim"), "well", "✓"),
    "unknown": (_("Tidak pasti"), "late", "?"),
    "failed": (_("Gagal"), "late", "!"),
    "void": (_("Tidak perlu dikirim"), "quiet", "–"),
}
REASONS: Final[Mapping[str, Text]] = {
    "unreachable": _("Layanan pengirim tidak dapat dihubungi; dicoba lagi."),
    "busy": _("Layanan pengirim meminta menunggu; dicoba lagi."),
    "not_accepted": _(
        "Layanan pengirim menolak akun Puskesmas; dicoba lagi. Beri tahu pengelola sistem."
    ),
    "address_refused": _("Alamat atau nomor ini tidak dikenal di sana. Betulkan."),
    "bounced": _("Surel ini kembali: alamatnya tidak menerimanya. Betulkan alamatnya."),
    "refused": _("Layanan pengirim menolaknya. Beri tahu pengelola sistem."),
    "too_late": _("Tidak berhasil sampai jam tenang. Isinya ada di pemberitahuan."),
    "not_set_up": _("Cara ini tidak (lagi) disiapkan di sini."),
    "nothing_left": _("Semuanya sudah selesai atau tidak berlaku lagi sebelum dikirim."),
    "ended": _("Anda tidak ingin disurati lagi sebelum ini dikirim."),
}
"""Why a letter waits, failed or did not go out, and what is to be done."""
UNKNOWN: Final = _(
    "Hubungan terputus tepat saat ini dikirim. Tidak dikirim lagi; isinya ada di pemberitahuan."
)
Values = dict[str, Any]


async def _typed(request: Request) -> Values:
    form = await request.form()
    values: Values = {n: v for n, v in form.items() if isinstance(v, str)}
    return values | {"kinds": [each for each in form.getlist("kinds") if isinstance(each, str)]}


Typed = Annotated[Values, Depends(_typed)]
Reader = Annotated[Principal, requires(READ)]


def router(posting: Posting) -> APIRouter:
    """Return the page and what its forms lead to."""
    pages = APIRouter(include_in_schema=False)

    def show(request: Request, principal: Principal, form: Form, status: int = 200) -> Response:
        wish = posting.wish(principal.account_id)
        asked, offered = ADDRESSES.get(tuple(posting.ways), (LABELS["address"], "email"))
        return render(
            request,
            "resolution/reminder_letters.html",
            status=status,
            section=SECTION,
            wide=False,
            ways=posting.ways,
            wish=wish,
            letters=[_row(each) for each in posting.newest(principal.account_id)],
            kinds=list(KIND_WORDS.items()),
            all_kinds=KINDS,
            labels={**LABELS, "address": asked},
            autocomplete=offered,
            form=form,
            key=str(uuid4()),
        )

    @pages.get(PATH)
    def reminder_letters(request: Request, principal: Reader) -> Response:
        """Show where the reader's digests go."""
        return show(request, principal, Form())

    @pages.post(PATH)
    def want(request: Request, principal: Reader, values: Typed) -> Response:
        """Have them sent to an address."""
        account = principal.account_id
        try:
            body = _read(ReminderLettersBody, values)
            facts = body.address, body.kinds, body.agreed
            done = posting.ask(account, *facts, _once(request, account, values))
        except Problem as problem:
            return show(request, principal, Form.refused(values, problem), problem.status)
        return see_other(request, PATH, SAVED if done.ids["verified"] else ASKED)

    @pages.post(PATH + "/kode")
    def prove(request: Request, principal: Reader, values: Typed) -> Response:
        """Prove the address."""
        account = principal.account_id
        try:
            body = _read(CodeBody, values)
            posting.prove(account, body.code, _once(request, account, values))
        except Problem as problem:
            # What was typed there is no part of the other form.
            return show(request, principal, Form.refused({}, problem), problem.status)
        return see_other(request, PATH, PROVEN)

    @pages.post(PATH + "/hentikan")
    def end(request: Request, principal: Reader, values: Typed) -> Response:
        """Send nothing more."""
        account = principal.account_id
        posting.end(account, _once(request, account, values))
        return see_other(request, PATH, ENDED)

    return pages


def _once(request: Request, account: str, values: Values) -> Any:
    return once_of_form(account, f"POST {request.url.path}", values)


def _read(body: type[BaseModel], values: Values) -> Any:
    """Return what was typed, as the body of the call; raises InvalidInput."""
    given = {name: values[name] for name in body.model_fields if name in values}
    try:
        return body.model_validate(given)
    except ValidationError as refused:
        located = [{**each, "loc": ("body", *each["loc"])} for each in refused.errors()]
        raise InvalidInput(*field_errors(located)) from None


def _row(each: Posted) -> dict[str, Any]:
    return {
        "at": each.made_at,
        "code": each.kind == CODE,
        "state": STATES[each.state],
        "said": UNKNOWN if each.state == "unknown" else REASONS.get(each.reason or ""),
    }
