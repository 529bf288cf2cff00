"""Renders pages: templates of all rooms, in the reader's language and the Puskesmas' zone.

A template is `intake/desk.html` for the file `services/intake/templates/desk.html`, and just
`base.html` for the kernel's own. What every page is given is listed in `Pages._shared`; the macros
are in `templates/parts.html`.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    pass_context,
)
from jinja2.ext import InternationalizationExtension, do
from jinja2.runtime import Context
from starlette.requests import Request

from services.kernel.access.principal import Principal
from services.kernel.access.store import AccessStore
from services.kernel.access.web import current_principal
from services.kernel.clock import Clock
from services.kernel.errors import Problem
from services.kernel.store.database import StoreUnavailable
from services.kernel.text import Text
from services.kernel.web import flash, formats, words
from services.kernel.web.assets import Assets
from services.kernel.web.language import (
    LANGUAGES,
    QUERY,
    language_of,
    remember_language,
    say,
    translations,
    translator,
)

_PUBLIC_PLACE = re.compile(r"(/p/[^/]+|/r)/")
_PUBLIC = re.compile(r"/[prs](/|$)")
EXTENSIONS = (InternationalizationExtension, do)
IN_THE_BAR = 7
"""So many places stand beside each other on a desk's screen, with the name and the switches."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """One place in the bar, shown to whoever holds `permission` somewhere (None: every account).

    `news` makes it a bell: the address at which a script asks how much there is that is `new`.
    A `rare` one stands behind "Lainnya" for whoever has more than `IN_THE_BAR` places. `wishes` is
    where its reader sets how they want it, and what that page is called; their account leads there.
    """

    section: str
    label: Text
    href: str
    permission: str | None = None
    news: str | None = None
    rare: bool = False
    wishes: tuple[str, Text] | None = None


@dataclass(frozen=True, slots=True)
class Promised:
    """One of the things that were promised in an entry: by whom and by when, and when it was done;
    `text` None stays sealed; `replaced`: something else is promised since."""

    text: str | None
    who: str
    due_on: date
    done_on: date | None = None
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a thread. `state` is done, now or ahead; `role` is that in which `who` acted,
    where that is a name; `said` is text, `notes` are short facts that stand on one line; `sealed`
    says that words stay closed to this reader; `links` are (address, name) of
    what came along."""

    title: Text | str
    happened: date | None = None
    recorded: datetime | None = None
    who: Text | str | None = None
    role: Text | str | None = None
    state: str = "done"
    said: Text | str | None = None
    notes: tuple[Text | str, ...] = ()
    sealed: bool = False
    links: tuple[tuple[str, Text | str], ...] = ()
    promised: tuple[Promised, ...] = ()


class Pages:
    """The templates of a process; `app.state.pages`."""

    def __init__(
        self,
        rooms: Sequence[tuple[str, Path]],
        *,
        assets: Assets,
        nav: Sequence[NavItem] = (),
        zone: ZoneInfo,
        clock: Clock,
    ) -> None:
        self._nav = tuple(nav)
        self.zone = zone
        self._clock = clock
        self._environments = {
            language: _environment(rooms, language, assets) for language in LANGUAGES
        }

    def render(
        self,
        request: Request,
        name: str,
        *,
        status: int = 200,
        zone: ZoneInfo | None = None,
        **context: object,
    ) -> HTMLResponse:
        """Return a page; `zone` is that of the Puskesmas it is about.

        Raises jinja2.TemplateNotFound, and jinja2.UndefinedError for a value that is not given.
        """
        language = language_of(request)
        told = flash.said_before(request)
        shared = self._shared(request, language, zone or self.zone)
        template = self._environments[language].get_template(name)
        content = template.render(shared | {"told": told} | context)
        response = HTMLResponse(content, status, {"content-language": language})
        remember_language(request, response)
        if told is not None:
            flash.forget(response)
        return response

    def _shared(self, request: Request, language: str, zone: ZoneInfo) -> dict[str, object]:
        principal = _reader(request)
        nav = list(self._nav_for(principal))
        return {
            "lang": language,
            "switches": list(_switches(request, language)),
            "languages": [(code, name) for code, name in LANGUAGES.items() if code != language],
            "principal": principal,
            "nav": nav,
            "many_places": sum(not item.news for item in nav) > IN_THE_BAR,
            "section": None,
            "place": None,
            "home": home_at(request.url.path),
            "path": request.url.path,
            "query": dict(request.query_params),
            "zone": zone,
            "now": self._clock(),
            "reminded": _reminded(request, principal) if any(i.news for i in nav) else 0,
            "wide": True,
            "read_only": _why_read_only(request, language),
        }

    def _nav_for(self, principal: Principal | None) -> Iterable[NavItem]:
        if principal is None:
            return
        for item in self._nav:
            if item.permission is None or principal.may_somewhere(item.permission):
                yield item


def render(
    request: Request,
    name: str,
    *,
    status: int = 200,
    zone: ZoneInfo | None = None,
    **context: object,
) -> HTMLResponse:
    """Return a page of the app that `request` came to (see `Pages.render`)."""
    pages: Pages = request.app.state.pages
    return pages.render(request, name, status=status, zone=zone, **context)


def _reader(request: Request) -> Principal | None:
    # Also on error pages, where the session itself may be what failed.
    with suppress(Problem, AttributeError):
        return current_principal(request)
    return None


def _reminded(request: Request, principal: Principal | None) -> int:
    """Return how many digests are new to a reader: the figure on the bell where no script asks for
    all that is; 0 where the store does not answer, for the page is about something else."""
    if principal is None:
        return 0
    access: AccessStore = request.app.state.access
    try:
        return access.unread_digests(principal.account_id)
    except (StoreUnavailable, sqlite3.Error):
        return 0


def home_at(path: str, *, found: bool = True) -> str:
    """Return where the front page is for whoever asks: the public's is their Puskesmas', else, as
    where nothing was `found`, the page that asks for a receipt."""
    place = _PUBLIC_PLACE.match(path) if found else None
    if place:
        return place[1]
    return "/r" if _PUBLIC.match(path) else "/"


def _switches(request: Request, language: str) -> Iterable[tuple[str, str, str]]:
    """Yield (code, name, address) of the other languages; the address stays, `lang` is added.

    None for an answer to a form: its address alone would bring another page, and lose what is here.
    """
    if request.method == "POST":
        return
    kept = [(key, value) for key, value in parse_qsl(request.url.query) if key != QUERY]
    for code, name in LANGUAGES.items():
        if code != language:
            yield code, name, f"{request.url.path}?{urlencode([*kept, (QUERY, code)])}"


def template_loader(rooms: Sequence[tuple[str, Path]]) -> BaseLoader:
    """Return the loader of the rooms' templates, each room's under its own name."""
    prefixed: dict[str, BaseLoader] = {}
    plain: list[BaseLoader] = []
    for prefix, folder in rooms:
        if prefix:
            prefixed[prefix] = FileSystemLoader(folder)
        else:
            plain.append(FileSystemLoader(folder))
    return ChoiceLoader([*plain, PrefixLoader(prefixed)])


def _environment(rooms: Sequence[tuple[str, Path]], language: str, assets: Assets) -> Environment:
    environment = Environment(
        loader=template_loader(rooms),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=EXTENSIONS,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=partial(_shown, language),
    )
    catalogue = _LateCatalogue(language)
    cast(Any, environment).install_gettext_callables(
        catalogue.gettext, catalogue.ngettext, newstyle=True
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals.update(
        static=assets.url,
        word=words.word,
        grade_marks=words.GRADE_MARKS,
        state_marks=words.STATE_MARKS,
        duty_marks=words.DUTY_MARKS,
        plain_mark=words.PLAIN,
        points=formats.points,
    )
    environment.filters.update(_filters(language))
    return environment


class _LateCatalogue:
    """Reads a language's catalogue when its first sentence is needed."""

    def __init__(self, language: str) -> None:
        self._language = language

    def gettext(self, msgid: str) -> str:
        return translations(self._language).gettext(msgid)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return translations(self._language).ngettext(one, many, n)


def _shown(language: str, value: object) -> object:
    """Return what a place in a template shows: a Text in the reader's language, None as nothing."""
    if isinstance(value, Text):
        return value.render(translator(language))
    return "" if value is None else value


def _filters(language: str) -> dict[str, Callable[..., Any]]:
    def at(write: Callable[..., str], *, now: bool = True) -> Callable[..., str]:
        @pass_context
        def filtered(context: Context, value: date | None) -> str:
            if value is None:
                return ""
            zone: ZoneInfo = context["zone"]
            return write(value, language, zone, *([context["now"]] if now else []))

        return filtered

    @pass_context
    def ago(context: Context, value: datetime) -> str:
        return formats.ago(value, language, context["now"])

    return {
        "day": at(formats.day),
        "day_long": at(formats.day_long),
        "moment": at(formats.moment),
        "clock": at(formats.clock_time, now=False),
        "month": at(formats.month, now=False),
        "ago": ago,
        "number": lambda value, decimals=None: formats.number(value, language, decimals),
        "percent": lambda value, decimals=0: formats.percent(value, language, decimals),
        "zone_name": formats.zone_name,
        "say": partial(_shown, language),
    }


def _why_read_only(request: Request, language: str) -> str | None:
    why = getattr(request.app.state, "read_only", None)
    return None if why is None else say(why, language)
