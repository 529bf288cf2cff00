"""What intake does later: it takes the rows of an uploaded file, a portion at a time."""

from collections.abc import Mapping

from services.intake.import_job import Taking
from services.intake.imported import TASK
from services.intake.importing import Importing
from services.kernel.jobs import Task


def tasks(importing: Importing) -> Mapping[str, Task]:
    """Return intake's tasks by name; each gets an id and nothing else."""
    return {TASK: Taking(importing.files).take}
