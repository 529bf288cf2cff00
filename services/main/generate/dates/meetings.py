"""The meetings of a Puskesmas: called, held as a rule, and what they decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from services.kernel.months import Month
from services.main.generate.dates.diary import DAY, Diary
from services.main.generate.dates.words import papers
from services.main.generate.lives import HOUR, Life
from services.main.generate.words import Writer, book

_ON_AGENDA, _ABOUT_CASES = 4, 2
_LOKMIN, _QUALITY = 15, 8
_SKIPPED_EVERY: Final = 11
_YEARLY: Final = {
    "quarterly_lokmin": ((3, 6, 9, 12), 19),
    "linsek": ((2, 5, 8, 11), 22),
    "smd": ((2,), 25),
    "mmd": ((3, 9), 23),
    "management_review": ((11,), 25),
}
"""By kind, in which months it meets, and from which day on."""


@dataclass(frozen=True)
class _Called:
    key: str
    kind: str
    called_at: datetime
    at: datetime
    about: Month
    cases: Sequence[Life]


def plan_meetings(diary: Diary) -> None:
    """Plan the meetings of each month. One that is called and does not come about any more stands
    planned; some time or other a lokmin is cancelled."""
    cancelled = diary.chance.randrange(2, _SKIPPED_EVERY)
    for number, month in enumerate(diary.months()):
        lokmin = diary.on(month.first.replace(day=_LOKMIN), 12)
        # Each is called at the one before it, so that there is always one to come.
        _one(diary, "quality_meeting", _last_lokmin(diary, month), month, _QUALITY)
        called = diary.on(month.first.replace(day=_QUALITY), 14)
        if number % _SKIPPED_EVERY == cancelled:
            _call_off(diary, _called(diary, "monthly_lokmin", called, lokmin))
        else:
            _hold(diary, _called(diary, "monthly_lokmin", called, lokmin))
        for kind, (months, day) in _YEARLY.items():
            if month.first.month in months:
                _one(diary, kind, diary.on(month.first.replace(day=5), 10), month, day)


def _last_lokmin(diary: Diary, month: Month) -> datetime:
    return diary.on(month.before.first.replace(day=_LOKMIN), 14)


def _one(diary: Diary, kind: str, called: datetime, month: Month, day: int) -> None:
    hour = papers().meetings[kind].hour
    _hold(diary, _called(diary, kind, called, diary.on(month.first.replace(day=day), hour)))


def _called(diary: Diary, kind: str, called_at: datetime, at: datetime) -> _Called:
    about = Month.of(diary.place.calendar.local_date(at)).before
    at = at.replace(minute=0)
    called_at = max(called_at, diary.on(diary.since.date() + DAY, 9))
    cases = [
        life
        for life in diary.lives
        if called_at - 60 * DAY < life.arrival.at < called_at - DAY and _is_settled_once(life)
    ]
    return _Called(f"{kind}/{about.after}", kind, called_at, at, about, cases[-_ON_AGENDA:])


def _is_settled_once(life: Life) -> bool:
    """Say whether a case goes straight to its result: nothing that a meeting adds to its plan may
    be in the way of what is planned for it."""
    names = [step.name for step in life.steps]
    return names.count("document") == 1 and not {"ask_to_reopen", "withdraw"} & {*names}


def _call(diary: Diary, called: _Called) -> bool:
    """Call a meeting; say whether it is within the diary."""
    if called.at < called.called_at + DAY:
        return False
    words = papers().meetings[called.kind]
    diary.step(
        called.called_at,
        "call_meeting",
        key=called.key,
        kind=called.kind,
        starts_at=called.at,
        venue=diary.chance.choice(papers().venues),
        invitees=[position for _name, position in _people(words.guests)],
        agenda=words.agenda,
        months=[str(called.about)],
        cases=[each.number for each in called.cases],
    )
    return True


def _call_off(diary: Diary, called: _Called) -> None:
    if _call(diary, called):
        reason = diary.chance.choice(papers().cancelled)
        at = diary.before(called.at, 9)
        diary.step(at, "cancel_meeting", key=called.key, reason=reason)


def _hold(diary: Diary, called: _Called) -> None:
    if not _call(diary, called):
        return
    words, chance = papers().meetings[called.kind], diary.chance
    topic = _topic(diary, called.about)
    decisions = _decisions(diary, called)
    people = _people(words.guests)
    written = called.at + 2.5 * HOUR
    diary.step(
        written,
        "hold_meeting",
        key=called.key,
        held_at=called.at,
        attendance=chance.sample(people, chance.randrange(len(people) // 2 + 1, len(people))),
        minutes=chance.choice(words.minutes).format(topic=topic),
        outcome=chance.choice(words.outcomes).format(topic=topic),
        decisions=decisions,
    )
    for number, each in enumerate(decisions, start=1):
        _followed_up(diary, called.key, number, written, each["due_on"])


def _people(guests: bool) -> list[tuple[str, str]]:
    return [*papers().staff, *(papers().guests if guests else ())]


def _topic(diary: Diary, about: Month) -> str:
    """Return what most complaints of a month were about."""
    codes = [code for life in diary.of_month(about) for code in life.form.categories]
    told = [code for code in codes if code not in ("pujian", "lain-lain")]
    if not told:
        return diary.chance.choice(papers().topics)
    most = max(sorted(set(told)), key=told.count)
    return diary.district.category(most).name.lower()


def _decisions(diary: Diary, called: _Called) -> list[dict[str, Any]]:
    """Return what is decided: on cases whose result is there already, and what stands alone."""
    chance, until = diary.chance, called.at - DAY
    settled = [
        life
        for life in called.cases
        if any(step.name == "document" and step.at < until for step in life.steps)
    ]
    found = [
        _decided(diary, called.at, _mended(diary, life), chance.choice(papers().persons), life)
        for life in settled[: chance.randrange(_ABOUT_CASES + 1)]
    ]
    what, who = chance.choice(papers().standing)
    return [*found, _decided(diary, called.at, what, who, None)]


def _mended(diary: Diary, life: Life) -> str:
    """Return what is done so that the cause of a complaint does not come again."""
    category = life.form.categories[0]
    actions = [each.actions for each in book().subjects if each.category == category]
    unit = diary.district.unit(life.form.service_unit or "loket").name
    writer = Writer(diary.chance, unit)
    return writer.one(actions[0]) if actions else papers().standing[0][0]


def _decided(
    diary: Diary, held: datetime, what: str, who: str, life: Life | None
) -> dict[str, Any]:
    due = diary.on(held.date() + diary.chance.choice((7, 14, 21)) * DAY).date()
    number = None if life is None else life.number
    return {"decision": what, "person_responsible": who, "due_on": due, "case": number}


def _followed_up(diary: Diary, key: str, number: int, written: datetime, due: date) -> None:
    """Plan when a decision is done: mostly by its day, some days after it, or never."""
    chance = diary.chance
    how = chance.choices(("done", "late", "never"), (78, 16, 6))[0]
    if how == "never":
        return
    day = due + chance.randrange(3, 15) * DAY if how == "late" else due - DAY
    at = max(diary.on(day, 10), diary.on(written.date() + DAY, 10))
    diary.step(
        at,
        "do_decision",
        key=key,
        number=number,
        done_on=at.date(),
        note=chance.choice(papers().done),
    )
