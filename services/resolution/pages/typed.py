"""What was typed into a step's form, read field by field; all that is wrong is said at once."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from services.kernel.errors import FieldError, InvalidInput
from services.kernel.text import UNREADABLE, Text, _, readable

WORDS, LINE = 10_000, 200
_MISSING = _("Wajib diisi.")


class Typed:
    """The fields of a form; `zone` is that of the Puskesmas, in which its times are meant."""

    def __init__(self, values: Mapping[str, str], zone: ZoneInfo) -> None:
        self.values = dict(values)
        self._zone = zone
        self._errors: list[FieldError] = []

    def check(self) -> None:
        """Raise InvalidInput when anything read so far was wrong."""
        if self._errors:
            raise InvalidInput(*self._errors)

    def wrong(self, field: str, message: Text) -> None:
        """Note what is to be mended at a field."""
        self._errors.append(FieldError(field, message))

    def maybe(self, field: str, limit: int = WORDS) -> str | None:
        """Return a text that may be left out."""
        text = self.values.get(field, "").strip()
        if len(text) > limit:
            self.wrong(field, _("Paling banyak {limit} huruf.", limit=limit))
        try:
            readable(text)
        except ValueError:
            self.wrong(field, UNREADABLE)
        return text or None

    def must(self, field: str, limit: int = WORDS) -> str:
        """Return a text that must be there."""
        text = self.maybe(field, limit)
        if text is None:
            self.wrong(field, _MISSING)
        return text or ""

    def people(self, field: str, *, needed: bool = True) -> list[str]:
        """Return names or roles, one a line or set apart by commas; at least one if `needed`."""
        said = self.must(field) if needed else self.maybe(field) or ""
        lines = said.replace(",", "\n").splitlines()
        names = [line.strip() for line in lines if line.strip()]
        if len(names) > 20:
            self.wrong(field, _("Isi paling banyak {limit}.", limit=20))
        if any(len(name) > LINE for name in names):
            self.wrong(field, _("Paling banyak {limit} huruf.", limit=LINE))
        return names

    def day(self, field: str) -> date:
        """Return a day."""
        try:
            return date.fromisoformat(self.must(field, 40))
        except ValueError:
            if self.maybe(field, 40):
                self.wrong(field, _("Tulis tanggal seperti 2026-11-09."))
            return date.min

    def moment(self, field: str) -> datetime | None:
        """Return a moment in the Puskesmas' zone; left empty it is now (None)."""
        text = self.maybe(field, 40)
        if text is None:
            return None
        try:
            found = datetime.fromisoformat(text)
            # A year at the edge of the calendar has no equal in UTC.
            return found.replace(tzinfo=self._zone).astimezone(UTC)
        except (ValueError, OverflowError):
            self.wrong(field, _("Tulis waktu seperti 2026-11-09T08:30."))
            return None
