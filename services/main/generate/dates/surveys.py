"""The surveys of a Puskesmas, one each quarter, from the terms of reference to the report."""

from datetime import datetime
from random import Random
from typing import Any, Final

from services.intake.domain.satisfaction import PERMENPANRB_14_2017, SCORES
from services.intake.domain.survey_answer import Filled
from services.kernel.months import Month, Stretch
from services.main.generate.dates.diary import DAY, Diary
from services.main.generate.dates.words import papers
from services.main.generate.words import Writer, book

_UNITS: Final = ("loket", "pemeriksaan-umum", "kia-kb", "farmasi")
_ELEMENTS: Final = PERMENPANRB_14_2017.keys
_SHEETS, _BATCHES = 12, 4
"""How many answers are entered at once, and how often."""
_GROUPS: Final = {
    "gender": {"Perempuan": 62, "Laki-laki": 38},
    "age": {"20–29": 24, "30–39": 28, "40–49": 20, "50–59": 16, "60–69": 12},
    "education": {"SD": 22, "SMP": 24, "SMA": 38, "D1–D3": 6, "D4/S1": 10},
    "occupation": {"Rumah tangga": 34, "Petani/nelayan": 24, "Swasta": 20, "Wirausaha": 22},
}
_RETURNED_EVERY, _LATE_EVERY = 4, 5


def plan_surveys(diary: Diary) -> None:
    """Plan the survey of each quarter that begins within the diary."""
    chance = diary.chance
    liked = {key: chance.uniform(-0.25, 0.3) for key in _ELEMENTS}
    liked |= {chance.choice(_ELEMENTS[:3]): -0.45, "cost": 0.45}
    quarters = [each for each in diary.months() if each.first.month in (1, 4, 7, 10)]
    for number, month in enumerate(quarters):
        if diary.working_day(month, 4) > diary.since:
            _Survey(diary, month, number, liked).plan()


class _Survey:
    """One survey; `liked` is how each element stands beside the mean."""

    def __init__(self, diary: Diary, first: Month, number: int, liked: dict[str, float]) -> None:
        self._diary, self._number, self._liked = diary, number, liked
        self._first, self._last = first, first.after.after
        self._key = str(Stretch.written(f"{first.first.year}-Q{first.first.month // 3 + 1}"))
        self._opened = diary.working_day(first.after, 3, 8)
        self._closed = diary.working_day(self._last, 9, 13)

    def plan(self) -> None:
        """Plan its steps in order."""
        diary, words = self._diary, papers().survey
        at = diary.on(self._first.first.replace(day=12), 10)
        self._step(at, "propose_survey", **self._terms(words.target))
        if self._number % _RETURNED_EVERY == 1:
            at = diary.on(at.date() + DAY, 9)
            self._step(at, "return_survey", remarks=words.returned)
            at = diary.on(at.date() + DAY, 11)
            self._step(at, "propose_survey_again", **self._terms(words.target_again))
        at = diary.on(at.date() + 2 * DAY, 9)
        self._step(at, "approve_survey")
        at = diary.on(at.date() + 3 * DAY, 12)
        who = [position for _name, position in papers().staff[3:7]]
        self._step(at, "coordinate_survey", units=_UNITS, who=who, note=words.coordinated)
        self._step(self._opened, "open_survey")
        self._answers()
        self._step(self._closed, "close_survey")
        day = 20 if self._number % _LATE_EVERY == 3 else 5
        published = diary.on(self._last.after.first.replace(day=day), 10)
        why = diary.chance.choice(words.why)
        self._step(published, "publish_survey", why=why, first=self._number == 0)

    def _step(self, at: datetime, name: str, **facts: Any) -> None:
        self._diary.step(at, name, key=self._key, **facts)

    def _terms(self, target: str) -> dict[str, Any]:
        return {
            "period": self._key,
            "opens_on": self._opened.date(),
            "closes_on": self._closed.date(),
            "units": _UNITS,
            "ways": ("link", "paper"),
            "population": 1800,
            "sample": _SHEETS * _BATCHES,
            "agenda": papers().survey.agenda,
            "target": target,
        }

    def _answers(self) -> None:
        days = (self._closed - self._opened) / _BATCHES
        for number in range(_BATCHES):
            at = self._diary.on((self._opened + days * (number + 0.5)).date(), 13)
            filled = [self._filled() for _sheet in range(_SHEETS)]
            way = "link" if number % 3 == 1 else "paper"
            self._step(at, "answer_survey", way=way, filled=filled)

    def _filled(self) -> Filled:
        chance = self._diary.chance
        # What was decided after each survey shows in those that follow.
        mood = 3.12 + 0.05 * self._number + chance.gauss(0, 0.25)
        scores = {
            key: _score(mood + self._liked[key], chance)
            for key in _ELEMENTS
            if chance.random() > 0.01
        }
        groups = {
            kind: chance.choices([*among], [*among.values()])[0] for kind, among in _GROUPS.items()
        }
        unit = chance.choice(_UNITS)
        remark = self._remark(unit) if chance.random() < 0.12 else ""
        return Filled(scores or {"cost": 4}, unit, groups, remark)

    def _remark(self, unit: str) -> str:
        chance = self._diary.chance
        said = [each.suggestions for each in book().subjects if unit in each.units]
        words = [sentence for each in said for sentence in each]
        return Writer(chance, self._diary.district.unit(unit).name).one(words) if words else ""


def _score(mean: float, chance: Random) -> int:
    return min(max(round(chance.gauss(mean, 0.55)), min(SCORES)), max(SCORES))
