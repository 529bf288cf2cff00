"""What was typed into the forms of a meeting, read as the application takes it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends
from starlette.requests import Request

from services.kernel.errors import FieldError, Problem
from services.kernel.text import Text, _
from services.kernel.web.forms import Form
from services.resolution.meetings import said
from services.resolution.pages.typed import LINE, Typed

ROWS, ROWS_MOST = 6, 50
PEOPLE_MOST: Final = 500
LISTED: Final = ("months", "cases", "answered")
"""Fields of which several may be chosen."""
PLAN: Final[Mapping[str, Text]] = {
    "kind": _("Jenis rapat"),
    "starts_at": _("Mulai"),
    "venue": _("Tempat"),
    "invitees": _("Yang diundang"),
    "agenda": _("Susunan acara"),
    "months": _("Rekap yang dibahas"),
    "cases": _("Kasus yang dibahas"),
}
HOLDING: Final[Mapping[str, Text]] = {
    "held_at": _("Dimulai pada"),
    "chair": _("Pemimpin rapat"),
    "note_taker": _("Notulis"),
    "attendance": _("Yang hadir"),
    "minutes": _("Notulen"),
    "outcome": _("Hasil pembahasan untuk rekap"),
    "answered": _("Jawaban yang disampaikan ke forum"),
    "reason": _("Alasan"),
    "why": _("Mengapa diperbaiki"),
}
DECISION: Final[Mapping[str, Text]] = {
    "decision": _("Keputusan"),
    "person": _("Penanggung jawab"),
    "due": _("Batas"),
    "case": _("Nomor kasus"),
}

Values = Mapping[str, str | Sequence[str]]
Find = Callable[[str], UUID | None]


async def _fields(request: Request) -> dict[str, str | list[str]]:
    form = await request.form()
    values: dict[str, str | list[str]] = {
        name: value for name, value in form.items() if isinstance(value, str)
    }
    for name in LISTED:
        values[name] = [each for each in form.getlist(name) if isinstance(each, str)]
    return values


Fields = Annotated[dict[str, str | list[str]], Depends(_fields)]


def rows_of(values: Values) -> int:
    """Return how many rows for decisions a form has that was sent."""
    sent = sum(f"decision_{row}" in values for row in range(1, ROWS_MOST + 1))
    return max(sent, ROWS)


def labels(rows: int) -> Mapping[str, Text]:
    """Return what the fields are called, for what is to be mended."""
    found = {**PLAN, **HOLDING}
    for row in range(1, rows + 1):
        for name, label in DECISION.items():
            found[f"{name}_{row}"] = _("Keputusan {n}, {what}", n=row, what=label)
    return found


class Sheet:
    """The fields of a meeting's form; `zone` is that of its Puskesmas."""

    def __init__(self, values: Values, zone: ZoneInfo) -> None:
        self.values = values
        self.typed = Typed({k: v for k, v in values.items() if isinstance(v, str)}, zone)
        self.filled = _filled(self.typed.values)

    def plan(self) -> said.Plan:
        """Return what the meeting is called for."""
        typed = self.typed
        kind, starts_at = typed.must("kind", LINE), typed.moment("starts_at")
        if starts_at is None and typed.maybe("starts_at", 40) is None:
            typed.wrong("starts_at", _("Isi tanggal dan jamnya."))
        venue = typed.must("venue", LINE)
        invitees, agenda = self._lines("invitees"), self._lines("agenda")
        cases = self._ids("cases")
        typed.check()
        assert starts_at is not None
        return said.Plan(kind, starts_at, venue, invitees, agenda, self._chosen("months"), cases)

    def minutes(self) -> said.Minutes:
        """Return who was there and what was said."""
        typed = self.typed
        people = [_attendee(each) for each in self._lines("attendance", needed=True)]
        return said.Minutes(people, typed.must("minutes"), typed.maybe("outcome"))

    def holding(self, find: Find) -> said.Holding:
        """Return the meeting as it was held; `find` gives the complaint of a number."""
        typed = self.typed
        chair, note_taker = typed.must("chair", LINE), typed.must("note_taker", LINE)
        minutes = self.minutes()
        decisions = [self._decision(row, find) for row in self.filled]
        answered = self._ids("answered")
        typed.check()
        return said.Holding(chair, note_taker, minutes, decisions, answered=answered)

    def answers(self) -> list[UUID]:
        """Return the complaints of whose result the forum was told; at least one."""
        found = self._ids("answered")
        if not found:
            self.typed.wrong("answered", _("Pilih sedikitnya satu."))
        self.typed.check()
        return found

    def _decision(self, row: int, find: Find) -> said.Decided:
        typed, case = self.typed, None
        decision, who = typed.must(f"decision_{row}"), typed.must(f"person_{row}", LINE)
        due = typed.day(f"due_{row}")
        number = typed.maybe(f"case_{row}", LINE)
        if number is not None and (case := find(number)) is None:
            typed.wrong(f"case_{row}", _("Nomor ini tidak ditemukan. Periksa, atau kosongkan."))
        return said.Decided(decision, who, due, case)

    def _lines(self, field: str, *, needed: bool = False) -> list[str]:
        text = self.typed.must(field) if needed else self.typed.maybe(field) or ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > PEOPLE_MOST:
            self.typed.wrong(field, _("Isi paling banyak {limit}.", limit=PEOPLE_MOST))
        if any(len(line) > LINE for line in lines):
            self.typed.wrong(field, _("Paling banyak {limit} huruf.", limit=LINE))
        return lines

    def _chosen(self, field: str) -> list[str]:
        return list(Form(self.values).chosen(field))

    def _ids(self, field: str) -> list[UUID]:
        try:
            return [UUID(each) for each in self.values.get(field, ())]
        except ValueError:
            self.typed.wrong(field, _("Pilih dari daftar."))
            return []

    def at_fields(self, problem: Problem) -> tuple[FieldError, ...]:
        """Return a refusal's errors at the names of the form's fields."""
        return tuple(FieldError(self._place(each.field), each.message) for each in problem.errors)

    def _place(self, path: str) -> str:
        name, _bracket, rest = path.partition("[")
        if name != "decisions":
            return name
        index, _bracket, field = rest.partition("].")
        names = {"due_on": "due", "person_responsible": "person"}
        return f"{names.get(field, field)}_{self.filled[int(index)]}"


def _filled(values: Mapping[str, str]) -> list[int]:
    """Return the rows in which anything was typed."""
    return [
        row
        for row in range(1, ROWS_MOST + 1)
        if any(values.get(f"{name}_{row}", "").strip() for name in DECISION)
    ]


def _attendee(line: str) -> said.Attendee:
    """Return somebody who was there, of a line like "Siti Aminah, bidan"."""
    name, _comma, position = line.partition(",")
    return said.Attendee(name.strip(), position.strip())
