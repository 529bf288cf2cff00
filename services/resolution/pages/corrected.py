"""What a correction changed on a complaint's form: from what to what; of sealed words and of the
person only that they changed."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.kernel.contracts import intake
from services.kernel.district import District
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web import words as glossary
from services.kernel.web.language import say
from services.resolution.pages.rows import name_of
from services.resolution.words import FORM

Form = intake.ComplaintReceivedV1 | intake.ComplaintCorrectedV1
"""What stands on the complaint's form from then on."""
UNSAID: Final = _("tidak disebut")
_WORDS: Final = {
    "channel": "channel",
    "kind": "kind",
    "confidentiality": "confidentiality",
    "wants_answer_by": "channel",
}
"""Of which kind the glossary's words are, by field."""


class Names:
    """How one reader is told the facts of a form: the district's names, times in one zone."""

    def __init__(self, district: District, language: str, zone: ZoneInfo) -> None:
        self._district, self._language, self._zone = district, language, zone
        self._choices = {
            "relation": {each.code: each for each in district.relations},
            "barrier": {each.code: each for each in district.barriers},
        }

    def unit(self, code: str | None) -> str | None:
        """Return a unit's name; its code when the district dropped it."""
        return name_of(self._district.unit, code, self._language)

    def written(self, field: str, value: Any) -> str:
        """Return what stands in a field of the form."""
        if value in (None, []):
            return self.say(UNSAID)
        if field in _WORDS:
            return self.say(glossary.word(_WORDS[field], value))
        if field == "service_unit":
            return self.unit(value) or value
        if field == "categories":
            found = (name_of(self._district.category, each, self._language) for each in value)
            return ", ".join(each or "" for each in found)
        if field == "incident_at":
            return self.moment(value)
        choice = self._choices[field].get(value)
        return choice.name_in(self._language) if choice else value

    def moment(self, at: datetime) -> str:
        """Return an instant as it is written for the reader."""
        """Return a moment; midnight stands for a day of which no time was told."""
        local = at.astimezone(self._zone)
        told = local.date() if local.time() == time.min else local
        return formats.stamp(told, self._language, self._zone)

    def say(self, text: Text | str) -> str:
        """Return a sentence in the reader's language."""
        return say(text, self._language)


def changes(before: Form, now: Form, names: Names) -> Iterator[Text | str]:
    """Yield what differs between two states of a form, field by field."""
    for field, label in FORM.items():
        old, new = getattr(before, field), getattr(now, field)
        if old != new:
            yield f"{names.say(label)}: {names.written(field, old)} → {names.written(field, new)}"
    if now.text != before.text:
        yield _("isi keluhan diubah")
    if now.complainant != before.complainant:
        yield _("identitas pelapor diubah")
