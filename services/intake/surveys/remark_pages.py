"""What people remarked in a survey, each to be written down as a complaint or a suggestion."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.domain.survey_answer import SurveyAnswer
from services.intake.filled import Form as Complaint
from services.intake.surveys import words
from services.intake.surveys.application import Surveys
from services.intake.surveys.pages import typed
from services.intake.surveys.reading import Reading
from services.intake.surveys.tables import note_remark
from services.intake.typed import line
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.commands import intent
from services.kernel.contracts.surveys import SurveyRemarkLinkedV1
from services.kernel.district import Puskesmas
from services.kernel.errors import AlreadyDone, Forbidden, NotFound, Problem
from services.kernel.store import Ids, UnitOfWork
from services.kernel.text import _
from services.kernel.web.flash import flash, see_other
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of
from services.kernel.web.pages import render

READ: Final = "survey.read"
RECEIVE: Final = "complaint.receive"
ONE: Final = "/survei/{id}"
SHOWN: Final = 20
CHANNEL: Final = "survey"
WRITTEN: Final = flash("survey.remark", _("Masukan dicatat dan diteruskan sebagai kasus."))

Choices = Callable[[Intake, Puskesmas, str], Mapping[str, list[tuple[str, object]]]]
Fields = Annotated[dict[str, str | list[str]], Depends(typed)]


def add(
    pages: APIRouter, intake: Intake, surveys: Surveys, reading: Reading, choices: Choices
) -> None:
    """Add the page; `choices` are the desk's."""

    def show(
        request: Request,
        principal: Principal,
        id: UUID,
        after: str,
        form: Form,
        at: UUID | None = None,
        status: int = 200,
    ) -> Response:
        survey = surveys.get(id)
        here = intake.at(survey.puskesmas)
        found = surveys.answering.remarked(id, after, SHOWN + 1)
        answers = [reading.answer(each) for each in found[:SHOWN]]
        said = reading.remarks(principal, answers)
        response = render(
            request,
            "intake/survey_remarks.html",
            status=status,
            section="surveys",
            wide=False,
            zone=ZoneInfo(here.zone),
            place=here.name,
            here=here,
            survey=survey,
            period=words.period_said(survey.terms.period),
            rows=[
                (each, text, _number(intake, each))
                for each, text in zip(answers, said, strict=True)
            ],
            receives=principal.may(RECEIVE, here.code),
            choices=choices(intake, here, language_of(request)),
            labels=words.LABELS,
            form=form,
            at=at,
            after=after,
            first=f"/survei/{id}/masukan" if after else None,
            next=f"/survei/{id}/masukan?after={found[SHOWN - 1]}" if len(found) > SHOWN else None,
        )
        response.headers["cache-control"] = "no-store"
        return response

    @pages.get(ONE + "/masukan")
    def remarks(
        request: Request,
        id: UUID,
        principal: Annotated[Principal, requires(READ)],
        after: UUID | None = None,
    ) -> Response:
        """Show what was remarked, opened by role."""
        principal.role_for(READ, surveys.get(id).puskesmas)
        return show(request, principal, id, str(after or ""), Form())

    @pages.post(ONE + "/masukan/{answer}")
    def written(
        request: Request,
        id: UUID,
        answer: UUID,
        principal: Annotated[Principal, requires(RECEIVE)],
        values: Fields,
    ) -> Response:
        """Write a remark down as a complaint or suggestion (SOP Lamaru 2b); once."""
        survey = surveys.get(id)
        who = intent(principal, RECEIVE, survey.puskesmas)
        found = reading.answer(answer)
        if found.survey != str(id):
            raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
        back = line(values, "after")
        try:
            (text,) = reading.remarks(principal, [found])
            if text is None:
                raise Forbidden(_("Peran Anda di Puskesmas ini tidak mencakup langkah ini."))
            form = Complaint(
                channel=CHANNEL,
                text=text,
                kind=line(values, "kind") or "suggestion",
                service_unit=line(values, "unit") or None,
                categories=[each for each in values.get("categories", []) if each],
                confidentiality="anonymous",
            )
            intake.receive(survey.puskesmas, form, who, noted=_linked(found.id, who)).result()
        except Forbidden:
            raise
        except AlreadyDone:
            # Pressed twice: it is written down, which is what was wanted.
            pass
        except Problem as problem:
            return show(
                request, principal, id, back, Form.refused(values, problem), answer, problem.status
            )
        again = f"/survei/{id}/masukan" + (f"?after={back}" if back else "")
        return see_other(request, again, WRITTEN)


def _linked(answer: UUID, who: Any) -> Callable[[UnitOfWork, Ids], None]:
    """Return what links an answer and the complaint of its remark, in one transaction."""

    def noted(uow: UnitOfWork, ids: Ids) -> None:
        found = uow.get(SurveyAnswer, answer)
        act = uow.act(who)
        found.link_remark(act, ids["id"])
        event = SurveyRemarkLinkedV1(
            occurred_at=act.occurred_at, survey=found.survey, complaint=ids["id"]
        )
        uow.save(found)
        note_remark(uow, str(answer), event)

    return noted


def _number(intake: Intake, answer: SurveyAnswer) -> str:
    return intake.get(UUID(answer.complaint)).number if answer.complaint else ""
