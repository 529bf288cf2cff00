"""The case file on paper, words opened by role: made at the case's home only."""

from datetime import date, datetime
from functools import partial
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.deadlines import Verdict
from services.kernel.errors import Unavailable
from services.kernel.keyring import Words
from services.kernel.paper import MEDIA_TYPE, CaseFile, Line, case_file
from services.kernel.paper.proven import Proof, borne_out
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web import words as glossary
from services.kernel.web.language import language_of, say
from services.kernel.web.others import namer
from services.kernel.web.pages import Entry, Promised
from services.resolution.application import Resolution
from services.resolution.domain import Case
from services.resolution.domain.case import BY_CORRECTION
from services.resolution.pages import thread
from services.resolution.pages.corrected import Form, Names
from services.resolution.pages.lists import CaseLists
from services.resolution.pages.queue import PATH, READ, name_of
from services.resolution.pages.spoken import spoken
from services.resolution.pages.thread import Step
from services.resolution.verdicts import judged
from services.resolution.words import DEADLINES, PERSON


class Writer:
    """Writes sentences and times for one reader, in the zone of one Puskesmas; `sealed` stands for
    words that the reader does not get."""

    def __init__(self, language: str, zone: ZoneInfo, sealed: Text | None = None) -> None:
        self.language, self.zone = language, zone
        self.sealed = sealed or SEALED
        self.say = partial(say, language=language)

    def at(self, value: date) -> str:
        """Return a day or an instant, with its year."""
        return formats.stamp(value, self.language, self.zone)


def add(pages: APIRouter, resolution: Resolution, lists: CaseLists, words: Words) -> None:
    """Add the document to `pages`."""

    @pages.get(PATH + "/{id}/berkas.pdf")
    def print_case(
        request: Request, id: UUID, principal: Annotated[Principal, requires(READ)]
    ) -> Response:
        """Return the case file as PDF, with the words that the reader's role opens."""
        case = resolution.get(id)
        principal.role_for(READ, case.puskesmas)
        here = resolution.district.puskesmas(case.puskesmas)
        steps, opened = spoken(resolution, words, principal, case, "case_file")
        gone = words.erased([str(id)])
        writer = Writer(
            language_of(request), ZoneInfo(here.zone), sealed=ERASED if gone else SEALED
        )
        who = namer(request.app.state.access)
        names = Names(resolution.district, writer.language, writer.zone)
        entries = thread.entries(
            case, steps, opened, lambda each: who(each.actor, each.role), names
        )
        say, last = writer.say, max(each.message.time for each in steps)
        content = case_file(
            CaseFile(
                language=writer.language,
                number=case.number,
                place=here.name,
                title=say(_("Berkas kasus")),
                as_of=say(_("Sampai kejadian terakhir, {day}", day=writer.at(last))),
                page=say(_("Halaman {page} dari {pages}", page="{page}", pages="{pages}")),
                past=False,
                tags=tuple(map(say, _tags(case))),
                pairs_title=say(_("Tentang keluhan ini")),
                pairs=tuple(_pairs(resolution, case, steps, writer)),
                people_title=say(_("Pelapor")),
                people=tuple(person(steps, opened, writer)),
                thread_title=say(_("Jalannya kasus")),
                thread=tuple(line(each, writer) for each in entries),
                notes=(say(NOTE),),
                proof=_proof(lists, id, writer),
            )
        )
        name = f'inline; filename="{case.number}.pdf"'
        headers = {"content-disposition": name, "cache-control": "no-store"}
        return Response(content, media_type=MEDIA_TYPE, headers=headers)


def _proof(lists: CaseLists, id: UUID, writer: Writer) -> Proof | None:
    """Return what bears the case out; None while reporting cannot be reached."""
    try:
        return borne_out(lists.proven(id), writer.say, writer.at)
    except Unavailable:
        return None


NOTE = _(
    "Berisi kata-kata yang tersegel, dibuka menurut peran Anda; pembukaannya tercatat. Simpan "
    "seperti formulir keluhan itu sendiri."
)


def _tags(case: Case) -> list[Text | str]:
    praise = case.taken_back_by == BY_CORRECTION
    stands = glossary.word("kind", "praise") if praise else glossary.word("state", case.state.value)
    found: list[Text | str] = [stands]
    if case.grade:
        found.append(glossary.word("grade", case.grade))
    if case.confidentiality != "open":
        found.append(glossary.word("confidentiality", case.confidentiality))
    return found


def _pairs(
    resolution: Resolution, case: Case, steps: list[Step], writer: Writer
) -> list[tuple[str, str]]:
    say, district = writer.say, resolution.district
    unit = name_of(district.unit, case.service_unit, writer.language)
    found = [
        (_("Jenis"), say(glossary.word("kind", case.kind))),
        (_("Diterima"), writer.at(case.received_at)),
        (_("Unit layanan"), unit or say(_("unit tidak disebut"))),
    ]
    form = [step.event for step in steps if isinstance(step.event, Form)][-1]
    found.append((_("Kanal"), say(glossary.word("channel", form.channel))))
    about = [name_of(district.category, code, writer.language) or code for code in form.categories]
    if about:
        found.append((_("Kategori"), ", ".join(about)))
    messages = [step.message for step in steps]
    for each in judged(resolution.promises, case, messages, resolution.clock()):
        text = writer.at(each.promise.due_at)
        if each.done_at is not None:
            on_time = _("ditepati") if each.verdict is Verdict.ON_TIME else _("terlambat")
            text += f" · {say(on_time)}, {writer.at(each.done_at)}"
        elif each.ended:
            text += f" · {say(_('tidak berlaku lagi'))}"
        found.append((DEADLINES[each.promise.name], text))
    return [(say(label), value) for label, value in found]


def person(
    steps: list[Step], opened: list[tuple[str | None, ...]], writer: Writer
) -> list[tuple[str, str]]:
    """Return what the form, as it stands, says of the complainant."""
    on_form = [
        (step.event, said[1])
        for step, said in zip(steps, opened, strict=True)
        if isinstance(step.event, Form)
    ]
    form, told = on_form[-1]
    if form.complainant is None:
        return [(writer.say(_("Identitas")), writer.say(_("tidak disebut")))]
    if told is None:
        return [(writer.say(_("Identitas")), writer.say(writer.sealed))]
    known = thread.person(told)
    return [(writer.say(PERSON.get(kind, kind)), str(value)) for kind, value in known.items()]


SEALED: Final = _("tersegel")
ERASED: Final = _("dihapus")


def line(entry: Entry, writer: Writer) -> Line:
    """Return an entry of the thread as it stands on paper."""
    say = writer.say
    times = [writer.at(entry.happened)] if entry.happened else []
    if entry.recorded and entry.happened:
        same = _day(entry.recorded, writer.zone) == _day(entry.happened, writer.zone)
        timed = same and isinstance(entry.happened, datetime)
        write = formats.clock_time if timed else formats.stamp
        times.append(f"{say(_('tercatat'))} {write(entry.recorded, writer.language, writer.zone)}")
    if entry.who:
        times.append(say(_("oleh {who}", who=say(entry.who))))
    notes = " · ".join(say(each) for each in entry.notes)
    return Line(
        say(entry.title),
        " · ".join(times),
        (notes,) if notes else (),
        said=say(entry.said) if entry.said else None,
        sealed=say(writer.sealed) if entry.sealed else None,
        listed=tuple(_promised(each, writer) for each in entry.promised),
        mark="ahead" if entry.state == "ahead" else "done",
    )


def _promised(promised: Promised, writer: Writer) -> str:
    """Return one action of a plan: what, who, by when, and what became of it."""
    say = writer.say
    parts = [
        promised.text or say(writer.sealed),
        promised.who,
        say(_("batas {day}", day=writer.at(promised.due_on))),
    ]
    if promised.done_on:
        parts.append(say(_("dilakukan {day}", day=writer.at(promised.done_on))))
    elif promised.replaced:
        parts.append(say(_("diganti")))
    return " · ".join(parts)


def _day(value: date, zone: ZoneInfo) -> date:
    return value.astimezone(zone).date() if isinstance(value, datetime) else value
