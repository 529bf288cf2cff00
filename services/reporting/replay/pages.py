"""The page on which one complaint's history is gone through again, and its case file."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.kernel.access.principal import Principal
from services.kernel.access.reach import must_see
from services.kernel.access.web import requires
from services.kernel.district import District
from services.kernel.paper import MEDIA_TYPE
from services.kernel.web import formats
from services.kernel.web.language import language_of
from services.kernel.web.pages import render
from services.reporting.application import Reporting
from services.reporting.asked import Asked
from services.reporting.queries import When
from services.reporting.replay.clock import drawn, stretches
from services.reporting.replay.paper import printed
from services.reporting.replay.sentences import CLOCK, Sentences
from services.reporting.replay.shown import shown
from services.reporting.replay.steps import Step, moments

READ: Final = "report.read"
EXPORT: Final = "report.export"
PATH: Final = "/laporan/keluhan/{number}"

Question = Annotated[Asked, Depends()]
Chosen = Annotated[
    int | None, Query(alias="langkah", description="the moment chosen, of those of the history")
]
Then = Annotated[bool, Query(alias="saat_itu", description="as known at that very moment")]


@dataclass(frozen=True)
class Slider:
    """The moments of a history, of which one is shown: `at` counts from 1; the last is now."""

    moments: Sequence[datetime]
    at: int

    @property
    def earlier(self) -> datetime | None:
        """The moment before the one that is shown."""
        return self.moments[self.at - 2] if self.at > 1 else None

    @property
    def later(self) -> datetime | None:
        """The moment after the one that is shown, but for the last, which is now."""
        return self.moments[self.at] if self.at < len(self.moments) - 1 else None


def add(pages: APIRouter, reporting: Reporting, district: District) -> None:
    """Add the page of a replay to `pages`."""

    @pages.get(PATH)
    def replay(
        request: Request,
        number: str,
        asked: Question,
        principal: Annotated[Principal, requires(READ)],
        chosen: Chosen = None,
        then: Then = False,
    ) -> Response:
        """Show one complaint step by step, as it stood at any instant, without its words."""
        complaint = reporting.find(number, asked.when)
        facts = reporting.facts(complaint, asked.when)
        must_see(principal, READ, facts["puskesmas"], facts["service_unit"], district.units_in)
        # The slider leads through all that is known now, unless another instant was asked for.
        same = asked.when.known_at == asked.when.as_of
        every = reporting.replay(complaint, When() if same else When(known_at=asked.when.known_at))
        if chosen is not None:
            return RedirectResponse(_address(request, _chosen(moments(every), chosen, then)), 303)
        steps = reporting.replay(complaint, asked.when) if asked.when.past else every
        language = language_of(request)
        sentences = Sentences(district, language)
        zone = sentences.names.zone(facts["puskesmas"])
        now = asked.when.instant(reporting.clock())
        written = partial(formats.moment, language=language, zone=zone, now=reporting.clock())
        return render(
            request,
            "reporting/replay.html",
            section="reports",
            zone=zone,
            names=sentences.names,
            facts=facts,
            when=asked.when,
            lines=shown(steps, now, sentences, written),
            later=len(every) - len(steps),
            slider=_slider(every, asked.when),
            clock=drawn(stretches(steps, now)),
            clock_words=CLOCK,
            events={"steps": len(steps), "last": _last(steps)},
            address=lambda **more: _address(request, more),
        )

    @pages.get(PATH + "/berkas.pdf")
    def case_file(
        request: Request,
        number: str,
        asked: Question,
        principal: Annotated[Principal, requires(EXPORT)],
    ) -> Response:
        """Return the case file of one complaint, as it stood at any instant, without its words."""
        return pdf(reporting, district, principal, number, asked.when, language_of(request))


def pdf(
    reporting: Reporting,
    district: District,
    principal: Principal,
    number: str,
    when: When,
    language: str,
) -> Response:
    """Answer with a case file; raises NotFound, and Forbidden for one out of the reader's reach."""
    complaint = reporting.find(number, when)
    facts = reporting.facts(complaint, when)
    must_see(principal, EXPORT, facts["puskesmas"], facts["service_unit"], district.units_in)
    steps = reporting.replay(complaint, when)
    proven = reporting.proofs_of((each.source, each.id) for each in steps)
    content = printed(facts, steps, when, Sentences(district, language), proven)
    return Response(
        content,
        media_type=MEDIA_TYPE,
        headers={"content-disposition": f'inline; filename="{facts["number"]}.pdf"'},
    )


def _slider(every: Sequence[Step], when: When) -> Slider:
    found = moments(every)
    if not when.past:
        return Slider(found, len(found))
    return Slider(found, max(1, bisect_right(found, when.instant(found[-1]))))


def _chosen(found: Sequence[datetime], chosen: int, then: bool) -> dict[str, str]:
    """Return what an address asks for at a place of the slider; at its end, nothing."""
    at = max(1, min(chosen, len(found)))
    if at == len(found):
        return {"as_of": "", "known_at": "", "langkah": "", "saat_itu": ""}
    instant = found[at - 1].isoformat()
    more = {"known_at": instant} if then else {}
    return {"as_of": instant, "langkah": "", "saat_itu": "", **more}


def _last(steps: Sequence[Step]) -> datetime | None:
    return max((each.arrived_at for each in steps), default=None)


def _address(request: Request, more: dict[str, Any]) -> str:
    """Return this page's address, changed by `more` (an empty one is left out)."""
    kept = {**request.query_params, **more}
    query = {name: value for name, value in kept.items() if value}
    return f"{request.url.path}?{urlencode(query)}" if query else request.url.path
