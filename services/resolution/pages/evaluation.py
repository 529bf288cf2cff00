"""What waits for the quality chair: each documented case, what was said beside what was done
(SOP Lamaru 1i, 2h)."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.keyring import Words
from services.kernel.text import _
from services.kernel.web.language import language_of
from services.kernel.web.pages import NavItem, render
from services.resolution.application import Resolution
from services.resolution.pages.lists import Asked, CaseLists, Seen
from services.resolution.pages.rows import rows

PATH: Final = "/evaluasi"
EVALUATE: Final = "case.evaluate"
NAV: Final = NavItem("evaluation", _("Evaluasi"), PATH, EVALUATE)
PAGE: Final = 20


def add(pages: APIRouter, resolution: Resolution, lists: CaseLists, words: Words) -> None:
    """Add the evaluation queue to `pages`."""

    @pages.get(PATH)
    def waiting(
        request: Request,
        principal: Annotated[Principal, requires(EVALUATE)],
        cursor: str | None = None,
    ) -> Response:
        """Show what waits to be evaluated, or with `state=reopened` what was brought back."""
        reopened = request.query_params.get("state") == "reopened"
        state = "reopened" if reopened else "documented"
        seen = Seen.by(principal, EVALUATE, resolution.district)
        found = lists.cases(seen, Asked(state=state), limit=PAGE, cursor=cursor or None)
        asked = {"state": "reopened"} if reopened else {}
        return render(
            request,
            "resolution/evaluation.html",
            section="evaluation",
            reopened=reopened,
            live=lists.place(),
            rows=rows(
                resolution,
                words,
                principal,
                found.items,
                language_of(request),
                page="evaluation",
                results=True,
            ),
            first=_address(asked) if cursor else None,
            next=_address({**asked, "cursor": found.next}) if found.next else None,
        )


def _address(asked: dict[str, str]) -> str:
    return f"{PATH}?{urlencode(asked)}" if asked else PATH
