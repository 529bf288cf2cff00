"""A person's digest as it is read: its lines in order of urgency, and what of it is done by now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.kernel.access.principal import Principal
from services.kernel.errors import NotFound
from services.kernel.text import Text, _
from services.resolution.application import Resolution
from services.resolution.domain import Case
from services.resolution.reminders import table
from services.resolution.reminders.owing import ACTION, Owed
from services.resolution.reminders.reminding import AHEAD, Owing, case_of, owed_on
from services.resolution.words import PROMISED

PATH: Final = "/pemberitahuan/ringkasan"
"""Where a digest is read, by its slot."""
LINES: Final = 50
"""So many lines of a digest are a page."""


@dataclass(frozen=True)
class Standing:
    """A line of a digest as it stands now. `open`: it is still owed; `case` where it is one's."""

    owed: Owed
    late: bool
    open: bool
    case: Case | None

    @property
    def step(self) -> str | None:
        """The step that the case expects next; None where it expects none."""
        return str(self.case.allowed[0]) if self.case and self.open else None

    @property
    def what(self) -> Text | None:
        """What of a case is due; None for a duty, whose name says it."""
        if self.owed.kind == ACTION:
            return _("tindakan {n} dari rencana", n=self.owed.about.partition("/")[2])
        return PROMISED.get(self.owed.kind)


class Digests:
    """Reads what was told; `owing` gives which duties are still open."""

    def __init__(self, resolution: Resolution, owing: Owing) -> None:
        self._resolution, self._owing = resolution, owing

    def of(self, principal: Principal, slot: str) -> list[table.Group]:
        """Return the groups of a digest that go to a reader, by what they may do now; raises
        NotFound where none does."""
        if not (found := self.reaching(principal, slot)):
            raise NotFound(_("Ringkasan ini tidak ada, atau tidak lagi untuk Anda."))
        return found

    def reaching(self, principal: Principal, slot: str) -> list[table.Group]:
        """Return the groups of a digest that go to somebody, by what they may do now."""
        return [
            each
            for each in table.groups(self._resolution, slot)
            if each.reaches(principal.account_id, principal.grants)
        ]

    def lines(
        self, among: Sequence[table.Group], slot: str, after: int = 0, limit: int = LINES
    ) -> list[Standing]:
        """Return a page of a digest's lines, the most urgent first."""
        found = table.lines(self._resolution, slot, among, limit, after)
        duties = {table.key_of(line.owed) for line in found if line.owed.page}
        open_duties = self._open_duties({line.owed.puskesmas for line in found}) if duties else {}
        seen: dict[str, tuple[Case | None, set[table.Key]]] = {}
        standing = []
        for line in found:
            owed = line.owed
            if owed.page:
                is_open = owed.about in open_duties.get(owed.puskesmas, ())
                standing.append(Standing(owed, line.late, is_open, None))
                continue
            if owed.subject not in seen:
                seen[owed.subject] = self._case(UUID(owed.subject))
            case, still = seen[owed.subject]
            standing.append(Standing(owed, line.late, table.key_of(owed) in still, case))
        return standing

    def _case(self, id: UUID) -> tuple[Case | None, set[table.Key]]:
        case = case_of(self._resolution, id)
        if case is None:
            return None, set()
        return case, {table.key_of(each) for each in owed_on(self._resolution, case)}

    def _open_duties(self, places: set[str]) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for duty in self._owing.duties(sorted(places), AHEAD):
            found.setdefault(duty["puskesmas"], set()).add(duty["about"])
        return found
