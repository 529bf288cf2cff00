"""A file of answers becomes answers of a survey: checked whole, then taken a portion at a time.

The file is sealed under a key of its own while it waits and is taken, then destroyed with it. Only
files with one row a respondent become answers; counts and means are nobody's, and are recorded as
the table in their place (`tabulating.py`).
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.intake.application import Intake
from services.intake.domain.survey import Survey
from services.intake.domain.survey_answer import Filled
from services.intake.domain.survey_steps import SurveyStep
from services.intake.survey_files import Read, Respondent, RowError, read_answers
from services.intake.surveys.answering import Sheet
from services.intake.surveys.application import Surveys
from services.intake.surveys.tabulating import CheckedTable, judge
from services.kernel.aggregate import Intent
from services.kernel.errors import InvalidInput, NotFound, StepNotAllowed, invalid
from services.kernel.store import Once, UnitOfWork
from services.kernel.store.database import Row
from services.kernel.text import _

TASK: Final = "intake.survey_import"
PLACE: Final = "survey-import.file"
PORTION: Final = 250
WAIT: Final = timedelta(days=1)
"""How long a file waits to be confirmed."""
FILE: Final = "file"
WAITING, RUNNING, ENDED, STOPPED, LOST = "waiting", "running", "ended", "stopped", "lost"
RECORDED: Final = "recorded"
"""The state of a file whose table stands for the survey's answers."""


@dataclass(frozen=True)
class Checked:
    """What a file says: rows that can be taken, and what is to be mended before any is.

    `known` rows were taken before; `empty` hold no answer; `numbered` False: a respondent who is in
    it twice cannot be told.
    """

    sheets: tuple[Sheet, ...]
    errors: tuple[RowError, ...]
    known: int
    empty: int
    numbered: bool


@dataclass(frozen=True)
class Progress:
    """How far a file is: `accepted` of `taken` rows were new."""

    id: str
    survey: UUID
    state: str
    rows: int
    taken: int
    accepted: int
    unit: str | None

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state not in (WAITING, RUNNING)


class SurveyImports:
    """Takes files of answers in."""

    def __init__(self, surveys: Surveys, new_id: Callable[[], UUID]) -> None:
        self._surveys = surveys
        self._intake: Intake = surveys.intake
        self._new_id = new_id
        # The file in hand, between two of its portions; in memory only.
        self._open: tuple[str, tuple[Sheet, ...]] | None = None

    def check(self, survey: Survey, data: bytes, unit: str | None) -> Checked | CheckedTable:
        """Judge a file; `unit` is for rows that name none.

        Raises InvalidInput for a file that cannot be read or that names a unit which takes no part.
        """
        asked, units = self._surveys.asked(survey), self._units(survey)
        read = read_answers(data, asked)
        if read.shape != "respondents":
            return judge(read, survey, asked, self._intake.at(survey.puskesmas), units, unit)
        return self._sheeted(survey, read, units, hashlib.sha256(data).hexdigest(), unit)

    def _sheeted(
        self, survey: Survey, read: Read, units: dict[str, str], digest: str, unit: str | None
    ) -> Checked:
        respondents = [each for each in read.answers.each if isinstance(each, Respondent)]  # type: ignore[attr-defined]
        errors = list(read.errors)
        sheets = []
        for each in respondents:
            named = units.get((each.unit or "").casefold())
            if each.unit is not None and named is None:
                errors.append(RowError(each.row, "unit", _("Unit ini tidak ikut survei ini.")))
            known_by = f"{each.unit or unit}:{each.known_by}" if each.known_by else ""
            link = f"file:{known_by or f'{digest}:{each.row}'}"
            filled = Filled(each.scores, named or unit, each.groups, each.remark)
            sheets.append(Sheet(filled, link))
        known = self._surveys.answering.known(survey.id, [each.link or "" for each in sheets])
        return Checked(tuple(sheets), tuple(errors), known, read.empty, read.numbered)

    def begin(self, id: UUID, intent: Intent, data: bytes, unit: str | None) -> str:
        """Keep a file, sealed, until it is confirmed; return its id.

        Raises as `check` does, StepNotAllowed for a survey that takes no such file, Conflict for a
        table where somebody has answered.
        """
        survey = self._surveys.get(id)
        survey.must_allow(SurveyStep.TABLE)
        if unit is not None and unit not in survey.terms.units:
            raise invalid("unit", _("Unit ini tidak ikut survei ini."))
        checked = self.check(survey, data, unit)
        if isinstance(checked, CheckedTable):
            survey.must_take_table(self._surveys.answering.count(id))
            rows = len(checked.answers.by_unit)
        else:
            survey.must_allow(SurveyStep.ANSWERS)
            rows = len(checked.sheets)
        file = str(self._new_id())
        keyring = self._intake.keyring
        key = keyring.new_key(_key_of(file))
        sealed = key.seal_file(data, PLACE, keyring.entropy)
        keyring.store([keyring.wrapped(key)])

        def work(uow: UnitOfWork) -> None:
            uow.connection.execute(
                "INSERT INTO survey_imports VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)",
                (
                    *(file, str(id), intent.actor, intent.role, unit, uow.now.isoformat()),
                    *(rows, WAITING, sealed),
                ),
            )
            uow.schedule(TASK, {file: uow.now + WAIT})

        self._intake.transact(work).result()
        return file

    def progress(self, survey: UUID, file: str) -> Progress:
        """Return how far a file is; raises NotFound."""
        found = self._find(file)
        if found["survey"] != str(survey):
            raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
        facts = {name: found[name] for name in ("state", "rows", "taken", "accepted", "unit")}
        return Progress(file, survey, **facts)

    def checked(self, survey: Survey, file: str) -> Checked | CheckedTable | None:
        """Return what a waiting file says, None when it is gone; raises NotFound."""
        found = self._find(file)
        data = self._content(found)
        return None if data is None else self.check(survey, data, found["unit"])

    def confirm(self, survey: UUID, file: str) -> None:
        """Have the rows of a waiting file taken; a second time changes nothing. Raises NotFound,
        InvalidInput while something is to be mended."""
        if isinstance(self._sound(survey, file), Checked):
            self._to_state(file, WAITING, RUNNING)

    def record(
        self,
        survey: UUID,
        intent: Intent,
        file: str,
        source: str,
        respondents: int | None,
        replaces: bool,
        once: Once | None,
    ) -> bool:
        """Have the table of a waiting file recorded; return whether it was waiting.

        `respondents` are asked where the file does not say how many. Raises NotFound, InvalidInput
        while something is to be mended, and as `Surveys.tabulate`.
        """
        found, data = self._sound(survey, file), self._content(self._find(file))
        waiting = self.progress(survey, file).state == WAITING
        if not waiting or not isinstance(found, CheckedTable) or data is None:
            return False
        table = found.table(source, hashlib.sha256(data).hexdigest(), respondents)

        def noted(uow: UnitOfWork) -> None:
            _change(uow, file, WAITING, RECORDED)

        self._surveys.tabulate(survey, intent, table, replaces, noted, once=once).result()
        return True

    def stop(self, survey: UUID, file: str) -> None:
        """Take no further rows; what was taken stays. Raises NotFound."""
        self.progress(survey, file)
        self._to_state(file, WAITING, STOPPED)
        self._to_state(file, RUNNING, STOPPED)

    def take(self, file: str) -> datetime | None:
        """Take the next portion of a file; return when the one after it is due (a task)."""
        found = self._find(file)
        state = found["state"]
        if state == RUNNING:
            state = self._go_on(found)
            if state == RUNNING:
                return self._intake.clock()
        self._end(file, STOPPED if state == WAITING else state)
        return None

    def _sound(self, survey: UUID, file: str) -> Checked | CheckedTable | None:
        """Return what a file that is still open says; raises InvalidInput for what is to mend."""
        self.progress(survey, file)
        found = self.checked(self._surveys.get(survey), file)
        if found is not None and found.errors:
            raise InvalidInput()
        return found

    def _go_on(self, found: Row) -> str:
        """Take a portion; return the state that it leaves the file in."""
        sheets = self._sheets(found)
        if sheets is None:
            return LOST
        portion = sheets[found["taken"] : found["taken"] + PORTION]
        if not portion:
            return ENDED
        intent = Intent(found["account"], found["role"])
        survey = UUID(found["survey"])

        def noted(uow: UnitOfWork, new: int) -> None:
            uow.connection.execute(
                "UPDATE survey_imports SET taken = taken + ?, accepted = accepted + ? WHERE id = ?",
                (len(portion), new, found["id"]),
            )

        try:
            self._surveys.answering.take(survey, intent, FILE, portion, noted).result()
        except StepNotAllowed:
            return STOPPED
        return RUNNING if found["taken"] + len(portion) < len(sheets) else ENDED

    def _sheets(self, found: Row) -> Sequence[Sheet] | None:
        if self._open is None or self._open[0] != found["id"]:
            data = self._content(found)
            if data is None:
                return None
            survey = self._surveys.get(UUID(found["survey"]))
            checked = self.check(survey, data, found["unit"])
            self._open = (found["id"], checked.sheets if isinstance(checked, Checked) else ())
        return self._open[1]

    def _end(self, file: str, state: str) -> None:
        self._open = None
        self._intake.transact(
            lambda uow: uow.connection.execute(
                "UPDATE survey_imports SET state = ?, sealed = NULL WHERE id = ?", (state, file)
            )
        ).result()
        self._intake.keyring.destroy(_key_of(file))

    def _to_state(self, file: str, before: str, after: str) -> None:
        self._intake.transact(lambda uow: _change(uow, file, before, after)).result()

    def _find(self, file: str) -> Row:
        rows = self._intake.select("SELECT * FROM survey_imports WHERE id = ?", (file,))
        if not rows:
            raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
        return rows[0]

    def _content(self, found: Row) -> bytes | None:
        key = self._intake.keyring.key(_key_of(found["id"]))
        if key is None or found["sealed"] is None:
            return None
        return key.open_file(found["sealed"], PLACE)

    def _units(self, survey: Survey) -> dict[str, str]:
        """Return the survey's units by all that they are called."""
        found = {}
        for each in self._intake.district.units_of(survey.puskesmas):
            if each.code in survey.terms.units:
                for name in (each.code, each.name, each.name_en):
                    found[name.casefold()] = each.code
        return found


def _change(uow: UnitOfWork, file: str, before: str, after: str) -> None:
    changed = uow.connection.execute(
        "UPDATE survey_imports SET state = ? WHERE id = ? AND state = ?", (after, file, before)
    ).rowcount
    if changed:
        uow.schedule(TASK, {file: uow.now})


def _key_of(file: str) -> str:
    return f"survey-import/{file}"
