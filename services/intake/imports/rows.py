"""A row of an uploaded file, and the key by which the same row is known again."""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

from services.kernel.errors import FieldError

TIMES = ("occurred_at", "received_at")
OF_COMPLAINANT = ("name", "phone", "email", "address", "relation", "wants_answer_by")

Value = str | list[str]


@dataclass(frozen=True)
class Row:
    """One complaint as it stands in the file.

    `number` is the row (of a chat: the line) where it begins, the header being row 1. `fields`
    holds what was filled in and could be read: text, `categories` a list of slugs, times RFC 3339
    with offset. With `errors` the row cannot be taken. `occurrence` counts the rows before it in
    the file that say exactly the same.
    """

    number: int
    fields: Mapping[str, Value]
    errors: tuple[FieldError, ...] = ()
    occurrence: int = 0

    @property
    def names_a_day(self) -> bool:
        """Whether a time of it is the beginning of a day: its cell held a date and no clock.

        A workbook knows no other difference: its dates come with a clock of nought.
        """
        times = (self.fields[name] for name in TIMES if name in self.fields)
        return any(datetime.fromisoformat(str(at)).time() == time() for at in times)

    @property
    def body(self) -> dict[str, Value | dict[str, Value]]:
        """The row as the body of `POST /puskesmas/{code}/complaints`."""
        body: dict[str, Value | dict[str, Value]] = {
            name: value
            for name, value in self.fields.items()
            if name != "reference" and name not in OF_COMPLAINANT
        }
        who = {name: self.fields[name] for name in OF_COMPLAINANT if name in self.fields}
        return body | ({"complainant": who} if who else {})


def row_key(row: Row, secret: bytes) -> str:
    """Return the key under which a Puskesmas knows this row again (HMAC-SHA-256, hex).

    It is kept beside the store's answers, so it is keyed with a secret of the origin: a plain hash
    of a name and a few words could be guessed.

    A `reference` of the file's own is enough. Else the key is made of what the row says, so that
    the same file, saved in another format or encoding, adds nothing; a second row of the same
    content in one file is another complaint and gets another key.
    """
    reference = row.fields.get("reference")
    if reference is not None:
        known = json.dumps(["reference", _plain("reference", reference)], ensure_ascii=False)
    else:
        known = json.dumps(["row", content_of(row), row.occurrence], ensure_ascii=False)
    return hmac.new(secret, known.encode(), hashlib.sha256).hexdigest()


def content_of(row: Row) -> str:
    """Return what a row says, whatever its spacing, its composed letters or its times' zone."""
    plain = {name: _plain(name, value) for name, value in row.fields.items()}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def _plain(name: str, value: Value) -> Value:
    if isinstance(value, list):
        return sorted(value)
    if name in TIMES:
        return datetime.fromisoformat(value).astimezone(UTC).isoformat()
    return " ".join(unicodedata.normalize("NFC", value).split())
