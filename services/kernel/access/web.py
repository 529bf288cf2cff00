"""What a route declares about who may call it, and how that is found again to be checked.

Every route carries exactly one declaration: `requires("case.grade")` or `PUBLIC`. A route without
one is listed by `undeclared_routes`, which fails the build and the start.

    @router.post("/cases/{id}/grade")
    def grade(principal: Annotated[Principal, requires("case.grade")], ...): ...

    @router.post("/receipts/status", dependencies=[PUBLIC])
    def status(...): ...

A machine's own check (a secret from the data folder, say) joins in by carrying an attribute
`permission`, the name under which it is listed.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, cast

from fastapi import Depends
from fastapi.openapi.models import HTTPBearer
from fastapi.routing import iter_route_contexts
from fastapi.security.base import SecurityBase
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from services.kernel.access.permissions import roles_of
from services.kernel.access.principal import Principal
from services.kernel.access.store import SESSION_LIFETIME, AccessStore
from services.kernel.access.throttle import CodeThrottle, FormThrottle, ReadThrottle
from services.kernel.errors import Forbidden, NotSignedIn
from services.kernel.text import _

COOKIE = "tanggap_session"
PUBLIC_PERMISSION = "public"


def bearer_token(authorization: str | None) -> str | None:
    """Return the token of an `Authorization: Bearer` header, or None when it is not one."""
    if authorization is None:
        return None
    scheme, _space, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def token_of(request: Request) -> str | None:
    """Return the token that a request carries: the bearer's, else the session cookie's."""
    token = bearer_token(request.headers.get("authorization"))
    # A wrong bearer token is refused, not replaced by the cookie: only bearers are exempt from
    # the check of where a request comes from.
    return token if token is not None else request.cookies.get(COOKIE)


def current_principal(request: Request) -> Principal | None:
    """Return who is signed in, if anybody; for public pages that greet people by name."""
    known = getattr(request.state, "principal", None)
    if known is not None:
        return cast(Principal, known)
    token = token_of(request)
    if not token:
        return None
    store: AccessStore = request.app.state.access
    principal = store.principal_of(token)
    if principal is not None:
        request.state.principal = principal
    return principal


class Requires(SecurityBase):
    """The check behind `requires`; also what the OpenAPI document says about signing in."""

    def __init__(self, permission: str) -> None:
        roles_of(permission)
        self.permission = permission
        self.model = HTTPBearer(description="`POST /api/v1/session`, or `tanggap token NAME`")
        self.scheme_name = "bearer"

    async def __call__(self, request: Request) -> Principal:
        """Return the caller; raise NotSignedIn or Forbidden."""
        principal = current_principal(request)
        if principal is None:
            raise NotSignedIn(_("Silakan masuk dahulu."))
        code = request.path_params.get("code")
        if code is None:
            if not principal.may_somewhere(self.permission):
                raise Forbidden(_("Peran Anda tidak mencakup halaman atau langkah ini."))
        elif not principal.may(self.permission, code):
            raise Forbidden(_("Peran Anda di Puskesmas ini tidak mencakup langkah ini."))
        return principal


class Public:
    """The declaration that anybody may call a route."""

    permission = PUBLIC_PERMISSION

    async def __call__(self) -> None:
        """Let everybody pass."""


def requires(permission: str) -> Any:
    """Declare that a route takes `permission`; a FastAPI dependency that gives the Principal.

    Where the path has `{code}`, the grant for that Puskesmas is checked right away. Elsewhere the
    caller holds it somewhere, and the application checks with the Puskesmas of the thing itself.
    Raises ValueError at import for a permission that does not exist.
    """
    return Depends(Requires(permission))


def public() -> Any:
    """Declare a route public."""
    return Depends(Public())


PUBLIC = public()


# Finding declarations again


class _Dependant(Protocol):
    call: object
    dependencies: Sequence["_Dependant"]


def declared_permission(route: Any) -> str | None:
    """Return the permission that a route declares (`public` for a public one), None for none.

    `route` is a route or a route context of FastAPI. A requirement beside PUBLIC counts as the
    requirement, for it is enforced. Raises ValueError when two different ones are declared.
    """
    names = set(_declared(getattr(route, "dependant", None)))
    if len(names) > 1:
        names.discard(PUBLIC_PERMISSION)
    if len(names) > 1:
        raise ValueError(f"{route.path} declares {' and '.join(sorted(names))}: one route, one")
    return names.pop() if names else None


def _declared(dependant: _Dependant | None) -> Iterator[str]:
    if dependant is None:
        return
    name = getattr(dependant.call, "permission", None)
    if isinstance(name, str):
        yield name
    for inner in dependant.dependencies:
        yield from _declared(inner)


def declared_routes(app: Starlette) -> Iterator[tuple[str, str, str | None]]:
    """Yield (method, path, permission) for every route of an app, through routers and mounts.

    Mounted static files and the app's own OpenAPI document count as public: they hold what is in
    the package and nothing of anybody. A route whose declarations contradict each other has None.
    """
    yield from _walk(app.routes, "", {getattr(app, "openapi_url", None)})


def _walk(
    routes: Sequence[BaseRoute], prefix: str, described: set[str | None]
) -> Iterator[tuple[str, str, str | None]]:
    for route in iter_route_contexts(routes):
        original = route.original_route
        path = prefix + (route.path or "")
        if isinstance(original, Mount):
            if isinstance(original.app, StaticFiles):
                yield "GET", path, PUBLIC_PERMISSION
            elif original.routes:
                inner = {getattr(original.app, "openapi_url", None)}
                yield from _walk(original.routes, path, inner)
            else:
                yield "*", path, None
            continue
        try:
            permission = declared_permission(route)
        except ValueError:
            permission = None
        if permission is None and route.path in described:
            permission = PUBLIC_PERMISSION
        for method in sorted(getattr(route, "methods", None) or {"*"}):
            yield method, path, permission


def undeclared_routes(app: Starlette) -> list[str]:
    """Return "METHOD path" of every route that does not say, unmistakably, who may call it."""
    return [
        f"{method} {path}" for method, path, permission in declared_routes(app) if not permission
    ]


# The cookie


def set_session_cookie(response: Response, token: str, *, secure: bool) -> None:
    """Give the browser its session; `secure` when PUBLIC_URL is https."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def clear_session_cookie(response: Response, *, secure: bool) -> None:
    """Take the session away from the browser."""
    response.delete_cookie(COOKIE, path="/", secure=secure, httponly=True, samesite="lax")


def client_address(scope: Mapping[str, Any]) -> str:
    """Return the network address that a request comes from, "" when the server does not know."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def trying_a_code(request: Request) -> AbstractContextManager[None]:
    """Look a receipt's code up within: a NotFound there counts against the request's network.

    One count for all calls and pages of the app. Raises TooMany (`CodeThrottle.trying`).
    """
    throttle: CodeThrottle = request.app.state.codes
    return throttle.trying(client_address(request.scope))


def count_a_form(request: Request) -> None:
    """Count a form that anybody may send; raises TooMany (`FormThrottle.take`)."""
    throttle: FormThrottle = request.app.state.forms
    throttle.take(client_address(request.scope))


def count_a_read(request: Request) -> None:
    """Count what a program reads without a token; raises TooMany (`ReadThrottle.take`)."""
    throttle: ReadThrottle = request.app.state.reads
    throttle.take(client_address(request.scope))
