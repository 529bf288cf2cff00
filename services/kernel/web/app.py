"""Builds the one FastAPI app of a process from the routers of its services."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from services.kernel.access import api as access_api
from services.kernel.access.origin import SameOriginOnly
from services.kernel.access.throttle import CodeThrottle, FormThrottle, ReadThrottle
from services.kernel.clock import Clock, system_clock
from services.kernel.fleeting import NEWS, REVOKED, Alone, Fleeting
from services.kernel.web import account, assets, operations, outside, problems, signin
from services.kernel.web.assets import Assets
from services.kernel.web.direct import DirectRoute, Shortcut
from services.kernel.web.live import Live
from services.kernel.web.pages import NavItem, Pages
from services.kernel.web.readonly import ReadOnly
from services.kernel.web.refusals import documented
from services.kernel.web.shell import AccessLog, Shell

MIB = 1 << 20
HERE = Path(__file__).parent


class App(FastAPI):
    """FastAPI with the shell outermost, so that error answers are dressed and noted too."""

    shell: Callable[[ASGIApp], ASGIApp]
    direct: Sequence[APIRouter]

    def build_middleware_stack(self) -> ASGIApp:
        """Put the shell around everything that FastAPI builds, and the short way next to it."""
        routes = [each for router in self.direct for each in router.routes]
        direct = [each for each in routes if isinstance(each, DirectRoute)]
        return self.shell(ReadOnly(Shortcut(super().build_middleware_stack(), direct)))

    def openapi(self) -> dict[str, Any]:
        """Describe the calls, each with the refusals that it may answer."""
        if self.openapi_schema is None:
            documented(super().openapi())
        return super().openapi()


def create_app(
    title: str,
    *,
    lifespan: Callable[[Any], AbstractAsyncContextManager[Any]] | None = None,
    routers: Sequence[APIRouter] = (),
    packages: Sequence[str] = (),
    nav: Sequence[NavItem] = (),
    version: str = "0.1.0",
    public_url: str | None = None,
    zone: ZoneInfo | None = None,
    access_log: AccessLog = "notable",
    max_body: int = MIB,
    clock: Clock = system_clock,
    fleeting: Fleeting | None = None,
) -> FastAPI:
    """Return an app with the shared routes (sign-in, static files, health, metrics) and `routers`.

    `packages` are the services whose `templates/` and `static/` pages use (`services.intake`, its
    templates named `intake/…`). `zone` is the zone of pages that name none. `access_log` is `all`,
    `notable` (slower than a second to the first byte, or a fault of ours) or `off`. `max_body` in
    bytes holds for every route that sets no `max_body_size` of its own; by `fleeting` limits are
    counted and open pages hear of news. Whoever builds the app
    sets `app.state.access` (AccessStore), and `app.state.ready`, `app.state.oidc` and
    `app.state.read_only` (why commands are refused) if wanted, before any request.
    """
    https = urlsplit(public_url or "").scheme == "https"
    app = App(
        title=title,
        version=version,
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        # Its spans and logs would carry addresses; what is measured is in shell.py.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.shell = lambda inner: Shell(inner, https=https, access_log=access_log, max_body=max_body)
    app.direct = routers
    app.add_middleware(SameOriginOnly, public_url=public_url)
    problems.install(app)
    rooms = [("", HERE), *((name.rpartition(".")[2], _folder(name)) for name in packages)]
    app.state.secure_cookies = https
    app.state.oidc, app.state.public_url, app.state.read_only = None, public_url, None
    fleeting = fleeting or Alone()
    app.state.fleeting = fleeting
    app.state.codes = CodeThrottle(fleeting)
    app.state.forms = FormThrottle(fleeting)
    app.state.reads = ReadThrottle(fleeting)
    app.state.live = Live()
    for bell in (NEWS, REVOKED):
        fleeting.on(bell, app.state.live.wake)
    app.state.assets = Assets([(prefix, folder / "static") for prefix, folder in rooms])
    app.state.pages = Pages(
        [(prefix, folder / "templates") for prefix, folder in rooms],
        assets=app.state.assets,
        nav=nav,
        zone=zone or ZoneInfo("Asia/Jakarta"),
        clock=clock,
    )
    # Routes are tried in order: those that are called most come first.
    for router in (
        *routers,
        access_api.router,
        signin.router,
        outside.router,
        account.router,
        assets.router,
        operations.router,
    ):
        # As they are: FastAPI's `include_router` would make each of them, with all that it reads
        # and answers, a second time, which is half of a start.
        app.router.routes.extend(router.routes)
    return app


def _folder(package: str) -> Path:
    file = import_module(package).__file__
    if file is None:
        raise ValueError(f"{package} is no package with files of its own")
    return Path(file).parent
