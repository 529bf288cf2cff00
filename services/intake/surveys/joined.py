"""All pages of surveys, as intake joins them in."""

from fastapi import APIRouter

from services.intake.application import Intake
from services.intake.surveys import (
    entry_pages,
    pages,
    public_pages,
    remark_pages,
    result_pages,
    terms_pages,
)
from services.intake.surveys.application import Surveys
from services.intake.surveys.importing import SurveyImports
from services.intake.surveys.reading import Reading
from services.kernel.keyring import Words

NAV = pages.NAV


def add(
    router: APIRouter,
    intake: Intake,
    imports: SurveyImports,
    words: Words,
    choices: remark_pages.Choices,
) -> None:
    """Add the pages; `choices` are the desk's."""
    surveys = Surveys(intake)
    reading = Reading(surveys, words)
    terms_pages.add(router, intake, surveys, reading)
    pages.add(router, intake, surveys, reading)
    entry_pages.add(router, intake, surveys, imports)
    result_pages.add(router, intake, surveys, reading)
    remark_pages.add(router, intake, surveys, reading, choices)
    public_pages.add(router, intake, surveys)
