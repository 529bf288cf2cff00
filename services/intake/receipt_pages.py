"""The page on which the holder of a receipt rates, asks again, or takes a complaint back.

The code is typed into the form or sent along by it; it stands in no address.
"""

from typing import Annotated, Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.cases import Cases
from services.intake.domain import RATINGS
from services.intake.forms import RECEIPT_LENGTH
from services.intake.receipts import Receipts
from services.intake.typed import line, spoken, typed_fields
from services.kernel.access.web import PUBLIC, trying_a_code
from services.kernel.commands import once_of_form
from services.kernel.errors import FieldError, InvalidInput, Problem, TooMany
from services.kernel.text import _
from services.kernel.web.forms import Form
from services.kernel.web.pages import render

PATH: Final = "/r/tanggapi"
RATE, REOPEN, WITHDRAW = "rate", "reopen", "withdraw"
WISHES: Final = (
    (RATE, _("Menilai penanganannya")),
    (REOPEN, _("Minta dibuka lagi")),
    (WITHDRAW, _("Mencabut keluhan saya")),
)
STEPS: Final = (
    ("4", _("Sangat baik")),
    ("3", _("Baik")),
    ("2", _("Kurang baik")),
    ("1", _("Tidak baik")),
)
LABELS: Final = {
    "receipt": _("Kode tanda terima"),
    "wish": _("Apa yang ingin Anda lakukan?"),
    "rating": _("Penilaian Anda"),
    "words": _("Ceritakan"),
    "sure": _("Ya, saya mencabutnya"),
}
WORDS_MOST: Final = 10_000

Fields = Annotated[dict[str, str | list[str]], Depends(typed_fields)]


def add(pages: APIRouter, intake: Intake, cases: Cases) -> None:
    """Add the page."""
    receipts = Receipts(intake, cases)

    def show(request: Request, form: Form, status: int = 200) -> Response:
        chosen = form.value("wish") if form.value("wish") in dict(WISHES) else ""
        response = render(
            request,
            "intake/respond.html",
            status=status,
            wide=False,
            form=form,
            labels=LABELS,
            wishes=WISHES,
            chosen=chosen,
            title=dict(WISHES).get(chosen, _("Tanggapi dengan kode tanda terima")),
            ratings=STEPS,
            key=str(uuid4()),
        )
        response.headers["cache-control"] = "no-store"
        return response

    @pages.get(PATH, dependencies=[PUBLIC])
    def respond_form(request: Request, wish: str = "") -> Response:
        """Ask for the code and what its holder wants to say; `wish` is chosen already."""
        return show(request, Form({"wish": wish} if wish in dict(WISHES) else {}))

    @pages.post(PATH, dependencies=[PUBLIC])
    def respond(request: Request, values: Fields) -> Response:
        """Record it, and say so."""
        # The code comes back into no page: whoever looks over a shoulder would have it.
        kept = {name: value for name, value in values.items() if name != "receipt"}
        try:
            code, wish, rating, words = _read(values)
            with trying_a_code(request):
                complaint = receipts.find(code)
            again = once_of_form("public", f"POST {PATH}", values)
            if wish == RATE:
                receipts.rate(complaint, rating, words or None, again).result()
            elif wish == REOPEN:
                receipts.request_reopening(complaint, words, again).result()
            else:
                receipts.withdraw(complaint, words or None, again).result()
        except Problem as problem:
            page = show(request, Form.refused(kept, problem), problem.status)
            if isinstance(problem, TooMany):
                page.headers["retry-after"] = str(problem.extra["retry_after"])
            return page
        here = intake.at(complaint.puskesmas)
        response = render(
            request,
            "intake/responded.html",
            wide=False,
            home=f"/p/{here.code}",
            zone=ZoneInfo(here.zone),
            here=here,
            number=complaint.number,
            wish=wish,
        )
        response.headers["cache-control"] = "no-store"
        return response


def _read(values: Any) -> tuple[str, str, int, str]:
    """Return code, wish, rating (0: none) and words; raises InvalidInput with every wrong field."""
    code, wish = line(values, "receipt"), line(values, "wish")
    rating, words = line(values, "rating"), spoken(values, "words")
    errors = []
    if not 1 <= len(code) <= RECEIPT_LENGTH:
        errors.append(FieldError("receipt", _("Tulis kode yang ada pada tanda terima Anda.")))
    if wish not in dict(WISHES):
        errors.append(FieldError("wish", _("Pilih salah satu.")))
    if wish == RATE and rating not in map(str, RATINGS):
        errors.append(FieldError("rating", _("Pilih salah satu penilaian.")))
    if wish == WITHDRAW and not line(values, "sure"):
        message = _(
            "Pencabutan tidak dapat dibatalkan. Centang di sini bila memang itu maksud Anda."
        )
        errors.append(FieldError("sure", message))
    if wish == REOPEN and not words:
        errors.append(FieldError("words", _("Tulis yang masih belum beres.")))
    if len(words) > WORDS_MOST:
        errors.append(FieldError("words", _("Paling banyak {limit} huruf.", limit=WORDS_MOST)))
    if errors:
        raise InvalidInput(*errors)
    return code, wish, int(rating) if wish == RATE else 0, words
