"""When people are reminded of what falls due, and when a case is put before the district: rules of
the district file in versions, read and reckoned. Pure: no clock, no I/O."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from services.kernel.calendar import WorkCalendar
from services.kernel.district.parts import Part
from services.kernel.district.rules import LimitName
from services.kernel.district.schedules import DutyKind
from services.kernel.errors import FieldError
from services.kernel.text import _

About = Literal[LimitName, "action", "box_opening", "recap_closing", "incoming", DutyKind]
"""Of what: a promise on a case, an action of its plan, a duty of the agenda, or messages that came
by themselves and wait, which are due on the day that they came."""
Recipient = Literal["responsible", "complaint_team", "quality_lead", "head", "district"]
"""Whom: a role at the Puskesmas, or the person named on the case or the action, where somebody
with an account bears that name."""
RESPONSIBLE: Final = "responsible"
_MOST: Final = 60
_SLOT: Final = "%Y-%m-%dT%H%M"


def _read(value: object) -> object:
    # YAML 1.1 reads 12:30 without quotes as a number of base 60.
    return f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) else value


Clock = Annotated[time, BeforeValidator(_read)]


class Stage(Part):
    """A point before or after a due moment, in working days of the Puskesmas; one of the two.

    `before: 0` is the day on which it falls due, `after: 0` from when it is past.
    """

    before: Annotated[int, Field(ge=0, le=_MOST)] | None = None
    after: Annotated[int, Field(ge=0, le=_MOST)] | None = None

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.before is None) == (self.after is None):
            raise ValueError(_("Isi salah satu saja: before atau after (hari kerja)."))
        return self

    @property
    def rank(self) -> int:
        """Its place in time: the later stage of one thing has the higher rank."""
        return self.after if self.after is not None else -1 - (self.before or 0)

    def begins(self, due_at: datetime, calendar: WorkCalendar) -> datetime:
        """Return from when it has come, for what is due at a moment."""
        if self.after is not None:
            return calendar.add_working_days(due_at, self.after) if self.after else due_at
        day = calendar.local_date(due_at)
        for _number in range(self.before or 0):
            day = calendar.working_day_until(day - timedelta(days=1))
        return calendar.end_of(day - timedelta(days=1)) + timedelta.resolution


class ReminderRule(Stage):
    """At one stage of one kind of thing: who is reminded."""

    about: About
    to: tuple[Recipient, ...] = Field(min_length=1)


class EscalationRule(Stage):
    """At which stage after its last moment a promise that was not kept puts its case before the
    district office."""

    about: LimitName

    @model_validator(mode="after")
    def _after_it(self) -> Self:
        if self.after is None:
            raise ValueError(_("Kasus dinaikkan sesudah batasnya lewat: isi after."))
        return self


class ReminderRules(Part):
    """A version of the rules, in force from a day on, until the next version is.

    At the times of `digests_at`, on working days of each Puskesmas and not later than `until`,
    everybody gets one digest of what they are to be reminded of; at other hours nobody is.
    """

    version: int = Field(ge=1)
    in_force_from: date
    digests_at: tuple[Clock, ...] = Field(min_length=1, max_length=4)
    until: Clock
    reminders: tuple[ReminderRule, ...]
    escalations: tuple[EscalationRule, ...] = ()

    def of(self, about: str) -> tuple[ReminderRule, ...]:
        """Return the rules for one kind of thing, the earliest stage first."""
        found = (rule for rule in self.reminders if rule.about == about)
        return tuple(sorted(found, key=lambda rule: rule.rank))

    def escalation(self, about: str) -> EscalationRule | None:
        """Return when a broken promise puts its case before the district; None: never."""
        return next((rule for rule in self.escalations if rule.about == about), None)

    def slot(self, local: datetime) -> str | None:
        """Return the digest of a moment at a Puskesmas (its own time), as `2026-11-02T0730`; None
        before the first of the day, and in the quiet hours after the last."""
        passed = [at for at in self.digests_at if at <= local.time()]
        if not passed or local.time() > self.until:
            return None
        return datetime.combine(local.date(), max(passed)).strftime(_SLOT)

    def next_slot(self, local: datetime) -> datetime:
        """Return the time of the first digest after a moment, whatever day that is."""
        for day in (local.date(), local.date() + timedelta(days=1)):
            for at in sorted(self.digests_at):
                found = datetime.combine(day, at, local.tzinfo)
                if found > local:
                    return found
        raise AssertionError("tomorrow has a digest")

    def problems(self) -> Iterator[FieldError]:
        """Yield what is wrong with this version: digests in quiet hours, a stage named twice."""
        for index, at in enumerate(self.digests_at):
            if at > self.until:
                message = _("Jam ini sesudah until; ringkasan tidak pernah sampai.")
                yield FieldError(f"digests_at[{index}]", message)
        named: Sequence[tuple[str, Sequence[ReminderRule | EscalationRule]]]
        named = (("reminders", self.reminders), ("escalations", self.escalations))
        for field, rules in named:
            keys = sorted((rule.about, rule.rank) for rule in rules)
            if any(len(list(same)) > 1 for _key, same in groupby(keys)):
                message = _("Satu tahap dari satu hal disebut dua kali. Sisakan satu.")
                yield FieldError(field, message)


def time_of(slot: str) -> datetime:
    """Return the local date and time that a digest is named by; raises ValueError for none."""
    return datetime.strptime(slot, _SLOT)  # noqa: DTZ007 - of its Puskesmas, whatever the zone
