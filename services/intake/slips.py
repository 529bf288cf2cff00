"""What the holder of a receipt takes home: the code, the way to it, and when an answer is due."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.requests import Request

from services.intake.application import Intake
from services.intake.domain import Complaint
from services.kernel.district import Limit, Puskesmas
from services.kernel.paper.slip import Format, slip
from services.kernel.paper.slip import Slip as PaperSlip
from services.kernel.text import Text, _
from services.kernel.vocabulary import CASE_KINDS, GRADES
from services.kernel.web import formats
from services.kernel.web.addresses import address
from services.kernel.web.language import say
from services.kernel.web.pictures import drawn, squares

FRESH: Final = timedelta(hours=1)
"""So long after it was written down a receipt promises; later it tells where the dates stand."""


def receipt_of(
    request: Request, intake: Intake, here: Puskesmas, complaint: Complaint
) -> dict[str, Any]:
    """Return what a receipt shows; its code stands behind the #, which no server is told.

    A slip that is printed again says nothing of dates (`holds`): a grade, a pause or a correction
    may have moved them, and the receipt at its address knows them. Nor does one say a date that was
    over before it was written down.
    """
    code = intake.receipt(complaint.id)
    link = address(request, f"/r#{code}")
    limit, longest = _response_limits(intake, here, complaint)
    hours = limit.hours if limit else None
    answered_by = complaint.received_at + timedelta(hours=hours) if hours else None
    now = intake.clock()
    return {
        "code": code,
        "link": link,
        "picture": drawn(link),
        "limit": limit,
        "holds": now - complaint.recorded_at < FRESH and (answered_by or now) >= now,
        "answered_by": answered_by,
        "at_latest": complaint.received_at + timedelta(hours=longest) if longest else None,
    }


def on_paper(
    shown: dict[str, Any], here: Puskesmas, complaint: Complaint, language: str, paper: Format
) -> bytes:
    """Return a slip as PDF; `shown` is what `receipt_of` says of it."""
    zone = ZoneInfo(here.zone)

    def said(text: Text) -> str:
        return say(text, language)

    data = PaperSlip(
        language=language,
        place=here.name,
        title=said(_("Tanda terima")),
        number=complaint.number,
        received=formats.stamp(complaint.received_at, language, zone),
        code_title=said(_("Kode tanda terima")),
        code=shown["code"],
        squares=squares(shown["link"]),
        squares_alt=said(_("Lihat sampai di mana, dengan kode ini")),
        how=said(_("Pindai gambar ini, atau buka alamat berikut lalu ketik kodenya:")),
        address=shown["link"].split("#")[0],
        next_title=said(_("Yang terjadi selanjutnya")),
        next=tuple(said(each) for each in _what_next(shown, language, zone)),
    )
    return slip(data, paper)


def _what_next(shown: dict[str, Any], language: str, zone: ZoneInfo) -> Iterator[Text]:
    """Yield what the page says (`receipt.html`), for paper."""
    limit: Limit | None = shown["limit"]
    if limit is None:
        yield _("Terima kasih. Pesan ini kami sampaikan kepada yang bersangkutan.")
        return
    if not shown["holds"]:
        yield _(
            "Tanggal tanggapan yang berlaku sekarang tampil pada tanda terima, di alamat di atas."
        )
    elif shown["answered_by"]:
        yield _(
            "Paling lambat {when} tim keluhan menanggapi, atau menilainya dan menetapkan tanggal "
            "tanggapannya.",
            when=formats.stamp(shown["answered_by"], language, zone),
        )
    else:
        yield _(
            "Paling lambat {days} hari kerja setelah diterima tim keluhan menanggapi, atau "
            "menilainya dan menetapkan tanggal tanggapannya.",
            days=limit.working_days,
        )
    latest = shown["at_latest"]
    if shown["holds"] and latest and latest != shown["answered_by"]:
        yield _(
            "Tanggapannya datang selambat-lambatnya {when}, lebih cepat bila mendesak.",
            when=formats.stamp(latest, language, zone),
        )
    yield _(
        "Dengan kode ini siapa pun dapat melihat sampai di mana penanganannya dan tanggal "
        "pastinya, tetapi tidak siapa pelapornya dan apa isinya."
    )


def _response_limits(
    intake: Intake, here: Puskesmas, complaint: Complaint
) -> tuple[Limit | None, int | None]:
    """Return the limit for a response to what is not graded yet, None for praise; and the hours of
    the longest that a grade may bring, None where one is counted in days.

    A grade sets another limit than the one that holds until then, and a receipt on paper cannot be
    put right: it promises what holds whatever the grade.

    Working days are said as a length, not as a day: the days that this Puskesmas declared closed
    are known to the case, whose receipt names the day. Hours run by the clock.
    """
    if complaint.kind not in CASE_KINDS:
        return None, None
    received_on = complaint.received_at.astimezone(ZoneInfo(here.zone)).date()
    rules = intake.district.rules_at(received_on)
    first, *graded = (
        rules.limit("response", kind=complaint.kind, grade=grade, misconduct=False)
        for grade in (None, *GRADES)
    )
    hours = [each.hours for each in graded if each.hours is not None]
    return first, max(hours) if len(hours) == len(graded) else None
