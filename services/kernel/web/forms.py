"""What was typed into a form and what is wrong with it, so that a page can show both again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.kernel.errors import FieldError, KeyReused, Problem
from services.kernel.text import Text, _

SENT_ALONG: Final = frozenset({"key", "version", "puskesmas", "shown_again"})
"""Fields that nobody types."""
SENT_BEFORE: Final = _(
    "Formulir ini sudah dikirim, dan isinya waktu itu tercatat. Kirim lagi hanya bila isi yang "
    "sekarang memang hal lain."
)
"""To who went back in the browser, wrote something else, and sent that: as new, it may be sent."""

Values = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Form:
    """Kept values by field name (a list where several may be chosen) and what to mend.

    An empty one, `Form()`, starts a page; `Form.refused(values, problem)` shows it again.
    """

    values: Values = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    detail: Text | None = None

    @classmethod
    def refused(
        cls, values: Values, problem: Problem, errors: Sequence[FieldError] | None = None
    ) -> "Form":
        """Return the form as it was sent, with the sentences of the refusal (`errors`: in place of
        the problem's own); a key that was used for something else is taken out of it."""
        said = tuple(problem.errors if errors is None else errors)
        if isinstance(problem, KeyReused):
            return cls({**values, "key": ""}, said, SENT_BEFORE)
        return cls(values, said, problem.detail)

    def value(self, name: str, default: object = "") -> str:
        """Return what was typed, else `default` (None: empty)."""
        kept = self.values.get(name, default)
        return "" if kept is None else str(kept)

    def typed(self) -> list[tuple[str, str]]:
        """Return what was typed, by field, without what the page itself sends along."""
        return [
            (name, value)
            for name, value in self.values.items()
            if isinstance(value, str) and value.strip() and name not in SENT_ALONG
        ]

    def chosen(self, name: str, default: object = ()) -> frozenset[str]:
        """Return the choices made, of one or of several."""
        kept = self.values.get(name, default)
        if kept is None or kept == "":
            return frozenset()
        if isinstance(kept, str) or not isinstance(kept, Sequence | frozenset | set):
            return frozenset({str(kept)})
        return frozenset(map(str, kept))

    def error(self, name: str) -> Text | None:
        """Return what to do about a field, if anything."""
        return next((each.message for each in self.errors if each.field == name), None)
