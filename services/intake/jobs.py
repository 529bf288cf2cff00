"""What intake does later: it takes the rows of an uploaded file, of complaints or of answers, a
portion at a time, and does its part of the erasure of a person."""

from collections.abc import Mapping

from services.intake.erasing import TASK as ERASE
from services.intake.erasing import Erasing
from services.intake.import_job import Taking
from services.intake.imported import TASK
from services.intake.importing import Importing
from services.intake.surveys.importing import TASK as SURVEY_IMPORT
from services.intake.surveys.importing import SurveyImports
from services.kernel.jobs import Task


def tasks(
    importing: Importing, erasing: Erasing, survey_imports: SurveyImports
) -> Mapping[str, Task]:
    """Return intake's tasks by name; each gets an id and nothing else."""
    return {
        TASK: Taking(importing.files).take,
        SURVEY_IMPORT: survey_imports.take,
        ERASE: erasing.settle,
    }
