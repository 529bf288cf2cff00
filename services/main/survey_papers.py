"""Intake's papers of surveys, as resolution puts them into the accreditation bundle: made in the
same process, or asked of a process of intake, over HTTP, within the deployment only.

In a district each service's role reaches its own tables only, so that resolution cannot make them.
What is asked names the reader by account: which words open is decided where they are opened.
"""

from collections.abc import Callable
from typing import Final
from uuid import UUID

import httpx
from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from services.intake.application import Intake
from services.intake.surveys.application import Surveys
from services.intake.surveys.paper import Printing
from services.intake.surveys.reading import Reading
from services.kernel.access.principal import Principal
from services.kernel.access.store import AccessStore
from services.kernel.errors import NotFound, Unavailable
from services.kernel.keyring import Keyring, Words
from services.kernel.paper import MEDIA_TYPE
from services.kernel.text import _
from services.kernel.web.language import LANGUAGES
from services.main.asking import Internal

PATH: Final = "/internal/survey-papers"
ADDRESS: Final = "/internal/addresses/intake"
SECONDS: Final = 30.0


class SurveyPapersOf:
    """Makes them out of intake's own store."""

    def __init__(self, intake: Intake, keyring: Keyring) -> None:
        self._surveys = Surveys(intake)
        self._printing = Printing(intake, self._surveys, Reading(self._surveys, Words(keyring)))

    def terms(self, principal: Principal, survey: UUID, language: str) -> bytes:
        """Return a survey's terms of reference as PDF, with the words that the role opens."""
        return self._printing.terms(principal, self._surveys.get(survey), language)

    def report(self, principal: Principal, survey: UUID, language: str) -> bytes:
        """Return a survey's report as PDF, with the words that the role opens."""
        return self._printing.report(principal, self._surveys.get(survey), language)

    def close(self) -> None:
        """Nothing is open."""


class RemoteSurveyPapers:
    """Asks a process of intake for them; reporting, which hears of all, says where one answers."""

    def __init__(self, reporting: str, http: httpx.Client) -> None:
        self._reporting, self._http = reporting, http

    def terms(self, principal: Principal, survey: UUID, language: str) -> bytes:
        """Return a survey's terms of reference as PDF; raises Unavailable."""
        return self._asked("terms", principal, survey, language)

    def report(self, principal: Principal, survey: UUID, language: str) -> bytes:
        """Return a survey's report as PDF; raises Unavailable."""
        return self._asked("report", principal, survey, language)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _asked(self, paper: str, principal: Principal, survey: UUID, language: str) -> bytes:
        reader = {"account": principal.account_id, "language": language}
        try:
            where = self._http.get(self._reporting + ADDRESS).raise_for_status().text
            answer = self._http.post(f"{where}{PATH}/{survey}/{paper}", params=reader)
            return answer.raise_for_status().content
        except httpx.HTTPError as error:
            raise Unavailable(
                _("Salah satu layanan tidak menjawab. Coba lagi setelah ia berjalan.")
            ) from error


def remote(reporting: str, secret: str) -> RemoteSurveyPapers:
    """Return what asks for the papers in a district; `reporting` is its address."""
    headers = {"Authorization": f"Bearer {secret}"}
    return RemoteSurveyPapers(
        reporting, httpx.Client(headers=headers, timeout=SECONDS, trust_env=False)
    )


def papers_router(papers: SurveyPapersOf, access: AccessStore, secret: str) -> APIRouter:
    """Return the call by which resolution asks intake's process for a paper."""
    api = APIRouter(include_in_schema=False)
    made: dict[str, Callable[[Principal, UUID, str], bytes]] = {
        "terms": papers.terms,
        "report": papers.report,
    }

    @api.post(PATH + "/{survey}/{paper}", dependencies=[Depends(Internal(secret))])
    async def paper(survey: UUID, paper: str, account: str, language: str) -> Response:
        """Return a paper of a survey, as the account behind it may read it."""
        if paper not in made or language not in LANGUAGES:
            raise NotFound(_("Dokumen ini tidak ada."))
        content = await run_in_threadpool(
            lambda: made[paper](access.principal(account), survey, language)
        )
        return Response(content, media_type=MEDIA_TYPE)

    return api


def address_router(address_of: Callable[[str], str | None], secret: str) -> APIRouter:
    """Return the call by which reporting says where a process of intake answers."""
    api = APIRouter(include_in_schema=False)

    @api.get(ADDRESS, dependencies=[Depends(Internal(secret))])
    async def address() -> Response:
        """Return the address of a process of intake."""
        found = address_of("intake")
        return Response(status_code=503) if found is None else Response(found)

    return api
