"""The access log for those who look into it: who opened sealed words, when, in which role and why.

No word is shown. Who answers for some Puskesmas sees what was opened of theirs, and the auditor all
of this origin; each origin keeps its own log.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, NamedTuple
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from services.kernel import tables
from services.kernel.access.permissions import ROLES
from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.errors import InvalidInput, NoSpace, invalid
from services.kernel.keyring import Words
from services.kernel.keyring.searching import Entry, OpenedWords, Sought
from services.kernel.tables import FORMATS, Column, Format, Table
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web import words as glossary
from services.kernel.web.forms import Form
from services.kernel.web.language import language_of, say
from services.kernel.web.opened import WHY, reason_said
from services.kernel.web.others import Who, namer
from services.kernel.web.pages import NavItem, render
from services.resolution.application import Resolution
from services.resolution.pages.lists import CaseLists

PATH: Final = "/pembukaan"
SEARCH: Final = "openings.search"
NAV: Final = NavItem("openings", _("Siapa membuka"), PATH, SEARCH, rare=True)
SHOWN: Final = 50
MOST: Final = 50_000
"""So many entries are in a file at most; a narrower question has the rest."""
FIELDS: Final[Mapping[str, Text]] = {
    "person": _("Nama atau nama pengguna"),
    "number": _("Nomor keluhan"),
    "role": _("Peran"),
    "from": _("Dari tanggal"),
    "to": _("Sampai tanggal"),
    "account": _("Akun"),
}
COLUMNS: Final = (
    Column("at", _("Waktu"), _("Kapan dibuka."), "moment"),
    Column("zone", _("Zona waktu"), _("Zona semua waktu pada baris ini.")),
    Column("who", _("Siapa"), _("Siapa yang membuka; bila akunnya tidak ada di sini: perannya.")),
    Column("role", _("Peran"), _("Dalam peran apa.")),
    Column("page", _("Pada halaman"), _("Halaman yang menampilkannya, dan untuk pekerjaan apa.")),
    Column("number", _("Nomor"), _("Nomor keluhan; kosong: berkas impor atau rapat.")),
    Column("puskesmas", _("Puskesmas"), _("Puskesmas keluhan; kosong: belum dicatat saat itu.")),
    Column("identity", _("Identitas"), _("Identitas pelapor ikut dibuka."), "flag"),
    Column("settled_at", _("Selesai sejak"), _("Kapan kasusnya sudah selesai."), "moment"),
    Column("reason", _("Alasan"), _("Diisi bila kasusnya sudah lama selesai.")),
)
READ: Final = ("person", "number", "role", "from", "to", "account")
Asking = Annotated[Principal, requires(SEARCH)]


class Asked:
    """What an address asks of the log; what is wrong in it is kept beside, and finds nothing."""

    def __init__(
        self,
        person: Annotated[str, Query(max_length=100)] = "",
        number: Annotated[str, Query(max_length=40)] = "",
        role: Annotated[str, Query(max_length=40)] = "",
        since: Annotated[str, Query(alias="from", max_length=10)] = "",
        until: Annotated[str, Query(alias="to", max_length=10)] = "",
        account: Annotated[str, Query(max_length=60)] = "",
    ) -> None:
        given = zip(READ, (person, number, role, since, until, account), strict=True)
        self.values = {name: value.strip() for name, value in given if value.strip()}

    def sought(self, request: Request, principal: Principal, lists: CaseLists) -> Sought:
        """Return what to look for; raises InvalidInput for a role, day or number that is none."""
        values = self.values
        role = values.get("role")
        if role is not None and role not in ROLES:
            raise invalid("role", _("Pilih peran dari daftar."))
        zone = _zone(request)
        since, until = _day(values, "from", zone), _day(values, "to", zone)
        if since and until and since > until:
            raise invalid("to", _("Hari terakhir mendahului hari pertama."))
        complaint = None
        if "number" in values:
            complaint = lists.find(values["number"])
            if complaint is None:
                raise invalid("number", _("Nomor ini tidak ditemukan."))
        return Sought(
            puskesmas=principal.scope(SEARCH),
            accounts=_accounts(request, values),
            complaint=None if complaint is None else str(complaint),
            role=role,
            since=since,
            until=until and until + timedelta(days=1),
        )


class Row(NamedTuple):
    """One entry as the page shows it; `complaints` are numbers, or None for what has none."""

    at: datetime
    who: Text | str
    role: Text | str
    page: Text | str
    complaints: list[str | None]
    identity: bool
    reasons: list[Text | str]


def add(pages: APIRouter, resolution: Resolution, lists: CaseLists, words: Words) -> None:
    """Add the page and its files to `pages`."""

    @pages.get(PATH)
    def access_log(
        request: Request,
        principal: Asking,
        asked: Annotated[Asked, Depends()],
        cursor: Annotated[int | None, Query(ge=0, lt=1 << 62)] = None,
    ) -> Response:
        """Show who opened sealed words, the newest first."""
        form, entries, status = Form(asked.values), list[Entry](), 200
        try:
            entries = words.search(asked.sought(request, principal, lists), SHOWN + 1, cursor)
        except InvalidInput as problem:
            form, status = Form.refused(asked.values, problem), problem.status
        shown = entries[:SHOWN]
        more = {"cursor": str(shown[-1].id)} if len(entries) > SHOWN else None
        return render(
            request,
            "resolution/access_log.html",
            status=status,
            section=NAV.section,
            rows=_rows(shown, lists, namer(request.app.state.access)),
            form=form,
            labels=FIELDS,
            roles=[(role, glossary.word("role", role)) for role in ROLES],
            first=_address(PATH, asked.values) if cursor is not None else None,
            next=_address(PATH, asked.values | more) if more else None,
            files=[(kind, _address(f"{PATH}.{kind}", asked.values)) for kind in FORMATS],
        )

    def add_file(kind: Format) -> None:
        @pages.get(f"{PATH}.{kind}", response_class=StreamingResponse)
        def file(
            request: Request, principal: Asking, asked: Annotated[Asked, Depends()]
        ) -> StreamingResponse:
            """Return the same entries as a file, a row for each complaint."""
            sought = asked.sought(request, principal, lists)
            table = _table(request, resolution, lists, _all(words, sought), asked)
            made = _made(table, kind, language_of(request))
            return StreamingResponse(
                iter(lambda: made.read(1 << 18), b""),
                media_type=tables.MEDIA_TYPES[kind],
                headers={"content-disposition": f'attachment; filename="{table.name}.{kind}"'},
            )

    for kind in FORMATS:
        add_file(kind)


def _all(words: Words, sought: Sought) -> Iterator[list[Entry]]:
    """Yield the entries, a page at a time."""
    before: int | None = None
    for _page in range(MOST // 500):
        entries = words.search(sought, 500, before)
        if not entries:
            return
        yield entries
        before = entries[-1].id


def _rows(entries: Sequence[Entry], lists: CaseLists, who: Who) -> list[Row]:
    numbers = _numbers(entries, lists)
    return [
        Row(
            each.at,
            who(each.account, each.role),
            glossary.word("role", each.role),
            WHY.get(each.page, each.page),
            [numbers.get(one.complaint) for one in each.opened],
            any(one.identity for one in each.opened),
            [reason_said(one) for one in dict.fromkeys(its.reason for its in each.opened) if one],
        )
        for each in entries
    ]


def _numbers(entries: Sequence[Entry], lists: CaseLists) -> dict[str, str]:
    """Return the number of each complaint; an import's file has none."""
    ids = {id for each in entries for one in each.opened if (id := _id(one)) is not None}
    return {str(id): number for id, number in lists.numbers_of(sorted(ids)).items()}


def _id(one: OpenedWords) -> UUID | None:
    try:
        return UUID(one.complaint)
    except ValueError:
        return None


def _table(
    request: Request,
    resolution: Resolution,
    lists: CaseLists,
    found: Iterator[list[Entry]],
    asked: Asked,
) -> Table:
    language, who = language_of(request), namer(request.app.state.access)
    places = {each.code: each for each in resolution.district.all_puskesmas}

    def said(text: Text | str) -> str:
        return say(text, language)

    def rows() -> Iterator[Sequence[Any]]:
        for entries in found:
            numbers = _numbers(entries, lists)
            for each in entries:
                for one in each.opened:
                    place = places.get(one.puskesmas or "")
                    zone = ZoneInfo(place.zone) if place else _zone(request)
                    yield (
                        each.at.astimezone(zone),
                        formats.zone_name(zone),
                        said(who(each.account, each.role)),
                        said(glossary.word("role", each.role)),
                        said(WHY.get(each.page, each.page)),
                        numbers.get(one.complaint),
                        place.name if place else one.puskesmas,
                        one.identity is not None,
                        one.settled_at and one.settled_at.astimezone(zone),
                        said(reason_said(one.reason)) if one.reason else None,
                    )

    now, zone = resolution.clock(), _zone(request)
    made = f"{formats.stamp(now, language, zone)} {formats.zone_name(zone)}"
    return Table(
        name=f"pembukaan_{now.astimezone(zone):%Y-%m-%d}",
        title=said(NAV.label),
        columns=COLUMNS,
        headings=[said(each.title) for each in COLUMNS],
        meanings=[said(each.meaning) for each in COLUMNS],
        rows=rows(),
        told=[
            (said(_("Dibuat")), made),
            *((said(FIELDS[name]), value) for name, value in asked.values.items()),
        ],
        made_at=now,
    )


def _made(table: Table, kind: Format, language: str) -> BinaryIO:
    """Return the file, made whole before it is sent; raises NoSpace."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (it outlives this call)
    try:
        with tempfile.TemporaryDirectory() as folder:
            tables.write(table, kind, lambda text: say(text, language), file, Path(folder))
        file.seek(0)
    except OSError:
        file.close()
        raise NoSpace(
            _("Ruang di server tidak cukup untuk membuat berkas ini; tidak ada yang dikirim.")
        ) from None
    except BaseException:
        file.close()
        raise
    return file


def _accounts(request: Request, values: Mapping[str, str]) -> list[str] | None:
    """Return the account that was named by its id, else those of this name; None where nobody
    was named."""
    if "account" in values:
        return [values["account"]]
    if "person" not in values:
        return None
    wanted = values["person"].casefold()
    return [
        each.id
        for each in request.app.state.access.list_accounts()
        if wanted in f"{each.username} {each.display_name.casefold()}"
    ]


def _day(values: Mapping[str, str], field: str, zone: ZoneInfo) -> datetime | None:
    """Return when a day begins; raises InvalidInput for what is none."""
    if field not in values:
        return None
    try:
        return datetime.combine(date.fromisoformat(values[field]), time(), zone)
    except ValueError:
        raise invalid(field, _("Tulis tanggal seperti 2026-09-07.")) from None


def _zone(request: Request) -> ZoneInfo:
    zone: ZoneInfo = request.app.state.pages.zone
    return zone


def _address(path: str, values: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(values)}" if values else path
