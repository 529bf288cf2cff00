"""Which refusals a call documents: those that follow from its own description, and those named.

`documented` reads the OpenAPI document and adds, to every call, what any call of its form may
answer. What only the call itself can know (409, 429, 503) is named where it is declared:

    @api.post("/cases/{id}/grade", responses=refusals(409))
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from services.kernel.web import problems


class FieldProblem(BaseModel):
    """One wrong input: its path and what to do about it, in the asked language."""

    field: str
    message: str


class ProblemDocument(BaseModel):
    """RFC 9457 problem details; `code` is stable, the words are for people."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblem] = []


_SCHEMAS: Final = "#/components/schemas/"
_MEANS: Final[Mapping[int, str]] = {
    400: "The body cannot be read",
    401: "Nobody is signed in",
    403: "The caller's roles do not reach here, or the request comes from another site",
    404: "There is no such thing",
    409: "The state does not allow this; for a step, `allowed` lists those that it does",
    412: "`If-Match` names another version than the present one",
    413: "The body is too large",
    415: "The body is of another type than this call takes",
    421: "Another intake endpoint of the district answers for this Puskesmas",
    422: "Input to mend, named in `errors`; or an Idempotency-Key that came with another body",
    429: "Too many attempts; wait for `Retry-After`",
    503: "Not now; nothing was changed, come again after `Retry-After`",
}
_SAFE: Final = frozenset({"get", "head", "options", "trace"})


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return these refusals as a route's `responses`; each is a problem document."""
    return {
        status: {
            "description": _MEANS.get(status, HTTPStatus(status).phrase),
            "content": {
                problems.MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}{ProblemDocument.__name__}"}}
            },
        }
        for status in statuses
    }


_NOT_OURS: Final = ("HTTPValidationError", "ValidationError")
"""The form of a refusal that FastAPI adds to each call; ours answer otherwise."""


def documented(document: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI document with each call's refusals and the schema of a problem."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = ProblemDocument.model_json_schema(ref_template=_SCHEMAS + "{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas[ProblemDocument.__name__] = problem
    for name in _NOT_OURS:
        schemas.pop(name, None)
    for operations in document.get("paths", {}).values():
        for method, operation in operations.items():
            responses = operation["responses"]
            if _NOT_OURS[0] in str(responses.get("422")):
                del responses["422"]
            for status, refusal in refusals(*_of_its_form(method, operation)).items():
                responses.setdefault(str(status), refusal)
            operation["responses"] = dict(sorted(responses.items()))
    return document


def _of_its_form(method: str, operation: Mapping[str, Any]) -> Iterator[int]:
    """Yield what every call of this form may answer."""
    parameters = operation.get("parameters", [])
    places = {each["in"] for each in parameters}
    names = {each["name"].lower() for each in parameters}
    if "security" in operation:
        yield from (401, 403)
    if method not in _SAFE:
        yield 403
    if "requestBody" in operation:
        yield from (400, 413, 415, 422)
    if "path" in places:
        yield 404
    if places & {"query", "header"}:
        yield 422
    if "if-match" in names:
        yield 412
    if "after" in names:
        yield 503
