"""What a district file holds once it is read and found whole."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, Self, TypeVar, get_args

from pydantic import Field, PrivateAttr, model_validator

from services.kernel.district.choices import (
    Category,
    Choice,
    Effort,
    Regulation,
    SurveyElements,
    Unit,
)
from services.kernel.district.papers import (
    OfficePaper,
    PaperKind,
    PaperNumbers,
    RecapNumber,
    numbered,
)
from services.kernel.district.parts import (
    Letter,
    Name,
    Part,
    ShortCode,
    Slug,
    Zone,
    digest,
)
from services.kernel.district.reminders import ReminderRules
from services.kernel.district.rules import LimitName, Rules, Source
from services.kernel.district.schedules import AgendaRules, DutyKind, DutyRule, Schedule
from services.kernel.errors import FieldError, NotFound
from services.kernel.months import Month
from services.kernel.text import Text, _
from services.kernel.vocabulary import CHANNELS, Channel

if TYPE_CHECKING:  # the holidays of many years come with it
    from services.kernel.calendar import WorkCalendar

_ONE_DAY: Final = timedelta(days=1)
T = TypeVar("T")


class Contact(Part):
    """Where the public finds a Puskesmas, and who answers for complaints (UU 25/2009 Ps 36)."""

    responsible: Name | None = None
    address: Name | None = None
    phone: Name | None = None
    whatsapp: Name | None = None
    email: Name | None = None
    website: Name | None = None
    survey: Name | None = None
    instagram: Name | None = None
    facebook: Name | None = None


class Box(Part):
    """A suggestion box of a Puskesmas: where it hangs, and when it is to be opened.

    `unit` is the service unit that it stands at (None: none in particular). `since`: from which day
    on its openings are owed (None: from when it was first recorded). One that is `in_use` no more
    is owed none, and keeps its history.
    """

    code: Slug
    name: Name
    unit: Slug | None = None
    schedule: Schedule
    since: date | None = None
    in_use: bool = True

    @model_validator(mode="after")
    def _within_its_period(self) -> Self:
        if self.schedule.months_later:
            raise ValueError(_("Kotak dibuka dalam masanya sendiri: hapus months_later."))
        return self


class Puskesmas(Part):
    """One Puskesmas. `letter` is the endpoint's in complaint numbers; `home` None: at home here."""

    code: Slug
    name: Name
    short_code: ShortCode
    kecamatan: Name
    zone: Zone
    work_days: Literal[5, 6]
    letter: Letter
    home: Slug | None = None
    units: tuple[Slug, ...] = Field(min_length=1)
    channels: tuple[Channel, ...] = Field(default=CHANNELS, min_length=1)
    contact: Contact = Contact()
    boxes: tuple[Box, ...] = ()
    recap_number: RecapNumber | None = None
    paper_numbers: PaperNumbers = PaperNumbers()
    regulations: tuple[OfficePaper, ...] = ()

    @property
    def boxes_in_use(self) -> tuple[Box, ...]:
        """The suggestion boxes that are opened here."""
        return tuple(box for box in self.boxes if box.in_use)


class Erasure(Part):
    """How a person is erased: so many days after it was asked for, nothing can be called back."""

    destroy_after_days: int = Field(default=7, ge=0, le=90)


class Recaps(Part):
    """Monthly recaps: by which working day after the month they are closed, and how they are
    numbered where a Puskesmas names no pattern of its own (`recap_number`)."""

    closed_within_working_days: int = Field(default=5, ge=1, le=25)
    number: RecapNumber = "REKAP/{code}/{month}/{year}"

    def due_on(self, month: Month, calendar: "WorkCalendar") -> date:
        """Return the last day on which a month's recap is closed in time."""
        day = month.last
        for _number in range(self.closed_within_working_days):
            day += _ONE_DAY
            while not calendar.is_working_day(day):
                day += _ONE_DAY
        return day


class Messages(Part):
    """When complainants may be written to: from an hour until another, by the Puskesmas' clock."""

    from_hour: int = Field(default=8, ge=0, le=23)
    until_hour: int = Field(default=20, ge=1, le=24)
    working_days_only: bool = True

    @model_validator(mode="after")
    def _leaves_time(self) -> Self:
        if self.from_hour >= self.until_hour:
            raise ValueError(_("Jam mulai (from_hour) harus sebelum jam selesai (until_hour)."))
        return self


class District(Part):
    """The whole file. Raises nothing once read; lookups raise NotFound for an unknown code.

    `escalate_overdue` are the limits of which one that is missed puts a case before the district
    office, where no version of `reminders`, which have escalations of their own, is in force.
    `sources` are what pages call the sources of the rules, whose own texts never change.
    `letters` gives, by origin, the letter in the numbers of complaints that it receives for a
    Puskesmas that is at home elsewhere (two endpoints never share a letter).
    """

    code: Slug
    name: Name
    office: Name
    allow_same_approver: bool = False
    escalate_overdue: tuple[LimitName, ...] = ()
    letters: dict[Slug, Letter] = {}
    erasure: Erasure = Erasure()
    recaps: Recaps = Recaps()
    paper_numbers: PaperNumbers = PaperNumbers()
    messages: Messages = Messages()
    kecamatan: tuple[Name, ...]
    all_puskesmas: tuple[Puskesmas, ...] = Field(alias="puskesmas", min_length=1)
    units: tuple[Unit, ...] = Field(min_length=1)
    categories: tuple[Category, ...] = Field(min_length=1)
    barriers: tuple[Choice, ...]
    relations: tuple[Choice, ...]
    sources: tuple[Choice, ...] = ()
    survey_elements: tuple[SurveyElements, ...] = ()
    rules: tuple[Rules, ...] = Field(min_length=1)
    agenda: tuple[AgendaRules, ...] = ()
    reminders: tuple[ReminderRules, ...] = ()
    _text: str = PrivateAttr("")

    @property
    def text(self) -> str:
        """The file as it was read; "" where it was read from no file."""
        return self._text

    def read_from(self, text: str) -> None:
        """Note the text that the file was read from."""
        self._text = text

    def puskesmas(self, code: str) -> Puskesmas:
        """Return the Puskesmas of that code."""
        return _found(self._puskesmas.get(code), _("Puskesmas ini tidak ada di daftar."))

    def letter_at(self, origin: str, here: Puskesmas, *, at_home: bool) -> str:
        """Return the letter in the numbers that an origin gives for a Puskesmas.

        Raises NotFound where it is at home elsewhere and the file has no letter for this origin.
        """
        if at_home:
            return here.letter
        message = _("Berkas kabupaten tidak punya huruf (letters) untuk {origin}.", origin=origin)
        return _found(self.letters.get(origin), message)

    def unit(self, code: str) -> Unit:
        """Return the service unit of that code."""
        return _found(self._units.get(code), _("Unit layanan ini tidak ada di daftar."))

    def area_of(self, unit: str | None) -> Effort | None:
        """Return the area that answers for a unit; None for no unit, or one that is not listed."""
        found = self._units.get(unit or "")
        return found.effort if found else None

    def units_in(self, areas: Collection[str]) -> frozenset[str]:
        """Return the units for which these areas answer."""
        return frozenset(unit.code for unit in self.units if unit.effort in areas)

    def category(self, code: str) -> Category:
        """Return the category of that code."""
        return _found(self._categories.get(code), _("Kategori ini tidak ada di daftar."))

    def units_of(self, code: str) -> tuple[Unit, ...]:
        """Return the units of one Puskesmas, in the order of the file."""
        has = frozenset(self.puskesmas(code).units)
        return tuple(unit for unit in self.units if unit.code in has)

    def recap_number(self, code: str, month: Month) -> str:
        """Return the number of a month's recap as a document of its Puskesmas."""
        here = self.puskesmas(code)
        return numbered(here.recap_number or self.recaps.number, here.short_code, month.first)

    def paper_number(self, code: str, paper: PaperKind, day: date, number: str = "") -> str:
        """Return the number of a paper of a `day` as its Puskesmas numbers it, else as the district
        does; "" where neither says how. `number` is that of the complaint that it is about."""
        here = self.puskesmas(code)
        pattern = getattr(here.paper_numbers, paper) or getattr(self.paper_numbers, paper)
        return numbered(pattern, here.short_code, day, number) if pattern else ""

    def rules_at(self, received_on: date) -> Rules:
        """Return the rules for what was received on that day (the Puskesmas' own date).

        What came before the first version, as old registers that are imported do, is judged by
        the first.
        """
        in_force = [rules for rules in self.rules if rules.in_force_from <= received_on]
        return in_force[-1] if in_force else self.rules[0]

    def duty_at(self, kind: DutyKind, day: date) -> DutyRule | None:
        """Return when a duty is due by the rules that are in force on a day; None: it is not."""
        in_force = [each for each in self.agenda if each.in_force_from <= day]
        if not in_force:
            return None
        return next((each for each in in_force[-1].duties if each.kind == kind), None)

    def duties(self, kind: DutyKind) -> tuple[DutyRule, ...]:
        """Return when a duty was or is due, by every version of the rules that names it."""
        found = (duty for rules in self.agenda for duty in rules.duties if duty.kind == kind)
        return tuple(dict.fromkeys(found))

    def reminders_at(self, day: date) -> ReminderRules | None:
        """Return the rules of reminders that are in force on a day; None: nobody is reminded."""
        in_force = [each for each in self.reminders if each.in_force_from <= day]
        return in_force[-1] if in_force else None

    def rules_version(self, version: int) -> Rules:
        """Return one version of the rules."""
        found = next((rules for rules in self.rules if rules.version == version), None)
        return _found(found, _("Versi aturan ini tidak ada."))

    def source_in(self, language: str, source: Source) -> str:
        """Return what pages call a source of the rules, in `id` or `en`."""
        named = (each.name_in(language) for each in self.sources if each.code == source.code)
        return next(named, source.text)

    @cached_property
    def category_codes(self) -> tuple[str, ...]:
        """The categories that a complaint may be given."""
        return tuple(self._categories)

    @cached_property
    def barrier_codes(self) -> tuple[str, ...]:
        """The barriers that a complainant may have met."""
        return tuple(barrier.code for barrier in self.barriers)

    @cached_property
    def relation_codes(self) -> tuple[str, ...]:
        """What a complainant may be to the person served."""
        return tuple(relation.code for relation in self.relations)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the file's content, whatever its layout."""
        return digest(self)

    @cached_property
    def _puskesmas(self) -> dict[str, Puskesmas]:
        return {each.code: each for each in self.all_puskesmas}

    @cached_property
    def _units(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def _categories(self) -> dict[str, Category]:
        return {category.code: category for category in self.categories}

    def problems(self) -> Iterator[FieldError]:
        """Yield what no part can see alone: codes used twice, references to nothing."""
        for field in ("units", "categories", "barriers", "relations", "sources", "survey_elements"):
            yield from _repeated(field, "code", (each.code for each in getattr(self, field)))
        yield from _repeated("kecamatan", "", self.kecamatan)
        yield from self._survey_elements_problems()
        for name in ("code", "name", "short_code"):
            yield from _repeated("puskesmas", name, (getattr(p, name) for p in self.all_puskesmas))
        yield from _repeated("letters", "", self.letters.values())
        for index, each in enumerate(self.all_puskesmas):
            if each.letter in self.letters.values():
                message = _("Huruf {letter} sudah dipakai di letters.", letter=each.letter)
                yield FieldError(f"puskesmas[{index}].letter", message)
            yield from self._lost(f"puskesmas[{index}]", each)
        yield from self._rules_problems()
        yield from _in_order("agenda", self.agenda)
        for index, agenda in enumerate(self.agenda):
            kinds = (duty.kind for duty in agenda.duties)
            yield from _repeated(f"agenda[{index}].duties", "kind", kinds)
        yield from _in_order("reminders", self.reminders)
        for index, reminders in enumerate(self.reminders):
            for problem in reminders.problems():
                yield FieldError(f"reminders[{index}].{problem.field}", problem.message)

    def _lost(self, path: str, puskesmas: Puskesmas) -> Iterator[FieldError]:
        if puskesmas.kecamatan not in self.kecamatan:
            message = _("{name} tidak ada di daftar kecamatan.", name=puskesmas.kecamatan)
            yield FieldError(f"{path}.kecamatan", message)
        for index, unit in enumerate(puskesmas.units):
            if unit not in self._units:
                message = _("Unit {code} tidak ada di daftar units.", code=unit)
                yield FieldError(f"{path}.units[{index}]", message)
        yield from _repeated(f"{path}.units", "", puskesmas.units)
        yield from _repeated(f"{path}.boxes", "code", (box.code for box in puskesmas.boxes))
        for index, box in enumerate(puskesmas.boxes):
            if box.unit is not None and box.unit not in puskesmas.units:
                message = _("Unit {code} tidak ada di Puskesmas ini.", code=box.unit)
                yield FieldError(f"{path}.boxes[{index}].unit", message)

    def _survey_elements_problems(self) -> Iterator[FieldError]:
        for index, each in enumerate(self.survey_elements):
            path = f"survey_elements[{index}]"
            if each.code in get_args(Regulation):
                message = _("Kode ini milik sebuah peraturan. Pilih yang lain.")
                yield FieldError(f"{path}.code", message)
            codes = (element.code for element in each.elements)
            yield from _repeated(f"{path}.elements", "code", codes)

    def _rules_problems(self) -> Iterator[FieldError]:
        for index, rules in enumerate(self.rules):
            for problem in rules.problems():
                yield FieldError(f"rules[{index}].{problem.field}", problem.message)
        yield from _in_order("rules", self.rules)


def _found(found: T | None, message: Text) -> T:
    if found is None:
        raise NotFound(message)
    return found


def _in_order(
    field: str, versions: Sequence[Rules | AgendaRules | ReminderRules]
) -> Iterator[FieldError]:
    """Yield where a version does not follow the one before it, by number and by day."""
    for index, (before, each) in enumerate(pairwise(versions), 1):
        if each.version <= before.version:
            message = _("Nomor versi harus lebih besar dari versi sebelumnya.")
            yield FieldError(f"{field}[{index}].version", message)
        if each.in_force_from <= before.in_force_from:
            message = _("Tanggal berlaku harus setelah tanggal berlaku versi sebelumnya.")
            yield FieldError(f"{field}[{index}].in_force_from", message)


def _repeated(field: str, name: str, values: Iterable[str]) -> Iterator[FieldError]:
    first: dict[str, int] = {}
    for index, value in enumerate(values):
        if value in first:
            message = _(
                "{value} sudah dipakai di {first}. Pilih yang lain.",
                value=value,
                first=f"{field}[{first[value]}]",
            )
            yield FieldError(f"{field}[{index}]" + (f".{name}" if name else ""), message)
        first.setdefault(value, index)
