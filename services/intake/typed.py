"""What was typed into a page's complaint form, read by the same rules as a call's body."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from starlette.requests import Request

from services.intake.forms import ComplaintBody
from services.kernel.errors import FieldError, InvalidInput, Problem, invalid
from services.kernel.text import UNREADABLE, Text, _, readable
from services.kernel.web.forms import Form
from services.kernel.web.validation import field_errors

Values = Mapping[str, str | list[str]]
PHONE_SHAPE = _("Tulis nomor telepon dengan angka saja, misalnya 0812 3456 7890.")
MOMENT_SHAPE = _("Tulis waktu seperti 2026-11-09T08:30.")
YEARS_BACK: Final = 20
"""A day longer ago than this is a slip of the finger; older registers come as files."""
CLOCKS_DIFFER: Final = timedelta(minutes=2)
_PERSON = ("name", "phone", "email", "address", "relation", "wants_answer_by")
_PLACES = {"occurred_at": "incident_date", "complainant": "confidentiality"}


async def typed_fields(request: Request) -> dict[str, str | list[str]]:
    """Return a form's fields; the categories are a list, for several may be chosen."""
    form = await request.form()
    values: dict[str, str | list[str]] = {
        name: value for name, value in form.items() if isinstance(value, str)
    }
    values["categories"] = [each for each in form.getlist("categories") if isinstance(each, str)]
    return values


def read_form(values: Values, zone: ZoneInfo, now: datetime | None = None) -> ComplaintBody:
    """Return the complaint that was typed; its times are meant in `zone`.

    With `now`, days that can only be slips of the finger are refused as well. Raises InvalidInput
    with every wrong field.
    """
    errors: list[FieldError] = []
    raw: dict[str, Any] = {
        "channel": line(values, "channel"),
        "text": line(values, "text"),
        "kind": line(values, "kind") or "complaint",
        "service_unit": line(values, "service_unit") or None,
        "categories": values.get("categories") or [],
        "occurred_at": _incident(values, zone, errors),
        "received_at": moment(line(values, "received_at"), "received_at", zone, errors),
        "confidentiality": line(values, "confidentiality") or "open",
        "barrier": line(values, "barrier") or None,
        "complainant": {name: line(values, name) or None for name in _PERSON},
    }
    if now is not None:
        errors += _slips(raw["occurred_at"], raw["received_at"], now)
    if not raw["channel"]:
        errors.append(FieldError("channel", _("Pilih lewat mana ini datang.")))
    if not raw["text"]:
        errors.append(FieldError("text", _("Tulis apa yang disampaikan.")))
        raw["text"] = "-"
    try:
        body = ComplaintBody.model_validate(raw)
    except ValidationError as refused:
        located = [{**each, "loc": ("body", *each["loc"])} for each in refused.errors()]
        raise InvalidInput(*errors, *map(_shaped, field_errors(located))) from None
    if errors:
        raise InvalidInput(*errors)
    return body


def _slips(
    happened: datetime | None, received: datetime | None, now: datetime
) -> Iterator[FieldError]:
    """Yield what no day on a form can mean: one to come, or one of another century."""
    told = {"incident_date": happened, "received_at": received}
    for field, at in told.items():
        if at is not None and at > now + CLOCKS_DIFFER:
            yield FieldError(field, _("Waktu ini belum tiba. Periksa tanggal dan jamnya."))
        if at is not None and at < now - timedelta(days=YEARS_BACK * 365):
            yield FieldError(field, _("Sudah lama sekali: periksa tahunnya."))
    if happened is not None and received is not None and happened > received:
        message = _("Kejadiannya sesudah disampaikan: periksa kedua tanggal.")
        yield FieldError("incident_date", message)


def _shaped(error: FieldError) -> FieldError:
    """Return the error with an example where a field of ours takes one shape only."""
    return FieldError(error.field, PHONE_SHAPE) if error.field.endswith(".phone") else error


def refused(values: Values, problem: Problem, places: Mapping[str, str] | None = None) -> Form:
    """Return the form as it was sent, each error at the field of the page that it is about.

    `places` leads from the names of the call's body to those of the page.
    """
    known = _PLACES if places is None else places
    errors = [FieldError(_field(each.field, known), each.message) for each in problem.errors]
    return Form.refused(values, problem, tuple(dict.fromkeys(errors)))


def _field(path: str, places: Mapping[str, str]) -> str:
    name = path.removeprefix("complainant.").split("[")[0]
    return places.get(name, name)


def line(values: Values, name: str) -> str:
    """Return what was typed into one field, "" for nothing."""
    value = values.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _incident(values: Values, zone: ZoneInfo, errors: list[FieldError]) -> datetime | None:
    """Return when the thing happened; a day without an hour counts from its beginning."""
    clock = line(values, "incident_time")
    begins = day_of_incident(values, zone, errors)
    if clock and not line(values, "incident_date"):
        errors.append(FieldError("incident_date", _("Tulis tanggalnya juga.")))
    if not clock or begins is None:
        return begins
    try:
        hour = time.fromisoformat(clock)
    except ValueError:
        errors.append(FieldError("incident_time", _("Tulis jam seperti 08:30.")))
        return None
    day = begins.astimezone(zone).date()
    return datetime.combine(day, hour.replace(tzinfo=zone)).astimezone(UTC)


def spoken(values: Values, name: str) -> str:
    """Return what was said in one field, "" for nothing; raises InvalidInput for what no person
    can have typed."""
    try:
        return readable(line(values, name))
    except ValueError:
        raise invalid(name, UNREADABLE) from None


def day_of_incident(values: Values, zone: ZoneInfo, errors: list[FieldError]) -> datetime | None:
    """Return the beginning of the day that was typed; what is no day is added to `errors`."""
    written = line(values, "incident_date")
    return moment(
        written and f"{written}T00:00",
        "incident_date",
        zone,
        errors,
        _("Tulis tanggal seperti 2026-11-09."),
    )


def moment(
    written: str,
    field: str,
    zone: ZoneInfo,
    errors: list[FieldError],
    mend: Text = MOMENT_SHAPE,
) -> datetime | None:
    """Return the instant that was typed, meant in `zone`; what is none is added to `errors`."""
    if not written:
        return None
    try:
        # A year at the edge of the calendar has no equal in UTC.
        return datetime.fromisoformat(written).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        errors.append(FieldError(field, mend))
        return None
