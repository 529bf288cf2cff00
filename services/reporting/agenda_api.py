"""Reporting's call about what is owed by date."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import District
from services.kernel.errors import invalid
from services.kernel.months import Month
from services.kernel.text import _
from services.kernel.web.language import language_of, say
from services.kernel.web.refusals import refusals
from services.reporting.agenda import Agenda, Item
from services.reporting.application import Reporting
from services.reporting.asked import After, asked_when, day
from services.reporting.duties import State
from services.reporting.queries import When

READ = "report.read"
DAYS_MOST = 400


class DutyItem(BaseModel):
    """One thing that is owed once."""

    puskesmas: str
    kind: str = Field(examples=["box_opening", "recap_closing"])
    name: str = Field(description="what it is, in the language asked for")
    about: str | None = Field(description="what it is done to: a box's code")
    title: str | None = Field(description="its name, where it has one of its own")
    period_from: date
    period_to: date
    due_on: date = Field(description="a working day there")
    state: State = Field(
        description="ahead; done; done_late; overdue: can still be done; missed: cannot"
    )
    days_late: int = Field(description="in working days; 0: in time")
    done_at: datetime | None
    planned_at: datetime | None = Field(
        description="for when a meeting is called that was not held yet; it is owed all the same"
    )
    counted: int | None = Field(description="slips found, complaints reported; 0 is a result")
    position: str | None = Field(description="of the event that shows it done")


class DutyItems(BaseModel):
    """What is due between two days."""

    as_of: datetime
    known_at: datetime
    items: list[DutyItem]


def router(reporting: Reporting, agenda: Agenda, district: District) -> APIRouter:
    """Return the call."""
    api = APIRouter(prefix="/api/v1", tags=["reporting"])

    @api.get("/reports/agenda", response_model=DutyItems, responses=refusals(404))
    def duties(
        request: Request,
        principal: Annotated[Principal, requires(READ)],
        when: Annotated[When, Depends(asked_when)],
        puskesmas: Annotated[str | None, Query(description="a Puskesmas' code")] = None,
        since: Annotated[
            str | None, Query(alias="from", description="first day; of this month")
        ] = None,
        until: Annotated[
            str | None, Query(alias="to", description="last day, included; of that month")
        ] = None,
        after: After = None,
    ) -> Any:
        """Return what is due between two days, done or not: box openings, recaps …"""
        if after is not None:
            reporting.wait_for(after)
        codes = within(principal, district, puskesmas)
        first = day(since, "from") or Month.of(agenda.today(when, puskesmas or None)).first
        last = day(until, "to") or Month.of(first).last
        if last < first:
            raise invalid("to", _("Hari terakhir mendahului hari pertama."))
        if (last - first).days > DAYS_MOST:
            raise invalid("to", _("Paling lama {days} hari sekaligus.", days=DAYS_MOST))
        now = reporting.clock()
        language = language_of(request)
        return {
            "as_of": when.instant(now),
            "known_at": when.known_at or now,
            "items": [_item(each, language) for each in agenda.items(codes, first, last, when)],
        }

    return api


def within(
    principal: Principal, district: District, puskesmas: str | None
) -> frozenset[str] | None:
    """Return the Puskesmas of which somebody may ask; raises Forbidden, and NotFound for one that
    is not listed."""
    if puskesmas:
        district.puskesmas(puskesmas)
        principal.role_for(READ, puskesmas)
        return frozenset((puskesmas,))
    return principal.scope(READ)


def _item(item: Item, language: str) -> dict[str, Any]:
    owed = item.owed
    return {
        "puskesmas": owed.puskesmas,
        "kind": owed.kind,
        "name": say(item.duty.name, language),
        "about": owed.about,
        "title": None if owed.title is None else say(owed.title, language),
        "period_from": owed.period.first,
        "period_to": owed.period.last,
        "due_on": owed.due_on,
        "state": item.state,
        "days_late": item.days_late,
        "done_at": owed.done_at,
        "planned_at": owed.planned_at,
        "counted": owed.counted,
        "position": owed.at,
    }
