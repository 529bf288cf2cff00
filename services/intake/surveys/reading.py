"""Opens the words of a survey and of its answers, by role, with an entry in the access log."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.intake.domain.survey import Survey
from services.intake.domain.survey_answer import SurveyAnswer
from services.intake.surveys.application import Surveys
from services.kernel.access.principal import Principal
from services.kernel.contracts import SealedBox
from services.kernel.keyring import About, Words
from services.kernel.keyring.words import Page

PAGE: Final[Page] = "survey"


class Reading:
    """Opens what is sealed of surveys."""

    def __init__(self, surveys: Surveys, words: Words) -> None:
        self._surveys = surveys
        self._words = words

    def terms(self, principal: Principal, survey: Survey) -> dict[str, str | None]:
        """Return the words of a survey by name, None for what is sealed to this reader; what was
        never written is not in it."""
        boxes: dict[str, SealedBox | None] = {
            name: getattr(survey, name) for name in ("agenda", "target", "remarks")
        }
        if survey.coordinated is not None:
            boxes["note"] = survey.coordinated.note
        if survey.published is not None:
            for name in ("analysis", "follow_up", "followed_up"):
                boxes[name] = getattr(survey.published, name)
        written = {name: box for name, box in boxes.items() if box is not None}
        about = About(str(survey.id), survey.puskesmas, "open", survey.proposed_by, None)
        said = self._words.open(principal, PAGE, [(about, box) for box in written.values()])
        return dict(zip(written, said, strict=True))

    def remarks(self, principal: Principal, answers: Sequence[SurveyAnswer]) -> list[str | None]:
        """Return what each of these answers remarks, None for what is sealed to this reader."""
        wanted = [(self._about(each), each.remark) for each in answers]
        return self._words.open(principal, PAGE, wanted)

    def answer(self, id: UUID) -> SurveyAnswer:
        """Return one answer; raises NotFound."""
        return self._surveys.intake.read(SurveyAnswer, id)

    def _about(self, answer: SurveyAnswer) -> About:
        intake = self._surveys.intake
        area = intake.district.area_of(answer.unit)
        return About(str(answer.id), answer.puskesmas, "open", answer.entered_by, area)
