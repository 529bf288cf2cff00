"""What becomes of each complaint: a plan of steps with their times, made by chance from a seed.

Nothing here touches a store: the same seed makes the same plans.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from services.intake.application import Form, Person
from services.kernel.district import Unit
from services.main.generate.arrivals import BOX, Arrival, in_office
from services.main.generate.words import Subject, Writer, book
from services.resolution.domain import FINDINGS

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STRETCH: Final = 2 * HOUR
"""What happens within one is written down service by service."""
OF_A_RESULT: Final = frozenset({"inform", "approve", "confirm", "release", "take_back"})
"""Publication's steps."""
_RAINS: Final = frozenset({11, 12, 1, 2, 3})
_KINDS: Final = {"complaint": 70, "suggestion": 12, "praise": 12, "information_request": 6}
_GRADES: Final = {"green": 58, "yellow": 34, "red": 8}
_INFORMED_BY: Final = ("whatsapp", "phone", "in_person", "sms")
_DUPLICATE_WITHIN: Final = 14 * DAY
_WITH_PHONE: Final = frozenset({"whatsapp", "sms", "phone"})


@dataclass(frozen=True)
class Planned:
    """A step that is taken at a time: a name of `Hands`, and what it needs to be told."""

    at: datetime
    name: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class Life:
    """A complaint as it comes in, and what is done with it afterwards, in order."""

    number: int
    arrival: Arrival
    form: Form
    steps: list[Planned] = field(default_factory=list)

    @property
    def puskesmas(self) -> str:
        """Where it belongs."""
        return self.arrival.place.code


def lives(
    come: Sequence[Arrival], unit_of: Callable[[str], Unit], seed: int, until: datetime
) -> list[Life]:
    """Return what becomes of each of these arrivals until a moment."""
    found: list[Life] = []
    recent: dict[tuple[str, str], Life] = {}
    for number, arrival in enumerate(come):
        chance = Random(f"{seed}/{number}")  # noqa: S311 - histories, not secrets
        subject = _subject(arrival, chance)
        unit = unit_of(chance.choice(subject.units))
        life = Life(number, arrival, _form(arrival, subject, unit, chance))
        place = (arrival.place.code, subject.category)
        original = recent.get(place)
        if _may_be_duplicate(life, original) and chance.random() < 0.12:
            assert original is not None
            _Course(life, subject, unit, chance).duplicate_of(original)
        elif life.form.kind == "praise":
            pass
        else:
            recent[place] = life
            _Course(life, subject, unit, chance).run()
        life.steps = [step for step in life.steps if step.at <= until]
        found.append(life)
    return found


def _may_be_duplicate(life: Life, original: Life | None) -> bool:
    return (
        original is not None
        and life.form.kind == original.form.kind == "complaint"
        and life.arrival.at - original.arrival.at < _DUPLICATE_WITHIN
        and all(step.name != "withdraw" for step in original.steps)
    )


def _subject(arrival: Arrival, chance: Random) -> Subject:
    rains = arrival.heard_at.month in _RAINS
    subjects = book().subjects
    weights = [each.weight * (each.rainy if rains else 1) for each in subjects]
    return chance.choices(subjects, weights)[0]


def _form(arrival: Arrival, subject: Subject, unit: Unit, chance: Random) -> Form:
    kind = _drawn(_KINDS, chance)
    said = {
        "complaint": subject.complaints,
        "suggestion": subject.suggestions,
        "praise": book().praise,
        "information_request": subject.questions,
    }[kind]
    if not said:
        kind, said = "complaint", subject.complaints
    confidentiality = _confidentiality(arrival, chance)
    person = Person() if confidentiality == "anonymous" else _person(arrival, chance)
    # Not every slip says where it happened.
    where = unit.code if arrival.channel != BOX or chance.random() < 0.7 else None
    return Form(
        channel=arrival.channel,
        text=Writer(chance, unit.name).letter(said),
        kind=kind,
        service_unit=where,
        categories=["pujian"] if kind == "praise" else [subject.category],
        incident_at=_incident(arrival, chance),
        confidentiality=confidentiality,
        relation=chance.choice(("patient", "patient", "family", "visitor", None)),
        barrier="language" if chance.random() < 0.01 else None,
        person=person,
    )


def _confidentiality(arrival: Arrival, chance: Random) -> str:
    drawn = chance.random()
    if arrival.channel == BOX:
        return "anonymous" if drawn < 0.75 else "open"
    if arrival.channel == "web":
        return "anonymous" if drawn < 0.35 else "open"
    return "confidential" if drawn < 0.05 else "open"


def _person(arrival: Arrival, chance: Random) -> Person:
    words = book()
    phone = None
    if arrival.channel in _WITH_PHONE or chance.random() < 0.5:
        phone = f"+62 81{chance.randrange(10)} 5550 {chance.randrange(10**4):04}"
    address = f"Dusun {chance.choice(words.villages)}" if chance.random() < 0.5 else None
    return Person(name=chance.choice(words.names), phone=phone, address=address)


def _incident(arrival: Arrival, chance: Random) -> datetime | None:
    if chance.random() < 0.5:
        return None
    return arrival.heard_at - timedelta(minutes=chance.randrange(30, 4 * 24 * 60))


def _drawn(weights: dict[str, int], chance: Random) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


class _Path:
    """The hands of a clock that goes from step to step, in office hours."""

    def __init__(self, life: Life, subject: Subject, unit: Unit, chance: Random) -> None:
        self.life, self.subject, self.unit, self.chance = life, subject, unit, chance
        self.words = Writer(chance, unit.name)
        self.calendar = life.arrival.place.calendar
        self.now = life.arrival.at
        # A few lie about for weeks, whatever their Puskesmas' pace.
        self.pace = life.arrival.place.pace * (9 if chance.random() < 0.07 else 1)

    def later(self, least: timedelta, about: timedelta) -> None:
        """Go on by `least`, and by about as much again as `about` at this pace."""
        wait = least + about * self.chance.expovariate(1) * self.pace
        self.now = in_office(self.calendar, self.now + wait, self.chance)

    def step(self, name: str, **facts: Any) -> None:
        """Plan a step for now."""
        self.life.steps.append(Planned(self.now, name, facts))

    def happens(self, share: float) -> bool:
        """Say, by chance, whether something that this share of all does happens."""
        return self.chance.random() < share


class _Course(_Path):
    """The course of a case through both SOPs, with what happens beside it.

    What comes to a case from outside comes hours after what was done before, so that it finds
    that written.
    """

    documented = -1

    def duplicate_of(self, original: Life) -> None:
        """It is seen to say what another said."""
        self.later(DAY, 4 * HOUR)
        self.step("link", original=original.number)

    def run(self) -> None:
        """Plan the case from its first grading to its end."""
        self._called()
        if self._ends_early():
            return
        self._round()
        if self.happens(0.03) and self._evaluated(effective=True):
            self.later(2 * DAY, 5 * DAY)
            self.step("ask_to_reopen", reason=self.words.one(book().reopenings))
            self._taken_back()
            self.later(DAY, DAY)
            self._again()
        elif self.happens(0.06) and self._evaluated(effective=False):
            self._taken_back()
            self.later(DAY, DAY)
            self._again()
        elif self._evaluated(effective=True) and self.happens(0.12):
            self.later(DAY, 5 * DAY)
            self._rated()

    def _called(self) -> None:
        if self.life.form.confidentiality == "confidential" or self.happens(0.25):
            self.later(10 * MINUTE, HOUR)
            self.step("call_team", how=self.chance.choice(("whatsapp", "phone", "in_person")))
        if self.happens(0.45):
            self.later(5 * MINUTE, 2 * HOUR)
            self.step("acknowledge")
        if self.happens(0.03):
            self.later(3 * HOUR, 4 * HOUR)
            self.step("correct", reason=self.words.one(book().corrections), unit=self.unit.code)
        self.later(5 * MINUTE, 3 * HOUR)
        self.step("grade", grade=_drawn(_GRADES, self.chance))
        if self.happens(0.35):
            self.later(5 * MINUTE, 4 * HOUR)
            self.step("assign", unit=self.unit.code)
        if self.happens(0.08):
            self.later(5 * MINUTE, DAY)
            self.step("comment", comment=self.words.one(book().comments))

    def _ends_early(self) -> bool:
        if self.happens(0.015):
            self.later(DAY, 2 * DAY)
            self.step("withdraw", reason=self.words.one(book().withdrawals))
            return True
        if self.happens(0.02):
            self.later(HOUR, DAY)
            where = self.chance.choice(book().referrals)
            self.step("refer", to=where.to, reason=where.why, told_by=self._told_by())
            return True
        # Some are forgotten: the sweep will say so.
        return self.happens(0.006)

    def _round(self) -> None:
        if self.happens(0.42):
            self.later(5 * MINUTE, 5 * HOUR)
            self.step("answer", answer=self.words.one(self.subject.answers))
        else:
            self._analysed()
        self.later(10 * MINUTE, 6 * HOUR)
        self._documented()

    def _taken_back(self) -> None:
        """Let nothing more come of the result so far: its case was reopened. Within a stretch
        publication comes last, so what stands shortly before goes, too."""
        self.life.steps[:] = [
            each
            for each in self.life.steps
            if each.name not in OF_A_RESULT or each.at < self.now - STRETCH
        ]

    def _again(self) -> None:
        self._analysed()
        self.later(10 * MINUTE, DAY)
        self._documented()
        self._evaluated(effective=True)

    def _analysed(self) -> None:
        if self.happens(0.12):
            self.later(HOUR, DAY)
            self.step("meet")
        if self.happens(0.025):
            self.later(10 * MINUTE, DAY)
            self.step("pause", reason=self.words.one(book().pauses))
            self.later(DAY, 5 * DAY)
            self.step("resume")
        self.later(30 * MINUTE, 16 * HOUR)
        finding = "upheld" if self.happens(0.75) else self.chance.choice(FINDINGS[1:])
        self.step("analyse", cause=self.words.one(self.subject.causes), finding=finding)
        if finding == "upheld":
            self._acted_on()

    def _acted_on(self) -> None:
        self.later(15 * MINUTE, 3 * HOUR)
        among = self.subject.actions
        wanted = self.chance.sample(among, min(len(among), self.chance.choice((1, 1, 2, 2, 3))))
        self.step("plan", actions=[self.words.filled(each) for each in wanted])
        if self.happens(0.01):
            self.later(HOUR, 2 * DAY)
            self.step("escalate", reason=self.words.one(book().escalations))
        for number in range(1, len(wanted) + 1):
            self.later(HOUR, 1.5 * DAY)
            self.step("carry_out", number=number)

    def _documented(self) -> None:
        self.step("document", summary=self.words.one(self.subject.results))
        done = self.now
        self.documented += 1
        self._published(self.documented)
        # The board is one thing, the chair another: neither waits for the other.
        self.now = done

    def _published(self, which: int) -> None:
        if self.life.form.confidentiality != "anonymous" and self.happens(0.97):
            self.later(10 * MINUTE, 8 * HOUR)
            self.step("inform", which=which, channel=self._told_by())
        if not self.happens(0.98):
            return
        self.later(20 * MINUTE, 1.2 * DAY)
        self.step("approve", which=which)
        if self.life.form.confidentiality == "confidential":
            self.later(20 * MINUTE, DAY)
            self.step("confirm", which=which)
        self.later(20 * MINUTE, 8 * HOUR)
        self.step("release", which=which)
        if self.happens(0.004):
            self.later(DAY, 5 * DAY)
            self.step("take_back", which=which)

    def _evaluated(self, *, effective: bool) -> bool:
        if not self.happens(0.985):
            return False
        self.later(DAY, 4 * DAY)
        self.step("evaluate", effective=effective)
        return True

    def _rated(self) -> None:
        rating = self.chance.choices((1, 2, 3, 4), (8, 14, 46, 32))[0]
        remark = self.words.one(book().remarks) if self.happens(0.5) else None
        self.step("rate", rating=rating, remark=remark)

    def _told_by(self) -> str:
        came_by = self.life.arrival.channel
        return came_by if came_by in _INFORMED_BY else self.chance.choice(_INFORMED_BY)
