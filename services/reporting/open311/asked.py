"""What may be asked of published results, by the parameters of GeoReport v2. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.kernel.errors import NotFound, invalid
from services.kernel.text import _
from services.reporting.queries.question import DEFAULT_ZONE

OPEN: Final = "open"
CLOSED: Final = "closed"
SPAN: Final = timedelta(days=90)
"""The specification's longest, and what is taken where no dates are given."""
PAGE: Final = 100
MOST: Final = 1000
IDS_MOST: Final = 100
PAGES_MOST: Final = 10_000
TEXT_MOST: Final = 5000
EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Requests:
    """Which requests are asked for; with `ids` just these, whenever they came (none, where what
    was asked for can be no id)."""

    ids: tuple[UUID, ...] | None = None
    puskesmas: str | None = None
    codes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    limit: int = PAGE
    offset: int = 0


def requests_asked(
    given: Mapping[str, str], now: datetime, places: Collection[str], codes: Collection[str]
) -> Requests:
    """Return what the parameters ask for; `places` and `codes` are those that there are.

    Raises InvalidInput, which names the parameter, and NotFound for an unknown jurisdiction or
    service (400 and 404 in the specification).
    """
    if long := next((name for name, text in given.items() if len(text) > TEXT_MOST), None):
        raise invalid(long, _("Nilai ini terlalu panjang."))
    place = _known(given.get("jurisdiction_id"), places)
    limit = _number(given, "page_size", PAGE, MOST)
    offset = (_number(given, "page", 1, PAGES_MOST) - 1) * limit
    if given.get("service_request_id"):
        ids = _ids(given["service_request_id"])
        return Requests(ids=ids, puskesmas=place, limit=limit, offset=offset)
    chosen = _list(given.get("service_code"))
    if not frozenset(chosen) <= frozenset(codes):
        raise NotFound(_("service_code ini tidak ada di daftar layanan."))
    statuses = _list(given.get("status"))
    if not frozenset(statuses) <= {OPEN, CLOSED}:
        raise invalid("status", _("Isi dengan open, closed, atau keduanya dipisah koma."))
    since, until = _span(_moment(given, "start_date"), _moment(given, "end_date"), now)
    return Requests(None, place, chosen, statuses, since, until, limit, offset)


def _span(
    since: datetime | None, until: datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    if until is None:
        until = now if since is None else since + SPAN
    if since is None:
        since = until - SPAN
    if until < since:
        raise invalid("end_date", _("Akhir rentang ini sebelum awalnya."))
    if until - since > SPAN:
        raise invalid("end_date", _("Rentang paling lama {days} hari.", days=SPAN.days))
    return since, until


def _moment(given: Mapping[str, str], name: str) -> datetime | None:
    text = given.get(name)
    if not text:
        return None
    message = _("Isi dengan waktu W3C, misalnya 2026-11-02T09:30:00Z (tanda + ditulis %2B).")
    try:
        found = datetime.fromisoformat(text)
        found = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(DEFAULT_ZONE))
        found = found.astimezone(UTC)
        if not EARLIEST <= found <= LATEST:
            raise ValueError
    except (ValueError, OverflowError):
        raise invalid(name, message) from None
    return found


def _number(given: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = given.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or len(text) > 6 or not 1 <= int(text) <= most:
        raise invalid(name, _("Isi dengan bilangan dari 1 sampai {most}.", most=most))
    return int(text)


def _ids(text: str) -> tuple[UUID, ...]:
    found = _list(text)
    if len(found) > IDS_MOST:
        raise invalid("service_request_id", _("Paling banyak {most} nomor.", most=IDS_MOST))
    return tuple(each for each in map(id_of, found) if each is not None)


def id_of(text: str) -> UUID | None:
    """Return a request's id; None for what can be none, as there is no such request."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _known(place: str | None, places: Collection[str]) -> str | None:
    if not place:
        return None
    if place not in places:
        raise NotFound(_("jurisdiction_id ini tidak ada; isi dengan kode Puskesmas."))
    return place


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(each.strip() for each in (text or "").split(",") if each.strip())
