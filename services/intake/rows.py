"""Several short forms on one page, a row for each: the slips of a box, what was raised in a
meeting. An empty row is passed over; without a name it is anonymous."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from services.intake.forms import ComplaintBody
from services.intake.typed import Values, line, read_form
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.text import Text, _

MORE: Final = 6
"""So many rows are added at a time."""
MOST: Final = 100
_FIELDS: Final[Mapping[str, Text]] = {
    "kind": _("Jenis"),
    "service_unit": _("Unit layanan"),
    "name": _("Nama"),
}
_FORM: Final = re.compile(r"\w+\[(\d+)\]\.(?:complainant\.)?(\w+)")


def fields(text: Text) -> Mapping[str, Text]:
    """Return what a row asks for, by field; `text` is what its words are called."""
    return {"text": text, **_FIELDS}


def count(values: Values) -> int:
    """Return how many rows the form has that was sent."""
    return sum(f"text_{row}" in values for row in range(MOST))


def filled(values: Values, rows: int) -> list[int]:
    """Return the rows that have words."""
    return [row for row in range(rows) if line(values, f"text_{row}")]


def read(
    values: Values, rows: int, channel: str, zone: ZoneInfo, errors: list[FieldError]
) -> Iterator[ComplaintBody]:
    """Yield what stands in each row that has words; what is wrong is added to `errors`."""
    for row in range(rows):
        typed = {name: line(values, f"{name}_{row}") for name in ("text", *_FIELDS)}
        if not typed["text"]:
            if typed["name"] or typed["service_unit"]:
                errors.append(FieldError(f"text_{row}", _("Tulis apa yang disampaikan.")))
            continue
        named = "open" if typed["name"] else "anonymous"
        try:
            yield read_form(typed | {"channel": channel, "confidentiality": named}, zone)
        except InvalidInput as problem:
            errors += [
                FieldError(f"{each.field.split('.')[-1]}_{row}", each.message)
                for each in problem.errors
            ]


def place(field: str, among: Sequence[int]) -> str | None:
    """Return the field of the page that an error of one of several forms is about, which stand in
    the rows `among`; None for what is about no form."""
    found = _FORM.match(field)
    return f"{found[2]}_{among[int(found[1])]}" if found else None
