"""What is kept of an uploaded file: its bytes for a while, its state, what its columns mean."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec
from pydantic import ValidationError

from services.intake.application import Intake
from services.intake.filled import Form
from services.intake.forms import ComplaintBody, form_of
from services.intake.imports import Named, Plan, Row, Sheet
from services.kernel.contracts import SealedBox
from services.kernel.district import Puskesmas
from services.kernel.errors import FieldError, InvalidInput, NotFound
from services.kernel.keyring import Keyring
from services.kernel.store.database import Row as Found
from services.kernel.store.unit_of_work import CLOCKS_DIFFER
from services.kernel.text import _
from services.kernel.web.validation import field_errors

ROUTE: Final = "import"
TASK: Final = "intake.import"
PLACE: Final = "import.file"
MEND_PLACE: Final = "import.mend"
NAME_PLACE: Final = "import.name"
PORTION: Final = 100
WAIT: Final = timedelta(days=1)
"""How long a file waits to be confirmed."""
KEEP: Final = timedelta(days=7)
"""How long the rows to mend are kept."""

Rejected = list[tuple[int, FieldError]]


@dataclass(frozen=True)
class Outcome:
    """What became of a file's rows so far; `rejected` names row and field.

    `whole_days` counts rows with a date but no clock, which counts from the day's beginning.
    `state`: waiting (to be confirmed), running, ended, stopped (by people; its other rows were not
    taken), lost (it could not be opened again). `mends`: the rejected rows can still be fetched.
    """

    rows: int
    taken: int
    accepted: int
    repeated: int
    rejected: Rejected
    ids: list[str]
    state: str = "ended"
    mends: bool = False
    whole_days: int = 0

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state not in ("waiting", "running")

    @property
    def refused(self) -> int:
        """How many rows were rejected; a row may have several things to mend."""
        return len({row for row, _error in self.rejected})


@dataclass(frozen=True)
class Stored:
    """An import's file, opened again, and what its columns are taken to mean."""

    account: str
    name: SealedBox
    sheet: Sheet
    plan: Plan


class ImportFiles:
    """The uploaded files of an origin, as they are stored."""

    def __init__(self, intake: Intake, keyring: Keyring) -> None:
        self.intake = intake
        self.keyring = keyring
        self._named: dict[str, Named] = {}

    def content(self, found: Found) -> tuple[str, bytes] | None:
        """Return name and bytes of a file; None when no key opens it any more."""
        key = self.keyring.key(key_of(found["id"]))
        if key is None:
            return None
        opened = key.open_file(found["sealed"], PLACE)
        return msgspec.msgpack.decode(opened, type=tuple[str, bytes])

    def find(self, puskesmas: str | None, id: str) -> Found:
        """Return an import with its plan, of this Puskesmas (None: any); raises NotFound."""
        rows = self.intake.select(
            "SELECT * FROM imports JOIN import_plans ON import = id WHERE id = ?", (id,)
        )
        if not rows or puskesmas not in (None, rows[0]["puskesmas"]):
            raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
        return rows[0]

    def judged(self, here: Puskesmas, row: Row) -> tuple[Form, datetime | None]:
        """Return a row's form and when it was received; raises InvalidInput."""
        row = self._names_at(here).put_right(row)
        if row.errors:
            raise InvalidInput(*row.errors)
        try:
            body = ComplaintBody.model_validate(row.body)
        except ValidationError as error:
            located = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
            raise InvalidInput(*field_errors(located)) from None
        form = form_of(body)
        self.intake.check(here, form)
        # Writing it down says so too; a check must know it without writing.
        latest = self.intake.clock() + CLOCKS_DIFFER
        times = {"received_at": body.received_at, "occurred_at": form.incident_at}
        ahead = [name for name, at in times.items() if at is not None and at > latest]
        if ahead:
            message = _("Waktu ini belum tiba. Isi dengan waktu yang sudah lewat.")
            raise InvalidInput(*(FieldError(name, message) for name in ahead))
        return form, body.received_at

    def _names_at(self, here: Puskesmas) -> Named:
        if here.code not in self._named:
            district = self.intake.district
            self._named[here.code] = Named.of(district.units_of(here.code), district.categories)
        return self._named[here.code]


def key_of(id: str) -> str:
    """Return the name of an import's key in the keyring."""
    return f"import/{id}"


def plan_of(found: Found) -> Plan:
    """Return what an import's columns are taken to mean."""
    return Plan(msgspec.json.decode(found["columns"], type=tuple[str, ...]), found["channel"])


def state_of(found: Found) -> str:
    """Return how an import stands, one of `Outcome.state`."""
    if found["ended_at"] is None and found["confirmed"]:
        return "running"
    if found["ended_at"] is None and not found["stopped_at"]:
        return "waiting"
    if found["lost"]:
        return "lost"
    return "stopped" if found["stopped_at"] and found["taken"] < found["rows"] else "ended"
