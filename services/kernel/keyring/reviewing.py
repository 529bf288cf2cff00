"""What differs from the usual in the access log, and who has looked into it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from services.kernel.access.principal import Principal
from services.kernel.calendar import WorkCalendar
from services.kernel.errors import Conflict, NotFound, invalid
from services.kernel.keyring.habits import USUAL_DAYS, Finding, Reading, Rule, findings
from services.kernel.keyring.keyring import Keyring
from services.kernel.keyring.words import SINGLE
from services.kernel.store.rows import marks
from services.kernel.text import _

SHOWN_DAYS: Final = 30
NOTE_MOST: Final = 300
REVIEW: Final = "openings.review"


@dataclass(frozen=True)
class Looked:
    """Somebody has looked into a finding; `count` is what it said then."""

    by: str
    at: datetime
    count: int
    note: str


@dataclass(frozen=True)
class Shown:
    """A finding, and who has looked into it (None: nobody, or it has grown since)."""

    finding: Finding
    looked: Looked | None


class Reviewing:
    """Finds what differs and notes who has looked; `calendar` gives that of a Puskesmas."""

    def __init__(self, keyring: Keyring, calendar: Callable[[str], WorkCalendar]) -> None:
        self._keyring = keyring
        self._calendar = calendar

    def shown(self, puskesmas: Collection[str] | None) -> list[Shown]:
        """Return the findings of the last 30 days at these Puskesmas (None: at all), the newest
        first."""
        today = self._keyring.now()
        since = today - timedelta(days=SHOWN_DAYS)
        known = self._looked()
        return [
            Shown(each, _still(known.get(_key(each)), each))
            for each in findings(self._readings(puskesmas), self._calendar, since.date())
        ]

    def waiting(self, principal: Principal) -> int:
        """Return how many findings wait for somebody who is to look into them."""
        return sum(
            each.looked is None and each.finding.account != principal.account_id
            for each in self.shown(principal.scope(REVIEW))
        )

    def look(
        self,
        principal: Principal,
        rule: Rule,
        puskesmas: str,
        account: str,
        day: date,
        note: str,
    ) -> None:
        """Note that somebody has looked into a finding, and what they found.

        Raises Forbidden, NotFound where there is none, Conflict for one's own reading, and
        InvalidInput for no note or a long one.
        """
        principal.role_for(REVIEW, puskesmas)
        note = " ".join(note.split())
        if not 1 <= len(note) <= NOTE_MOST:
            raise invalid("note", _("Isi 1 sampai {limit} huruf.", limit=NOTE_MOST))
        wanted = rule, puskesmas, account, day
        found = next(
            (each.finding for each in self.shown({puskesmas}) if _key(each.finding) == wanted), None
        )
        if found is None:
            raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
        if account == principal.account_id:
            raise Conflict(_("Ini bacaan Anda sendiri: biar orang lain yang meninjaunya."))
        at = self._keyring.now().isoformat()
        self._keyring.log.look((*_stored(found), principal.account_id, at, found.count, note))

    def _readings(self, puskesmas: Collection[str] | None) -> list[Reading]:
        since = self._keyring.now() - timedelta(days=SHOWN_DAYS + USUAL_DAYS + 1)
        pages = sorted(SINGLE)
        within = "" if puskesmas is None else f" AND opened.puskesmas IN {marks(puskesmas)}"
        rows = self._keyring.direct.rows(
            "SELECT openings.at, account, role, page, opened.complaint, opened.puskesmas,"  # noqa: S608
            " opened.identity, opened.settled_at FROM openings"
            " JOIN opened ON opened.opening = openings.id"
            f" WHERE at >= ? AND page IN {marks(pages)}"
            f" AND opened.puskesmas IS NOT NULL AND opened.complaint <> ''{within}",
            (since.astimezone(UTC).isoformat(), *pages, *(puskesmas or ())),
        )
        return [
            Reading(
                datetime.fromisoformat(row["at"]),
                row["account"],
                row["role"],
                row["complaint"],
                row["puskesmas"],
                row["page"],
                row["identity"],
                row["settled_at"] and datetime.fromisoformat(row["settled_at"]),
            )
            for row in rows
        ]

    def _looked(self) -> dict[tuple[str, str, str, date], Looked]:
        rows = self._keyring.direct.rows("SELECT * FROM looked ORDER BY id")
        return {
            (row["rule"], row["puskesmas"], row["account"], date.fromisoformat(row["day"])): Looked(
                row["by_account"], datetime.fromisoformat(row["at"]), row["count"], row["note"]
            )
            for row in rows
        }


def _key(finding: Finding) -> tuple[str, str, str, date]:
    return finding.rule, finding.puskesmas, finding.account, finding.day


def _stored(finding: Finding) -> tuple[str, str, str, str]:
    return finding.rule, finding.puskesmas, finding.account, finding.day.isoformat()


def _still(looked: Looked | None, finding: Finding) -> Looked | None:
    """Return who has looked, unless there is more to look into by now."""
    return looked if looked is not None and looked.count >= finding.count else None
