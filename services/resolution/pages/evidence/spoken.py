"""The complaints of a bundle with their words: opened by role, a document at a time, and of what
ended long ago only where the reader said why. Who complained is never among them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from services.kernel.access.principal import Principal
from services.kernel.complaint_form import OnForm, on_form
from services.kernel.contracts import Message, SealedBox
from services.kernel.keyring import About, Page, Words
from services.resolution.application import Resolution
from services.resolution.pages.meeting_words import case_of
from services.resolution.pages.spoken import about_case

PAGE: Final[Page] = "bundle"


@dataclass(frozen=True)
class Opened:
    """A complaint of the bundle: what the lists say of it (`item`), what stands on its form, and
    the words of it that opened, by their name there."""

    item: Mapping[str, Any]
    form: OnForm
    said: Mapping[str, str | None]
    erased: bool


class SpokenCases:
    """Opens the words of the complaints of one bundle, for one reader."""

    def __init__(
        self,
        resolution: Resolution,
        words: Words,
        principal: Principal,
        items: Sequence[Mapping[str, Any]],
        reason: str | None,
    ) -> None:
        self._resolution, self._words, self._principal = resolution, words, principal
        self._items, self._reason = items, reason

    @cached_property
    def past(self) -> int:
        """How many of the complaints ended so long ago that the reader has to say why."""
        now = self._resolution.clock()
        ended = (each["end_known_at"] for each in self._items)
        return sum(About("", "", "", None, None, settled_at=at).is_past(now) for at in ended)

    def opened(self, items: Sequence[Mapping[str, Any]]) -> list[Opened]:
        """Return these complaints with the words that the reader's role opens."""
        kept = []
        for item in items:
            thread = self._resolution.thread(item["id"])
            form = on_form(thread)
            about, boxes = self._about(item, form, thread), form.boxes(identity=False)
            self._say_why(about, list(boxes.values()))
            kept.append((item, form, about, boxes))
        wanted = [(about, box) for _item, _form, about, boxes in kept for box in boxes.values()]
        words = iter(self._words.open(self._principal, PAGE, wanted))
        erased = self._words.erased([str(item["id"]) for item in items])
        return [
            Opened(item, form, {name: next(words) for name in boxes}, str(item["id"]) in erased)
            for item, form, _about, boxes in kept
        ]

    def _say_why(self, about: About, boxes: Sequence[SealedBox]) -> None:
        if self._reason and self._words.asks(self._principal, about, boxes):
            self._words.give_reason(self._principal, about, boxes, self._reason, "")

    def _about(self, item: Mapping[str, Any], form: OnForm, thread: Sequence[Message]) -> About:
        case = case_of(self._resolution, item["id"])
        if case is not None:
            return about_case(self._resolution, case)
        # Praise opens no case: nothing is left to do since it was written down.
        return About(
            str(item["id"]),
            item["puskesmas"],
            item["confidentiality"],
            form.received_by,
            self._resolution.district.area_of(item["service_unit"]),
            settled_at=thread[0].time,
        )
