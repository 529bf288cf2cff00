"""What one respondent answered to a survey: a small history of its own, one event as a rule.

So an answer costs the same whether it is the first or the ten-thousandth, on the way in and in
whatever is computed of one subject's history.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.intake.domain.satisfaction import SCORES
from services.intake.domain.survey import Survey
from services.intake.domain.survey_steps import GROUPS, WAYS, SurveyStep
from services.kernel.aggregate import Act, Aggregate, Created
from services.kernel.contracts import SealedBox
from services.kernel.contracts.surveys import SurveyGroupV1, SurveyScoreV1
from services.kernel.errors import AlreadyDone, FieldError, InvalidInput
from services.kernel.text import _

REMARK_PLACE: Final = "SurveyAnswered.remark"


@dataclass(frozen=True)
class Filled:
    """A questionnaire as it was filled in; a blank element is not in `scores`."""

    scores: Mapping[str, int]
    unit: str | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""

    def check(self, elements: Collection[str], units: Collection[str]) -> None:
        """Raise InvalidInput with every wrong field, of a survey of these elements and units."""
        errors = [
            FieldError(f"scores.{key}", _("Unsur ini bukan bagian dari survei ini."))
            for key in self.scores
            if key not in elements
        ]
        errors += [
            FieldError(f"scores.{key}", _("Tulis 1, 2, 3, atau 4; kosongkan bila tidak dijawab."))
            for key, score in self.scores.items()
            if score not in SCORES
        ]
        if not self.scores:
            errors.append(FieldError("scores", _("Jawab sedikitnya satu unsur.")))
        if self.unit is not None and self.unit not in units:
            errors.append(FieldError("unit", _("Unit ini tidak ikut survei ini.")))
        errors += [
            FieldError(
                f"groups.{kind}", _("Pilih salah satu: {choices}.", choices=", ".join(GROUPS))
            )
            for kind in self.groups
            if kind not in GROUPS
        ]
        if errors:
            raise InvalidInput(*errors)


def answered_before() -> AlreadyDone:
    """Return the refusal of a second answer by the same link."""
    return AlreadyDone(
        _("Jawaban lewat tautan ini sudah kami terima. Satu tautan untuk satu jawaban.")
    )


class SurveyAnswer(Aggregate):
    """One answer, and what became of its remark."""

    TOPIC = "intake.SurveyAnswer"

    class Answered(Created):
        """Somebody answered (SOP Puring 1.6, SOP Lamaru 2a)."""

        TOPIC = "intake.SurveyAnswered"

        survey: str
        way: str
        unit: str | None
        scores: list[SurveyScoreV1]
        groups: list[SurveyGroupV1]
        link: str
        remark: SealedBox | None

        def apply(self, aggregate: "SurveyAnswer") -> None:
            """Keep the remark, which is all that anything is done with later."""
            aggregate.puskesmas = self.puskesmas
            aggregate.survey, aggregate.unit = self.survey, self.unit
            aggregate.entered_by = self.actor
            aggregate.remark, aggregate.complaint = self.remark, None

    class RemarkLinked(Aggregate.Event):
        """Its remark was written down as a complaint or suggestion."""

        TOPIC = "intake.SurveyRemarkLinked"

        survey: str
        complaint: str

        def apply(self, aggregate: "SurveyAnswer") -> None:
            """Keep as which."""
            aggregate.complaint = self.complaint

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        survey: str
        unit: str | None
        entered_by: str
        remark: SealedBox | None
        complaint: str | None

    @classmethod
    def answer(
        cls,
        act: Act,
        survey: Survey,
        *,
        id: UUID,
        way: str,
        filled: Filled,
        link: str,
        remark: SealedBox | None,
    ) -> "SurveyAnswer":
        """Answer a survey; raises StepNotAllowed where it is not open, InvalidInput."""
        survey.must_allow(SurveyStep.ANSWERS)
        if way not in WAYS:
            raise ValueError(way)
        filled.check(survey.terms.elements, survey.terms.units)
        return cls.begin(
            cls.Answered,
            act,
            id=id,
            puskesmas=survey.puskesmas,
            survey=str(survey.id),
            way=way,
            unit=filled.unit,
            scores=[
                SurveyScoreV1(element=key, score=score) for key, score in filled.scores.items()
            ],
            groups=[SurveyGroupV1(kind=kind, group=name) for kind, name in filled.groups.items()],
            link=link,
            remark=remark,
        )

    def link_remark(self, act: Act, complaint: str) -> None:
        """Say as which complaint its remark was written down; raises AlreadyDone, InvalidInput."""
        if self.complaint is not None:
            raise AlreadyDone(_("Masukan ini sudah dicatat."))
        if self.remark is None:
            raise InvalidInput(FieldError("text", _("Jawaban ini tidak berisi masukan.")))
        self.record(self.RemarkLinked, act, survey=self.survey, complaint=complaint)
