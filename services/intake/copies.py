"""What this origin holds of a complaint that only an erasure destroys: keys, files, and the
uploaded files that its words came in with."""

from contextlib import suppress
from pathlib import Path

from services.intake.application import Intake
from services.intake.domain import Complaint
from services.intake.imported import key_of
from services.intake.known import known_history
from services.kernel.contracts import read
from services.kernel.files.kept import settle
from services.kernel.handover.told import boxes_of, origin_of
from services.kernel.store import UnitOfWork


def keys_of(intake: Intake, complaint: Complaint) -> frozenset[str]:
    """Return the keys that words of a complaint are sealed with: its own, those of words that were
    said away from its home, and that of the answer to a survey whose remark it is."""
    boxes = [box for each in known_history(intake, complaint.id) for box in boxes_of(read(each))]
    rows = intake.select(
        "SELECT answer FROM survey_answers WHERE complaint = ?", (str(complaint.id),)
    )
    remarks = (row["answer"] for row in rows)
    return frozenset({str(complaint.id), *(box.key for box in boxes), *remarks})


def origins_of(intake: Intake, complaint: Complaint) -> list[str]:
    """Return the other origins that hold or held a key or file of a complaint: those that wrote of
    it, those that a key went to or came from, and the one that keeps a copy for who restores this
    one."""
    wrote = {origin_of(each.source) for each in known_history(intake, complaint.id)}
    keys = keys_of(intake, complaint)
    ways = [way for key in keys for way in intake.keyring.ways(key)]
    went = {origin for way in ways for origin in (way.sender, way.receiver)}
    return sorted((wrote | went | intake.keyring.copied.holders(keys)) - {intake.origin})


def import_under_way(intake: Intake, complaint: str) -> bool:
    """Say whether an uploaded file that a complaint came in with is still being taken."""
    rows = intake.select(
        "SELECT 1 FROM import_rows JOIN imports ON imports.id = import_rows.import"
        " WHERE import_rows.complaint = ? AND imports.ended_at IS NULL",
        (complaint,),
    )
    return bool(rows)


def lie_here(intake: Intake, complaint: Complaint) -> bool:
    """Say whether a key or file of a complaint lies here: also after it was said to be destroyed,
    where a backup from before was restored."""
    keys, id = keys_of(intake, complaint), str(complaint.id)
    if any(map(intake.keyring.held, keys)) or intake.keyring.kept.of(id, keys):
        return True
    return (intake.files / id).exists()


def destroy(intake: Intake, complaint: Complaint) -> bool:
    """Destroy what lies here of a complaint; say whether anything did. May be called again.

    Of an uploaded file that it came in with, the rows that are kept to be mended go as well: they
    lie under the key of the whole file. Raises StillWritten: call again.
    """
    id = str(complaint.id)
    came_with = _imports_of(intake, id)
    for each in came_with:
        intake.keyring.destroy(key_of(each))
    lay_here = intake.keyring.erased.destroy(id, keys_of(intake, complaint))
    lay_here |= removed(intake.files, id)

    def work(uow: UnitOfWork) -> None:
        uow.connection.execute("DELETE FROM leaving WHERE complaint = ?", (id,))
        for each in came_with:
            uow.connection.execute("UPDATE imports SET sealed = NULL WHERE id = ?", (each,))

    intake.transact(work).result()
    return lay_here


def removed(files: Path, complaint: str) -> bool:
    """Remove a complaint's files; whoever else does so at the same time is not disturbed."""
    folder = files / complaint
    if not folder.exists():
        return False
    with suppress(FileNotFoundError):
        for each in folder.iterdir():
            each.unlink(missing_ok=True)
        folder.rmdir()
    settle(files)
    return True


def _imports_of(intake: Intake, complaint: str) -> list[str]:
    rows = intake.select(
        "SELECT DISTINCT import FROM import_rows WHERE complaint = ?", (complaint,)
    )
    return [row["import"] for row in rows]
