"""A file of complaints becomes complaints: each row judged alone, and taken once.

Rows are handed to the store together, so that a large file shares commits; a file that was
interrupted is simply sent again.
"""

from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from services.intake.application import Intake
from services.intake.forms import ComplaintBody, form_of
from services.intake.imports import Row, read_rows, row_key
from services.kernel.aggregate import Intent
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.store import Answer, Once
from services.kernel.web.validation import field_errors

ROUTE = "import"


@dataclass
class Outcome:
    """What became of a file's rows; `rejected` names row and field."""

    accepted: int = 0
    repeated: int = 0
    rejected: list[tuple[int, FieldError]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


def import_file(
    intake: Intake, puskesmas: str, data: bytes, filename: str, intent: Intent, dry_run: bool
) -> Outcome:
    """Import a file's rows into one Puskesmas; with `dry_run` only check them.

    Raises InvalidInput for a file that cannot be read at all.
    """
    here = intake.district.puskesmas(puskesmas)
    outcome = Outcome()
    begun: list[tuple[Row, Future[Answer]]] = []
    for row in read_rows(data, filename, zone=ZoneInfo(here.zone)):
        try:
            body = _body(row)
            form = form_of(body)
            intake.check(here, form)
        except InvalidInput as problem:
            outcome.rejected += [(row.number, error) for error in problem.errors]
            continue
        if dry_run:
            outcome.accepted += 1
            continue
        stated = replace(intent, occurred_at=body.received_at)
        once = Once(puskesmas, ROUTE, row_key(row), "")
        begun.append((row, intake.receive(puskesmas, form, stated, once)))
    for row, future in begun:
        _settle(outcome, row, future)
    return outcome


def _settle(outcome: Outcome, row: Row, future: "Future[Answer]") -> None:
    try:
        answer = future.result()
    except InvalidInput as problem:
        outcome.rejected += [(row.number, error) for error in problem.errors]
        return
    outcome.ids.append(answer.ids["id"])
    if answer.repeated:
        outcome.repeated += 1
    else:
        outcome.accepted += 1


def _body(row: Row) -> ComplaintBody:
    if row.errors:
        raise InvalidInput(*row.errors)
    try:
        return ComplaintBody.model_validate(row.body)
    except ValidationError as error:
        raise InvalidInput(*field_errors(error.errors())) from None
