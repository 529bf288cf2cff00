"""Reporting's calls about the versions of the deadline rules."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from services.kernel.access.principal import Principal
from services.kernel.access.reach import reach_of
from services.kernel.access.web import requires
from services.kernel.district import District
from services.reporting.application import Reporting
from services.reporting.asked import Asked
from services.reporting.judging import Answered, Comparison, Flip
from services.reporting.queries import Filters
from services.reporting.rules import RuleVersions

READ = "report.read"
RULES = "rules.read"
VerdictName = Literal["on_time", "late", "overdue", "not_yet_due", "ended"]


class LimitView(BaseModel):
    """One limit: how long, for which cases, and on whose word."""

    name: str = Field(examples=["response", "settlement"])
    hours: int | None
    working_days: int | None
    kinds: list[str]
    grades: list[str]
    misconduct_related: bool | None
    source: str
    mark: Literal["verified", "second_hand", "own_choice"]


class RulesView(BaseModel):
    """A version of the rules."""

    version: int
    in_force_from: date
    digest: str = Field(description="SHA-256 of its content, as it is recorded")
    cases: int = Field(description="cases of the reader that keep promises which it made")
    limits: list[LimitView]


class RulesList(BaseModel):
    """The versions, the oldest first."""

    items: list[RulesView]


class VerdictView(BaseModel):
    """What one version says of a promise."""

    due_at: datetime | None = Field(description="null while the case waits for its complainant")
    verdict: VerdictName = Field(description="ended: the case was over before it fell due")


class FlipView(BaseModel):
    """A promise on which both versions differ."""

    id: UUID
    number: str
    puskesmas: str
    kind: str
    grade: str | None
    promise: str
    received_at: datetime
    done_at: datetime | None
    a: VerdictView
    b: VerdictView


class CountView(BaseModel):
    """How many promises both versions judged so."""

    promise: str
    a: VerdictName
    b: VerdictName
    cases: int


class RulesDiff(BaseModel):
    """History judged under two versions; `items` are the promises on which they differ."""

    a: int
    b: int
    judged: int = Field(description="promises")
    flipped: int
    counts: list[CountView]
    items: list[FlipView]
    next: str | None


def router(reporting: Reporting, rules: RuleVersions, district: District) -> APIRouter:
    """Return the calls; `district` says which units are of an area."""
    api = APIRouter(prefix="/api/v1/reports", tags=["reporting"])

    @api.get("/rules", response_model=RulesList)
    def list_rules(principal: Annotated[Principal, requires(RULES)]) -> Any:
        """Return the versions of the deadline rules."""
        reach = reach_of(principal, RULES, district.units_in)
        return {"items": rules.versions(Filters(principal.scope(RULES), reach=reach))}

    @api.get("/rules/diff", response_model=RulesDiff)
    def diff(
        asked: Annotated[Asked, Depends()],
        principal: Annotated[Principal, requires(READ)],
        a: Annotated[int, Query(description="a version")],
        b: Annotated[int, Query(description="another version")],
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        cursor: str | None = None,
    ) -> Any:
        """Judge the cases asked for under two versions of the rules, both on all of them."""
        filters = asked.filters(principal, READ, district)
        if asked.after is not None:
            reporting.wait_for(asked.after)
        found = rules.diff(a, b, filters, asked.when)
        page, following = paged(found, limit, cursor)
        return {
            "a": a,
            "b": b,
            "judged": found.judged,
            "flipped": len(found.flips),
            "counts": counts(found),
            "items": [view(each) for each in page],
            "next": following,
        }

    return api


def paged(found: Comparison, limit: int, cursor: str | None) -> tuple[list[Flip], str | None]:
    """Return a page of the flips, and the cursor of the next, None at the end."""
    after = [each for each in found.flips if cursor is None or each.place > cursor]
    page = after[:limit]
    return page, page[-1].place if len(after) > limit else None


def counts(found: Comparison) -> list[dict[str, Any]]:
    """Return how often both versions said what, the most frequent first."""
    return [
        {"promise": promise, "a": one, "b": other, "cases": cases}
        for (promise, one, other), cases in sorted(
            found.counts.items(), key=lambda each: (each[0][0], -each[1], each[0])
        )
    ]


def view(flip: Flip) -> dict[str, Any]:
    """Return a flip as its JSON."""
    case = flip.case
    return {
        "id": case.id,
        "number": case.number,
        "puskesmas": case.puskesmas,
        "kind": case.kind,
        "grade": case.grade,
        "promise": flip.promise,
        "received_at": case.received_at,
        "done_at": flip.done_at,
        "a": _answer(flip.a),
        "b": _answer(flip.b),
    }


def _answer(answered: Answered) -> dict[str, Any]:
    return {"due_at": answered.due_at, "verdict": answered.verdict}
