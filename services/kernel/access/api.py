"""Signing in and out for programs: `POST` and `DELETE /api/v1/session`."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from services.kernel.access.passwords import LONGEST
from services.kernel.access.store import AccessStore
from services.kernel.access.web import PUBLIC, client_address, requires, token_of
from services.kernel.web.refusals import refusals

router = APIRouter(prefix="/api/v1", tags=["session"])


class Credentials(BaseModel):
    """Who signs in, and with what."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    username: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[
        str, Field(min_length=1, max_length=LONGEST, json_schema_extra={"format": "password"})
    ]


class OpenedSession(BaseModel):
    """The token to send as `Authorization: Bearer`."""

    token: str


@router.post(
    "/session",
    status_code=201,
    dependencies=[PUBLIC],
    responses=refusals(401, 429, 503),
    summary="Sign in",
)
def sign_in(request: Request, body: Credentials) -> OpenedSession:
    """Open a session of 12 hours. 401 when the two do not fit, 429 after many failures."""
    store: AccessStore = request.app.state.access
    token = store.sign_in(body.username, body.password, client_address(request.scope))
    return OpenedSession(token=token)


@router.delete(
    "/session", status_code=204, dependencies=[requires("account.own")], summary="Sign out"
)
def sign_out(request: Request) -> None:
    """End the session or token that this request carries."""
    store: AccessStore = request.app.state.access
    if token := token_of(request):
        store.end_session(token)
