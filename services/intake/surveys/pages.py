"""The staff's pages of surveys: which there are, one with what comes next, its terms."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.domain.survey import Survey
from services.intake.domain.survey_steps import MEDIA, SurveyState
from services.intake.surveys import words
from services.intake.surveys.application import LIST_MOST, Surveys
from services.intake.surveys.public_pages import desk_code
from services.intake.surveys.reading import Reading
from services.intake.typed import line, spoken
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.aggregate import Intent
from services.kernel.commands import intent, once_of_form
from services.kernel.district import Puskesmas
from services.kernel.errors import Forbidden, Problem, invalid
from services.kernel.text import Text, _
from services.kernel.web import words as glossary
from services.kernel.web.addresses import address
from services.kernel.web.flash import Flash, flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.others import namer
from services.kernel.web.pages import Entry, NavItem, render
from services.kernel.web.pictures import drawn
from services.kernel.web.resumed import not_shown_yet

READ: Final = "survey.read"
PROPOSE: Final = "survey.propose"
PATH: Final = "/survei"
ONE: Final = PATH + "/{id}"
NAV: Final = (NavItem("surveys", _("Survei"), PATH, READ),)
LISTS: Final = ("units", "ways", "media", "categories")
SCALE: Final = 7
PERMISSIONS: Final = {
    "kerangka": PROPOSE,
    "kembalikan": "survey.return",
    "setujui": "survey.approve",
    "koordinasi": "survey.coordinate",
    "buka": "survey.open",
    "tutup": "survey.close",
    "terbitkan": "survey.publish",
}
PROPOSED: Final = flash("survey.proposed", _("Kerangka acuan diajukan kepada Kepala Puskesmas."))
SAID: Final = {
    "kerangka": PROPOSED,
    "kembalikan": flash("survey.returned", _("Kerangka acuan dikembalikan.")),
    "setujui": flash("survey.approved", _("Kerangka acuan disetujui.")),
    "koordinasi": flash("survey.coordinated", _("Koordinasi dengan unit dicatat.")),
    "buka": flash("survey.opened", _("Survei dibuka.")),
    "tutup": flash("survey.closed", _("Survei ditutup; indeksnya sudah dihitung.")),
    "terbitkan": flash("survey.published", _("Hasil survei diterbitkan.")),
}
Values = Mapping[str, str | list[str]]
Take = Callable[[Survey, Intent, dict[str, Any]], Any]


async def typed(request: Request) -> dict[str, str | list[str]]:
    """Return a form's fields; where several may be chosen they are a list."""
    form = await request.form()
    values: dict[str, str | list[str]] = {
        name: value for name, value in form.items() if isinstance(value, str)
    }
    for name in LISTS:
        values[name] = [each for each in form.getlist(name) if isinstance(each, str)]
    return values


Fields = Annotated[dict[str, str | list[str]], Depends(typed)]
Reader = Annotated[Principal, requires(READ)]


def add(pages: APIRouter, intake: Intake, surveys: Surveys, reading: Reading) -> None:
    """Add the pages; `reading` opens the words of a survey by role."""
    _add_list(pages, intake, surveys)
    _add_one(pages, intake, surveys, reading)


def reachable(intake: Intake, principal: Principal, permission: str) -> list[Puskesmas]:
    """Return the Puskesmas where somebody holds a permission."""
    scope = principal.scope(permission)
    return [each for each in intake.district.all_puskesmas if scope is None or each.code in scope]


def _add_list(pages: APIRouter, intake: Intake, surveys: Surveys) -> None:
    @pages.get(PATH)
    def listed(
        request: Request,
        principal: Reader,
        puskesmas: str | None = None,
        before: UUID | None = None,
    ) -> Response:
        """Show the surveys of a Puskesmas, the latest first."""
        among = reachable(intake, principal, READ)
        code = puskesmas or (among[0].code if len(among) == 1 else None)
        here = None if code is None else intake.at(code)
        if here is not None:
            principal.role_for(READ, here.code)
        found = [] if here is None else surveys.of(here.code, str(before) if before else None)
        shown = found[:LIST_MOST]
        at = f"{PATH}?puskesmas={here.code}" if here else PATH
        return render(
            request,
            "intake/surveys.html",
            section="surveys",
            zone=ZoneInfo(here.zone) if here else None,
            place=here and here.name,
            here=here,
            reachable=among,
            rows=[(each, surveys.heard(each)) for each in shown],
            proposes=here is not None and principal.may(PROPOSE, here.code),
            states=words.STATES,
            marks=words.MARKS,
            period=words.period_said,
            first=at if before else None,
            next=f"{at}&before={shown[-1].id}" if len(found) > LIST_MOST else None,
        )


def _add_one(pages: APIRouter, intake: Intake, surveys: Surveys, reading: Reading) -> None:
    def show(
        request: Request,
        principal: Principal,
        survey: Survey,
        form: Form,
        opened: str = "",
        status: int = 200,
    ) -> Response:
        here, language = intake.at(survey.puskesmas), language_of(request)
        names = {each.code: each.name_in(language) for each in intake.district.units_of(here.code)}
        desk = f"/s/{survey.id}?meja={desk_code(intake, survey)}"
        is_open = survey.state is SurveyState.OPEN
        count, before = surveys.heard(survey), surveys.before(survey)
        response = render(
            request,
            "intake/survey.html",
            status=status,
            section="surveys",
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            survey=survey,
            period=words.period_said(survey.terms.period),
            state=words.STATES[survey.state],
            mark=words.MARKS[survey.state],
            said=reading.terms(principal, survey),
            units=[(code, names.get(code, code)) for code in survey.terms.units],
            ways=[(way, words.WAYS[way]) for way in survey.terms.ways],
            asked=surveys.asked(survey),
            sample=words.sample_said(survey.terms, language),
            method=words.method_said(surveys.method(survey), survey.basis),
            basis=words.BASES[survey.basis],
            count=count,
            before=before,
            before_period=before and words.period_said(before.terms.period),
            counts=[
                (words.WAYS[way], names.get(unit, unit), n)
                for way, unit, n in surveys.answering.counts(survey.id)
            ],
            remarks=surveys.answering.remarks(survey.id),
            may={
                name: principal.may(permission, here.code)
                for name, permission in PERMISSIONS.items()
            },
            answers=principal.may("survey.answer", here.code),
            link=address(request, f"/s/{survey.id}") if is_open else "",
            desk=address(request, desk) if is_open else "",
            desk_picture=drawn(address(request, desk)) if is_open else "",
            media=[(each, glossary.word("media", each)) for each in MEDIA],
            entries=_entries(request, survey),
            labels=words.LABELS,
            form=form,
            opened=opened,
            key=str(uuid4()),
        )
        response.headers["cache-control"] = "no-store"
        return response

    def take(
        request: Request, id: UUID, principal: Principal, values: Values, name: str, do: Take
    ) -> Response:
        survey = surveys.get(id)
        permission = PERMISSIONS[name]
        who = intent(principal, permission, survey.puskesmas)
        try:
            not_shown_yet(values)
            once = once_of_form(principal.account_id, f"POST {request.url.path}", values)
            do(survey, who, {"once": once}).result()
        except Forbidden:
            raise
        except Problem as problem:
            form = Form.refused(values, problem)
            return show(request, principal, surveys.get(id), form, name, problem.status)
        said: Flash = SAID[name]
        return see_other(request, f"{PATH}/{id}", said)

    @pages.get(ONE)
    def one(request: Request, id: UUID, principal: Reader) -> Response:
        """Show a survey and what comes next."""
        survey = surveys.get(id)
        principal.role_for(READ, survey.puskesmas)
        return show(request, principal, survey, Form())

    @pages.post(ONE + "/kembalikan")
    def give_back(
        request: Request,
        id: UUID,
        principal: Annotated[Principal, requires("survey.return")],
        values: Fields,
    ) -> Response:
        """Give the terms of reference back with remarks."""

        def do(_survey: Survey, who: Intent, more: dict[str, Any]) -> Any:
            return surveys.give_back(id, who, _needed(values, "remarks"), **more)

        return take(request, id, principal, values, "kembalikan", do)

    @pages.post(ONE + "/setujui")
    def approve(
        request: Request,
        id: UUID,
        principal: Annotated[Principal, requires("survey.approve")],
        values: Fields,
    ) -> Response:
        """Approve them."""
        return take(
            request,
            id,
            principal,
            values,
            "setujui",
            lambda _survey, who, more: surveys.approve(id, who, **more),
        )

    @pages.post(ONE + "/koordinasi")
    def coordinate(
        request: Request,
        id: UUID,
        principal: Annotated[Principal, requires("survey.coordinate")],
        values: Fields,
    ) -> Response:
        """Record that the units were coordinated with."""

        def do(_survey: Survey, who: Intent, more: dict[str, Any]) -> Any:
            people = [each.strip() for each in spoken(values, "who").splitlines() if each.strip()]
            if not people or len(people) > 100 or any(len(each) > 200 for each in people):
                raise invalid("who", _("Tulis sedikitnya satu nama, satu per baris."))
            note = spoken(values, "note") or None
            return surveys.coordinate(id, who, values.get("units", []), people, note, **more)

        return take(request, id, principal, values, "koordinasi", do)

    @pages.post(ONE + "/buka")
    def open_survey(
        request: Request,
        id: UUID,
        principal: Annotated[Principal, requires("survey.open")],
        values: Fields,
    ) -> Response:
        """Let it take answers."""
        return take(
            request,
            id,
            principal,
            values,
            "buka",
            lambda _survey, who, more: surveys.open(id, who, **more),
        )

    @pages.post(ONE + "/tutup")
    def close(
        request: Request,
        id: UUID,
        principal: Annotated[Principal, requires("survey.close")],
        values: Fields,
    ) -> Response:
        """Take no more answers; it cannot be opened again, so it is confirmed."""

        def do(_survey: Survey, who: Intent, more: dict[str, Any]) -> Any:
            if not line(values, "sure"):
                raise invalid("sure", _("Penutupan tidak dapat dibatalkan. Centang bila yakin."))
            return surveys.close(id, who, **more)

        return take(request, id, principal, values, "tutup", do)

    @pages.post(ONE + "/terbitkan")
    def publish(
        request: Request,
        id: UUID,
        principal: Annotated[Principal, requires("survey.publish")],
        values: Fields,
    ) -> Response:
        """Publish the result."""

        def do(_survey: Survey, who: Intent, more: dict[str, Any]) -> Any:
            said = {
                "analysis": _needed(values, "analysis"),
                "follow_up": _needed(values, "follow_up"),
                "followed_up": spoken(values, "followed_up") or None,
            }
            return surveys.publish(id, who, values.get("media", []), said, **more)

        return take(request, id, principal, values, "terbitkan", do)

    @pages.get(ONE + "/poster")
    def poster(request: Request, id: UUID, principal: Reader) -> Response:
        """Show what hangs at each unit: the picture that leads to the form with its unit."""
        survey = surveys.get(id)
        principal.role_for(READ, survey.puskesmas)
        here, language = intake.at(survey.puskesmas), language_of(request)
        names = {each.code: each.name_in(language) for each in intake.district.units_of(here.code)}
        form = address(request, f"/s/{id}")
        sheets = [
            {"unit": names.get(unit, unit), "picture": drawn(f"{form}?unit={unit}", scale=SCALE)}
            for unit in survey.terms.units
        ]
        return render(
            request,
            "intake/survey_poster.html",
            section="surveys",
            wide=False,
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            survey=survey,
            period=words.period_said(survey.terms.period),
            address=form,
            sheets=sheets,
        )


def _entries(request: Request, survey: Survey) -> list[Entry]:
    """Return the steps of a survey as its thread."""
    who = namer(request.app.state.access)

    def entry(title: Text, at: datetime | None, by: str | None = None, role: str = "") -> Entry:
        named = who(by, role) if by else None
        return Entry(title, at, who=named, state="done" if at else "ahead")

    told = survey.coordinated.occurred_at if survey.coordinated else None
    published = survey.published.occurred_at if survey.published else None
    by, table = (survey.proposed_by, "complaint_team"), survey.table
    recorded = table and (table.occurred_at, table.actor, table.role)
    return [
        entry(_("Kerangka acuan diajukan"), survey.proposed_at, *by),
        entry(_("Disetujui Kepala Puskesmas"), survey.approved_at, survey.approved_by, "head"),
        entry(_("Dikoordinasikan dengan unit"), told),
        entry(_("Dibuka"), survey.opened_at),
        *([entry(_("Tabel dicatat"), *recorded)] if recorded else []),
        entry(_("Ditutup"), survey.closed_at),
        entry(_("Diterbitkan"), published),
    ]


def _needed(values: Values, name: str) -> str:
    """Return words that must be there; raises InvalidInput."""
    said = spoken(values, name)
    if not said:
        raise invalid(name, _("Tulis isinya."))
    if len(said) > 10_000:
        raise invalid(name, _("Paling banyak {limit} huruf.", limit=10_000))
    return said
