"""Intake's papers of surveys, as resolution puts them into the accreditation bundle."""

from functools import cached_property
from uuid import UUID

from services.intake.surveys.application import Surveys
from services.intake.surveys.paper import Printing
from services.intake.surveys.reading import Reading
from services.kernel.access.principal import Principal
from services.kernel.keyring import Words
from services.main.parts import Parts


class SurveyPapersOf:
    """Makes them out of intake's own store, which is opened with the first that is asked for: in a
    district the process of resolution has the others' databases in reach, as its workers do."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def terms(self, principal: Principal, survey: UUID, language: str) -> bytes:
        """Return a survey's terms of reference as PDF, with the words that the role opens."""
        return self._printing.terms(principal, self._surveys.get(survey), language)

    def report(self, principal: Principal, survey: UUID, language: str) -> bytes:
        """Return a survey's report as PDF, with the words that the role opens."""
        return self._printing.report(principal, self._surveys.get(survey), language)

    @cached_property
    def _surveys(self) -> Surveys:
        return Surveys(self._parts.intake)

    @cached_property
    def _printing(self) -> Printing:
        reading = Reading(self._surveys, Words(self._parts.keyring))
        return Printing(self._parts.intake, self._surveys, reading)
