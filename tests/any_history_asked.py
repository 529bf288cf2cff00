"""What is drawn at random, and the call of the product that it becomes."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from services.intake.application import Form, Person
from services.kernel.aggregate import Intent
from services.kernel.store import Answer, Once
from services.main.node import Node
from services.resolution.application import Action
from tests import any_history as model
from tests.any_history import Complaint, Publication, Stated

Call = Callable[[Node, Once | None], "Future[Answer]"]
MEDIA = ["notice_board", "clinic_tv", "social_media"]


@dataclass(frozen=True)
class Command:
    """A call, when it is said to have happened, what it says, and why it must be refused."""

    call: Call
    stated: Stated
    facts: dict[str, Any]
    refusal: str | None


@dataclass(frozen=True)
class Choice:
    """What is drawn for one step, before it is known which step it will be."""

    pick: int
    flag: bool
    when: str
    actor: str
    version: str | None


FINDINGS = ["upheld", "upheld", "not_upheld", "by_rule", "out_of_jurisdiction"]
WHEN = [*["now"] * 3, *["same"] * 2, *["between"] * 3, "before", "long before", "soon", "later"]
ACTORS = ["sari", "kukuh", "dewi"]
VERSIONS = [*[None] * 4, *["present"] * 3, "stale"]


def _choice(seed: int) -> Choice:
    # Of one number: drawn part by part, what is likely to be refused would be drawn too often.
    draw = Random(seed)
    return Choice(
        draw.randrange(12),
        draw.random() < 0.5,
        draw.choice(WHEN),
        draw.choice(ACTORS),
        draw.choice(VERSIONS),
    )


choices = st.integers(0, 2**24 - 1).map(_choice)


@dataclass(frozen=True)
class Received:
    """A complaint as it is drawn; `wrong` is what the form gets wrong, if anything."""

    puskesmas: str
    kind: str
    channel: str
    unit: str | None
    categories: list[str]
    confidentiality: str
    received: str
    incident: int | None
    wrong: str | None


receivable = st.builds(
    Received,
    st.sampled_from(["puring", "puring", "lamaru"]),
    st.sampled_from([*["complaint"] * 4, "suggestion", "information_request", "praise"]),
    st.sampled_from(["in_person", "whatsapp", "letter", "lapor"]),
    st.sampled_from([None, "loket", "kia-kb", "farmasi"]),
    st.sampled_from([[], ["waktu-tunggu"], ["waktu-tunggu", "obat"]]),
    st.sampled_from(["open", "open", "confidential", "anonymous"]),
    st.sampled_from(["now", "now", "late", "late", "very late", "soon", "later"]),
    st.sampled_from([None, None, None, -90, -1, 0, 1]),
    st.sampled_from([*[None] * 12, "unit", "puskesmas", "person"]),
)


def receiving(drawn: Received, text: str, now: datetime) -> Command:
    """Return the command that writes a complaint down."""
    spans = {
        "now": None,
        "late": timedelta(days=-2, hours=-5),
        "very late": timedelta(days=-40),
        "soon": timedelta(minutes=1),
        "later": timedelta(minutes=3),
    }
    span = spans[drawn.received]
    stated = Stated(None if span is None else now + span, now)
    form = Form(
        drawn.channel,
        text,
        drawn.kind,
        drawn.unit,
        drawn.categories,
        None if drawn.incident is None else now + timedelta(days=drawn.incident),
        drawn.confidentiality,
        person=Person() if drawn.confidentiality == "anonymous" else Person(name="Siti"),
    )
    puskesmas = drawn.puskesmas
    refusal = model.FUTURE if stated.too_late or drawn.incident == 1 else None
    match drawn.wrong:
        case "puskesmas":
            puskesmas, refusal = "atlantis", model.UNKNOWN
        case "unit":
            form, refusal = replace(form, service_unit="kantin"), model.WRONG
        case "person":
            person = Person(phone="0812")
            form = replace(form, confidentiality="anonymous", person=person)
            refusal = model.WRONG
    who = Intent("rini", "officer", stated.at)

    def call(node: Node, once: Once | None) -> "Future[Answer]":
        return node.intake.receive(puskesmas, form, who, once)

    return Command(call, stated, {"puskesmas": puskesmas}, refusal)


def step(case: Complaint, name: str, choice: Choice, words: str, now: datetime) -> Command:
    """Return the command that takes a case a step further."""
    facts, wrong = _facts(case, name, choice, words, now)
    stated = _stated(case, choice, now, name)
    if name == "actions":
        # A day is stated: it counts until its end, or until now.
        day = facts["done_on"]
        wrong = model.FUTURE if day > now.astimezone(case.zone).date() else None
        stated = Stated(min(case.end_of(day), now), now)
    expected, stale = _expected(case.version, choice)
    refusal = model.UNKNOWN if not case.opened else wrong or stale
    refusal = refusal or case.refusal(name, stated, facts)
    who = Intent(choice.actor, "complaint_team", stated.at)
    return Command(_step_call(case, name, who, facts, expected), stated, facts, refusal)


def publishing_step(
    case: Complaint, it: Publication, name: str, choice: Choice, words: str, now: datetime
) -> Command:
    """Return the command that takes a result a step further on its way to the public."""
    stated = Stated(None, now)
    facts: dict[str, Any] = {"text": words}
    refusal = None
    match name:
        case "approval":
            facts |= {"media": MEDIA[choice.pick % 2 :], "confirm": choice.flag}
            if choice.actor in (it.documented_by, it.saved_by):
                refusal = model.NOBODY
        case "release":
            wanted = [MEDIA[choice.pick % 3]] if choice.flag else None
            facts = {"media": wanted}
            if wanted and not set(wanted) <= it.not_shown:
                refusal = model.WRONG
        case "informed":
            stated = _stated(case, choice, now)
            if stated.occurred_at < case.received.occurred_at:
                refusal = model.BEFORE
    if name not in it.allowed:
        refusal = model.NOT_ALLOWED
    if stated.too_late:
        refusal = model.FUTURE
    expected, stale = _expected(it.version, choice)
    who = Intent(choice.actor, "head", stated.at)
    call = _publishing_call(it, name, who, facts, expected, words)
    return Command(call, stated, facts, stale or refusal)


def _facts(
    case: Complaint, name: str, choice: Choice, words: str, now: datetime
) -> tuple[dict[str, Any], str | None]:
    """Return what a step says, and why it must be refused before anything else."""
    pick = choice.pick
    received = case.received.occurred_at.astimezone(case.zone).date()
    today = now.astimezone(case.zone).date()
    last = (case.last_step_at or now).astimezone(case.zone).date()
    day = timedelta(days=1)
    days = {"now": today, "later": today + day, "before": last - day}
    todo = [n for n in range(1, case.planned + 1) if n not in case.done]
    number = todo[pick % len(todo)] if todo and pick < 10 else pick % 4 + 1
    early = name == "plan" and pick == 11
    facts: dict[str, dict[str, Any]] = {
        "grade": {"grade": ["red", "yellow", "green"][pick % 3]},
        "analysis": {"finding": FINDINGS[pick % len(FINDINGS)]},
        "plan": {"actions": pick % 3 + 1, "due_on": received + (-day if early else day * pick)},
        "actions": {"number": number, "done_on": days.get(choice.when, last)},
        "evaluation": {"effective": choice.flag},
    }
    return {**facts.get(name, {}), "words": words}, model.WRONG if early else None


def _stated(case: Complaint, choice: Choice, now: datetime, name: str = "") -> Stated:
    received_at = case.received.occurred_at
    earliest = received_at if name in model.ASIDE else case.last_step_at or received_at
    moments = {
        "now": None,
        "same": earliest,
        "between": earliest + (now - earliest) * choice.pick / 12,
        "before": earliest - timedelta(microseconds=1),
        "long before": received_at - timedelta(days=3),
        "soon": now + timedelta(minutes=1),
        "later": now + timedelta(minutes=3),
    }
    at = moments[choice.when]
    # Whichever zone it is stated in, it is the same moment.
    return Stated(at and at.astimezone(case.zone if choice.flag else UTC), now)


def _expected(version: int, choice: Choice) -> tuple[int | None, str | None]:
    if choice.version == "stale":
        return version + (1 if choice.flag else -1), model.STALE
    return (version if choice.version == "present" else None), None


def _step_call(
    case: Complaint,
    name: str,
    who: Intent,
    facts: dict[str, Any],
    expected: int | None,
) -> Call:
    words = facts["words"]

    def call(node: Node, once: Once | None) -> "Future[Answer]":
        take = node.resolution
        repeat: dict[str, Any] = {"once": once, "expected": expected}
        match name:
            case "team-call":
                return take.call_team(case.id, who, ["sari"], "telepon", **repeat)
            case "meeting-with-complainant":
                return take.meet(case.id, who, ["sari"], words, **repeat)
            case "grade":
                return take.grade(case.id, who, facts["grade"], words, **repeat)
            case "immediate-answer":
                return take.answer(case.id, who, words, **repeat)
            case "analysis":
                return take.analyse(case.id, who, words, facts["finding"], **repeat)
            case "plan":
                plan = [Action(words, "kepala", facts["due_on"])] * facts["actions"]
                return take.plan(case.id, who, plan, **repeat)
            case "actions":
                done = (facts["number"], facts["done_on"], words)
                return take.carry_out(case.id, who, *done, **repeat)
            case "documentation":
                return take.document(case.id, who, words, None, **repeat)
        return take.evaluate(case.id, who, facts["effective"], words, **repeat)

    return call


def _publishing_call(
    publication: Publication,
    name: str,
    who: Intent,
    facts: dict[str, Any],
    expected: int | None,
    words: str,
) -> Call:
    id = publication.id

    def call(node: Node, once: Once | None) -> "Future[Answer]":
        take = node.publication
        repeat: dict[str, Any] = {"once": once, "expected": expected}
        match name:
            case "draft":
                return take.save_draft(id, who, words, **repeat)
            case "approval":
                media, confirm = facts["media"], facts["confirm"]
                return take.approve(id, who, words, media, confirm, **repeat)
            case "return":
                return take.give_back(id, who, words, **repeat)
            case "release":
                return take.release(id, who, facts["media"], **repeat)
            case "withdrawal":
                return take.withdraw(id, who, words, **repeat)
        return take.inform(id, who, "phone", **repeat)

    return call
