"""The page on which a complainant is written to: what would go out, and what became of each
message."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import intent, once_of_form
from services.kernel.errors import InvalidInput, Problem
from services.kernel.text import Text, _
from services.kernel.web import words as glossary
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of, say
from services.kernel.web.others import namer, version_of
from services.kernel.web.pages import render
from services.kernel.web.validation import field_errors
from services.publication.domain import Publication
from services.publication.domain.message import LANGUAGES, UNDER_WAY, OutgoingMessage
from services.publication.messages.api import DecisionBody, MessageBody, one_of
from services.publication.messages.application import Messaging

READ: Final = "message.read"
SEND: Final = "message.send"
PATH: Final = "/terbitkan/{id}/pesan"
ASKED: Final = flash("message.asked", _("Pesan ini akan dikirim."))
DECIDED: Final = flash("message.decided", _("Keputusan ini sudah tercatat."))
STATES: Final[Mapping[str, tuple[Text, str, str]]] = {
    "waiting": (_("Menunggu"), "soon", "○"),
    "attempted": (_("Sedang dikirim"), "soon", "→"),
    "sent": (_("Terkirim"), "well", "✓"),
    "delivered": (_("Sampai"), "well", "✓"),
    "failed": (_("Gagal"), "late", "!"),
    "unknown": (_("Tidak pasti"), "late", "?"),
    "considered": (_("Dianggap terkirim"), "quiet", "✓"),
}
REASONS: Final[Mapping[str, Text]] = {
    "unreachable": _("Layanan pengirim tidak dapat dihubungi; dicoba lagi."),
    "busy": _("Layanan pengirim meminta menunggu; dicoba lagi."),
    "not_accepted": _(
        "Layanan pengirim menolak akun Puskesmas; dicoba lagi. Beri tahu pengelola sistem."
    ),
    "address_refused": _(
        "Nomor atau surel ini tidak dikenal. Periksa formulirnya, betulkan, lalu kirim lagi."
    ),
    "refused": _("Layanan pengirim menolak pesan ini. Kabari pelapor dengan cara lain."),
    "bounced": _("Pesan ini dikembalikan. Periksa alamatnya di formulir, atau pakai cara lain."),
    "given_up": _(
        "Sudah dicoba berulang kali tanpa hasil. Kirim lagi nanti, atau pakai cara lain."
    ),
    "no_address": _("Formulir tidak (lagi) memuat nomor atau surel yang dapat dipakai."),
    "no_key": _("Identitas pelapor tidak dapat dibuka di sini. Kabari dengan cara lain."),
    "called_off": _("Dibatalkan sebelum dikirim."),
    "withdrawn": _("Pelapor sudah mencabut keluhannya; tidak ada yang dikirim."),
    "erased": _("Data orangnya dihapus; tidak ada yang dikirim."),
    "anonymous": _("Keluhan ini menjadi anonim; tidak ada yang dikirim."),
    "taken_back": _("Kasusnya dibuka kembali; hasil ini tidak dikabarkan."),
    "not_set_up": _("Cara ini tidak (lagi) disiapkan di sini. Kabari dengan cara lain."),
}
"""Why a message waits for another attempt or failed, and what is to be done."""
WHY_NOT: Final[Mapping[str, Text]] = {
    "anonymous": _(
        "Keluhan anonim: pelapor tidak dapat dikabari; tanda terimanya memuat hasilnya."
    ),
    "erased": _("Data orangnya dihapus: pelapor tidak dikabari lagi."),
    "withdrawn": _("Pelapor sudah mencabut keluhannya: ia tidak dikabari dengan pesan."),
    "taken_back": _("Kasusnya dibuka kembali: hasil ini tidak dikabarkan lagi."),
    "planned": _("Ini rencana perbaikan: pelapor dikabari bila hasilnya ada."),
}
LANGUAGE_WORDS: Final[Mapping[str, Text]] = {"id": _("Indonesia"), "en": _("Inggris")}
LABELS: Final = {
    "channel": _("Kirim lewat"),
    "language": _("Bahasa"),
    "agreed": _("Persetujuan pelapor"),
    "decision": _("Keputusan"),
}
Values = dict[str, str | list[str]]


async def _fields(request: Request) -> Values:
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


Fields = Annotated[Values, Depends(_fields)]


def router(messaging: Messaging) -> APIRouter:
    """Return the page of messages and what its forms lead to."""
    pages = APIRouter(include_in_schema=False)
    publishing = messaging.publishing

    def show(request: Request, it: Publication, form: Form, status: int = 200) -> Response:
        principal: Principal = request.state.principal
        now = publishing.clock()
        zone = ZoneInfo(messaging.district.puskesmas(it.puskesmas).zone)
        goes_out = messaging.next_allowed(it.puskesmas, now)
        # First the way that the person chose.
        offers = sorted(messaging.offers(it), key=lambda each: each.agreement)
        why_not = messaging.why_not(it)
        newest = _newest(messaging, it)
        return render(
            request,
            "publication/messages.html",
            status=status,
            section="publications",
            it=it,
            place=messaging.district.puskesmas(it.puskesmas).name,
            zone=zone,
            goes_out=goes_out if goes_out > now else None,
            channels=messaging.channels,
            offers=[(each.channel, glossary.word("channel", each.channel)) for each in offers],
            asks=[
                say(glossary.word("channel", each.channel), language_of(request))
                for each in offers
                if each.agreement
            ],
            languages=list(LANGUAGE_WORDS.items()),
            previews=_previews(messaging, it, [each.channel for each in offers]),
            why_not=WHY_NOT[why_not] if why_not else None,
            may=principal.may(SEND, it.puskesmas),
            under_way=any(each.state in UNDER_WAY for each in newest),
            messages=[_row(request, messaging, each) for each in newest],
            labels=LABELS,
            form=form,
            key=str(uuid4()),
        )

    @pages.get(PATH)
    def messages(
        request: Request, id: UUID, principal: Annotated[Principal, requires(READ)]
    ) -> Response:
        """Show what can be sent to the complainant of a result, and what was."""
        it = publishing.get(id)
        principal.role_for(READ, it.puskesmas)
        return show(request, it, Form())

    @pages.post(PATH, dependencies=[requires(SEND)])
    def ask(request: Request, id: UUID, values: Fields) -> Response:
        """Have a message sent."""
        principal: Principal = request.state.principal
        it = publishing.get(id)
        who = intent(principal, SEND, it.puskesmas)
        once = once_of_form(principal.account_id, f"POST {request.url.path}", values)
        try:
            body = _read(MessageBody, values)
            facts = body.channel, body.language, body.agreed
            messaging.request(id, who, *facts, once=once).result()
        except Problem as problem:
            return show(request, it, Form.refused(values, problem), problem.status)
        return see_other(request, PATH.format(id=id), ASKED)

    @pages.post(PATH + "/{message}", dependencies=[requires(SEND)])
    def decide(request: Request, id: UUID, message: UUID, values: Fields) -> Response:
        """Decide about a message."""
        principal: Principal = request.state.principal
        it = publishing.get(id)
        who = intent(principal, SEND, it.puskesmas)
        one_of(messaging, id, message)
        once = once_of_form(principal.account_id, f"POST {request.url.path}", values)
        try:
            body = _read(DecisionBody, values)
            expected = version_of(values)
            messaging.decide(message, who, body.decision, once=once, expected=expected).result()
        except Problem as problem:
            return show(request, it, Form.refused(values, problem), problem.status)
        return see_other(request, PATH.format(id=id), DECIDED)

    return pages


def _read(body: type[BaseModel], values: Values) -> Any:
    """Return what was typed, as the body of the call; raises InvalidInput."""
    given = {name: values[name] for name in body.model_fields if values.get(name)}
    try:
        return body.model_validate(given)
    except ValidationError as refused:
        located = [{**each, "loc": ("body", *each["loc"])} for each in refused.errors()]
        raise InvalidInput(*field_errors(located)) from None


def _newest(messaging: Messaging, it: Publication) -> list[OutgoingMessage]:
    return list(reversed(messaging.of_complaint(it.complaint)))


def _previews(
    messaging: Messaging, it: Publication, channels: list[str]
) -> list[tuple[Text | str, Text, str, str | None]]:
    """Return what goes out by channel and language: the names of both, the text, its subject."""
    found = []
    for channel in channels:
        for language in LANGUAGES:
            words = messaging.preview(it, channel, language)
            subject = words.subject if channel == "email" else None
            name = glossary.word("channel", channel)
            found.append((name, LANGUAGE_WORDS[language], words.body, subject))
    return found


def _row(request: Request, messaging: Messaging, each: OutgoingMessage) -> dict[str, Any]:
    return {
        "id": each.id,
        "version": each.version,
        "publication": each.publication,
        "channel": glossary.word("channel", each.channel),
        "language": LANGUAGE_WORDS[each.language],
        "by": namer(request.app.state.access)(*each.requested_by),
        "asked_at": each.created_on,
        "changed_at": each.changed_at,
        "state": STATES[each.state],
        "unknown": each.state == "unknown",
        "queued": each.state == "attempted",
        "reason": REASONS[each.reason] if each.reason else None,
        "next_at": _next_at(messaging, each),
        "attempts": each.attempt,
        "decisions": each.decisions,
    }


def _next_at(messaging: Messaging, each: OutgoingMessage) -> Any:
    """Return when a message that waits goes out; None for one that does not wait."""
    if each.state != "waiting":
        return None
    wished = max(each.not_before or each.changed_at, messaging.publishing.clock())
    return messaging.next_allowed(each.puskesmas, wished)
