"""One case: its thread, its next step, its deadlines, and the forms that take it further."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.permissions import roles_of
from services.kernel.access.principal import Principal
from services.kernel.access.reach import must_see, sees
from services.kernel.access.web import requires
from services.kernel.aggregate import SYSTEM
from services.kernel.commands import intent, once_of_form
from services.kernel.contracts import Message
from services.kernel.district import District
from services.kernel.errors import Forbidden, InvalidInput, NotFound, Problem
from services.kernel.keyring import Standing, Words
from services.kernel.text import Text, _
from services.kernel.web import words as glossary
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.opened import REASONS_WHY, WHY_LABELS, Why, say_why
from services.kernel.web.opened import opened as opened_by
from services.kernel.web.others import namer, since, version_of
from services.kernel.web.pages import Entry, render
from services.kernel.web.resumed import not_shown_yet
from services.kernel.web.signin import local_address
from services.resolution.application import Resolution
from services.resolution.domain import OUTCOMES, Case, State
from services.resolution.domain.steps import BESIDE, HANDLED, Step
from services.resolution.meetings.lists import MeetingLists
from services.resolution.pages import elsewhere, thread
from services.resolution.pages.corrected import Form as OnForm
from services.resolution.pages.corrected import Names
from services.resolution.pages.lists import CaseLists
from services.resolution.pages.meeting_words import in_meetings
from services.resolution.pages.news import tell
from services.resolution.pages.promised import deadlines_of, limits_of
from services.resolution.pages.queue import PATH, READ, name_of
from services.resolution.pages.spoken import about_case, boxes_of, spoken
from services.resolution.pages.steps import FORMS, StepForm
from services.resolution.pages.typed import Typed
from services.resolution.words import (
    CALLED,
    EVENTS,
    FIELDS,
    PERSON,
    PLAN_ROWS,
    STEPS,
)

RECURS: Final = 3
"""As many cases about the same within 90 days are an issue that keeps coming back; our choice."""
SAVED: Final = flash("case.saved", _("Langkah ini sudah tercatat."))
ASIDE: Final = (Step.PAUSE, Step.REFERRAL, Step.ESCALATION, Step.REOPENING, *BESIDE)
"""Steps that are never the next one."""

TOLD_BY: Final = ("in_person", "phone", "sms", "whatsapp", "email", "letter", "meeting", "receipt")
"""The ways in which somebody is told of a referral; the other channels only bring complaints."""
CHOICES: Final[Mapping[str, list[tuple[str, Text | str]]]] = {
    "grade": list(glossary.WORDS["grade"].items()),
    "finding": list(glossary.WORDS["finding"].items()),
    "outcome": [(code, thread.outcome(code)) for code in OUTCOMES],
    "effective": [("true", _("Efektif")), ("false", _("Tidak efektif: buka kembali"))],
    "told_by": [(code, thread.told_by(code)) for code in TOLD_BY],
    **{f"called_{role}": [("true", glossary.word("role", role))] for role in CALLED},
}
"""What the steps' forms offer, by field."""


async def _fields(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


Fields = Annotated[dict[str, str], Depends(_fields)]


def add(pages: APIRouter, resolution: Resolution, lists: CaseLists, words: Words) -> None:
    """Add the page of a case and a route for each step's form."""

    def show(
        request: Request,
        case: Case,
        principal: Principal,
        form: Form,
        status: int = 200,
        refused: str | None = None,
        number: int = 0,
    ) -> Response:
        here, stand = resolution.district.puskesmas(case.puskesmas), resolution.stand(case.id)
        return render(
            request,
            "resolution/case.html",
            status=status,
            section="cases",
            zone=ZoneInfo(here.zone),
            place=here.name,
            case=case,
            form=form,
            refused=refused,
            labels={**FIELDS, **WHY_LABELS},
            key=str(uuid4()),
            **_alike(lists, case),
            **in_meetings(MeetingLists(resolution), case),
            **_told(request, resolution, words, principal, case),
            unread=stand.said,
            erased=stand.how is Standing.ERASED,
            reasons_why=REASONS_WHY,
            units=[
                (unit.code, name_of(resolution.district.unit, unit.code, language_of(request)))
                for unit in resolution.district.units_of(case.puskesmas)
            ],
            original=_number_of(resolution, case.other),
            colleagues=_colleagues(request, case.puskesmas),
            changes=_changed(request, resolution, case.id, form),
            **(forms := _forms(principal, case, resolution.district)),
            gone=_is_gone(forms, refused, number),
        )

    @pages.get(PATH + "/{id}")
    def read_case(
        request: Request, id: UUID, principal: Annotated[Principal, requires(READ)]
    ) -> Response:
        """Show a case and everything known here about it, words opened by role."""
        try:
            case = resolution.get(id)
        except NotFound:
            return elsewhere.show(request, resolution, lists, words, principal, id)
        principal.role_for(READ, case.puskesmas)
        return show(request, case, principal, Form())

    @pages.post(PATH + "/{id}/alasan")
    def why_opened(
        request: Request,
        id: UUID,
        principal: Annotated[Principal, requires("words.open")],
        why: Why = "",
        why_note: Why = "",
        next: Why = "",
    ) -> Response:
        """Note why the reader opens the words of a case that is long past, and go on."""
        try:
            case = resolution.get(id)
        except NotFound:
            return elsewhere.why_opened(
                request, resolution, lists, words, principal, id, (why, why_note)
            )
        boxes = boxes_of(thread.steps_of(resolution.thread(id)))
        about = about_case(resolution, case)
        form = say_why(words, principal, about, boxes, why, why_note)
        if form is not None:
            return show(request, case, principal, form, InvalidInput.status)
        return see_other(request, local_address(next) if next else f"{PATH}/{id}")

    @pages.get(PATH + "/{id}/berita")
    async def news(
        request: Request,
        id: UUID,
        principal: Annotated[Principal, requires(READ)],
        since: Annotated[int, Query(ge=0)],
    ) -> Response:
        """Tell as it comes how many steps others took since a version of the case."""
        case = await run_in_threadpool(resolution.get, id)
        principal.role_for(READ, case.puskesmas)

        def count(reader: Principal) -> dict[str, int] | None:
            if not reader.may(READ, case.puskesmas):
                return None
            later = [each for each in resolution.history(id) if each.id > since]
            others = [each for each in later if each.actor != reader.account_id]
            return {"new": 0, "changed": sum(not _is_reminder(each) for each in others)}

        return await tell(request, principal, count)

    def take(
        request: Request, id: UUID, name: str, values: dict[str, str], number: int
    ) -> Response:
        step = FORMS[name]
        principal: Principal = request.state.principal
        case = resolution.get(id)
        units = resolution.district.units_in
        must_see(principal, step.permission, case.puskesmas, case.service_unit, units)
        typed = Typed(values, ZoneInfo(resolution.district.puskesmas(case.puskesmas).zone))
        try:
            not_shown_yet(values)
            call = step.read(resolution, id, typed, number)
            at = typed.moment(step.at) if step.at else None
            typed.check()
            who = intent(principal, step.permission, case.puskesmas, at)
            route = f"{request.method} {request.url.path}"
            once = once_of_form(principal.account_id, route, typed.values)
            # A remark stands beside what others do, and is in nobody's way.
            shown = None if name == Step.COMMENT else version_of(values)
            expected = _seen(resolution.history(id), shown)
            call(who, {"once": once, "expected": expected}).result()
        except Forbidden:
            raise
        except Problem as problem:
            form = Form.refused(values, problem, step.named(problem, typed, number))
            return show(request, resolution.get(id), principal, form, problem.status, name, number)
        return see_other(request, f"{PATH}/{id}", SAVED)

    def add_step(name: str, step: StepForm) -> None:
        declared = [requires(step.permission)]
        if name == "actions":

            @pages.post(f"{PATH}/{{id}}/actions/{{n}}", dependencies=declared)
            def act(
                request: Request, id: UUID, n: Annotated[int, Path(ge=1, le=50)], values: Fields
            ) -> Response:
                """Record one action of the plan as done."""
                return take(request, id, name, values, n)

        else:

            @pages.post(f"{PATH}/{{id}}/{name}", dependencies=declared)
            def one(request: Request, id: UUID, values: Fields) -> Response:
                """Record one step of a case."""
                return take(request, id, name, values, 0)

    for name, step in FORMS.items():
        add_step(name, step)


def _number_of(resolution: Resolution, other: str | None) -> str | None:
    """Return the number of the case that this one is answered with; its id where it is not here."""
    try:
        return resolution.get(UUID(other)).number if other else None
    except NotFound:
        return other


def _colleagues(request: Request, puskesmas: str) -> list[str]:
    """Return the names of those who work at a Puskesmas, to choose from; others may be typed."""
    return [
        each.display_name
        for each in request.app.state.access.list_accounts()
        if each.disabled_at is None
        and any(puskesmas in (grant.puskesmas or ()) for grant in each.grants)
    ]


def _alike(lists: CaseLists, case: Case) -> dict[str, Any]:
    """Return the cases about the same, whether it is an issue that keeps coming back, and the
    duplicates that are answered here."""
    count, newest = lists.similar(case.id)
    return {
        "alike": newest,
        "alike_count": count,
        "keeps_coming": count + 1 >= RECURS,
        "joined": lists.joined(case.id),
    }


def _seen(own: list[Message], shown: int | None) -> int | None:
    """Return the version that a form answers for, of which `shown` was on the page.

    A reminder that the system sent meanwhile changed nothing that was read there: it must not
    cost the reader what they typed.
    """
    if shown is None:
        return None
    later = [each for each in own if each.id > shown]
    return shown + len(later) if all(map(_is_reminder, later)) else shown


def _is_reminder(each: Message) -> bool:
    return each.name in ("TeamNotified", "KeyShared") and each.actor == SYSTEM


def _changed(request: Request, resolution: Resolution, id: UUID, form: Form) -> list[Entry]:
    """Return what others did to the case since a form that came back was made."""
    shown = version_of(form.values)
    if shown is None:
        return []
    own = [each for each in resolution.history(id) if not _is_reminder(each)]
    return since(own, shown, EVENTS, namer(request.app.state.access))


def _is_gone(forms: dict[str, Any], refused: str | None, number: int) -> bool:
    """Say whether the form that came back is one that the page does not show any more."""
    if refused is None:
        return False
    if refused == "actions" and number not in {each.number for each in forms["undone"]}:
        return True
    return refused not in (*forms["next_steps"], *forms["any_time"])


def _told(
    request: Request, resolution: Resolution, words: Words, principal: Principal, case: Case
) -> dict[str, Any]:
    """Return what the page says of the case; the words are opened with one entry in the log."""
    steps, opened = spoken(resolution, words, principal, case, "case")
    about = about_case(resolution, case)
    received: OnForm | None = None
    person, plan = None, {}
    for step, said in zip(steps, opened, strict=True):
        if isinstance(step.event, OnForm):
            received, person = step.event, said[1]
        elif step.message.name == "ResponsePlanned":
            plan = dict(enumerate(said, start=1))
    language, who = language_of(request), namer(request.app.state.access)
    zone = ZoneInfo(resolution.district.puskesmas(case.puskesmas).zone)
    return {
        "entries": thread.entries(
            case,
            steps,
            opened,
            lambda each: who(each.actor, each.role),
            Names(resolution.district, language, zone),
        ),
        "openings": opened_by(
            words.openings(principal, case.puskesmas, str(case.id)), str(case.id), zone, who
        ),
        "asks_why": words.asks(principal, about, boxes_of(steps)),
        "milestone": thread.milestone(steps),
        "to_inform": thread.to_inform(case, steps),
        "received": received,
        "unit": name_of(resolution.district.unit, case.service_unit, language),
        "about": [
            name_of(resolution.district.category, code, language)
            for code in (received.categories if received else ())
        ],
        "person": thread.person(person),
        "person_labels": PERSON,
        "person_sealed": bool(received and received.complainant and person is None),
        "plan": plan,
        "deadlines": deadlines_of(resolution, case, language),
        "language": language,
        "corrects": principal.may("complaint.correct", case.puskesmas),
        "links": principal.may("complaint.link", case.puskesmas),
        "may_end": _may_end(case),
        "on_form": _on_form(principal, case),
        "publishes": principal.may("publication.read", case.puskesmas),
        "announces": case.state in (State.PLANNED, State.ACTED)
        and principal.may("publication.draft", case.puskesmas),
        "reports": principal.may("report.read", case.puskesmas),
    }


def _may_end(case: Case) -> bool:
    """Say whether a withdrawal or an earlier complaint still ends the case."""
    return not case.closed and case.state not in HANDLED


def _on_form(principal: Principal, case: Case) -> list[Text]:
    """Return what the reader may do on the complaint's own page."""
    deeds = {
        "complaint.correct": _("membetulkan isian"),
        "complaint.attach": _("menambah berkas"),
    }
    if _may_end(case):
        deeds["complaint.link"] = _("menautkan keluhan yang sama")
        deeds["complaint.withdraw"] = _("mencatat pencabutan")
    return [deed for permission, deed in deeds.items() if principal.may(permission, case.puskesmas)]


def _forms(principal: Principal, case: Case, district: District) -> dict[str, Any]:
    """Return the forms that both the case and the reader's role allow, the expected one first."""
    allowed = [step.value for step in case.allowed]
    place = case.puskesmas, case.service_unit, district.units_in
    may = [name for name in allowed if sees(principal, FORMS[name].permission, *place)]
    expected = next((name for name in allowed if name not in ASIDE), None)
    return {
        "next_steps": [name for name in may if name not in ASIDE],
        "any_time": [name for name in may if name in ASIDE],
        "expected": expected,
        "expected_of": [
            glossary.word("role", role)
            for role in (roles_of(FORMS[expected].permission) if expected else ())
        ],
        "steps": STEPS,
        "plan_rows": range(1, PLAN_ROWS + 1),
        "undone": [each for each in case.actions if each.number not in case.done],
        "channels": CHOICES["told_by"],
        # A coordinator is reached by the unit of a case.
        "called": [role for role in CALLED if case.service_unit or role != "coordinator"],
        "grades": CHOICES["grade"],
        "limits": limits_of(case, district),
        "findings": CHOICES["finding"],
        "outcomes": CHOICES["outcome"],
        "verdicts": CHOICES["effective"],
        "choices": CHOICES,
    }
