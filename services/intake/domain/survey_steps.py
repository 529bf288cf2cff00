"""The steps of a satisfaction survey and what each state allows (SOP Puring 5.1a-5.1c, 1.7)."""

from enum import StrEnum
from typing import Final

WAYS: Final = ("link", "desk", "paper", "file")
"""How answers come: by the public's form, at a desk, from paper, from a file."""

LINK: Final = "link"
GROUPS: Final = ("gender", "age", "education", "occupation")
MEDIA: Final = ("notice_board", "clinic_tv", "social_media")


class SurveyState(StrEnum):
    """Where a survey stands."""

    PROPOSED = "proposed"
    RETURNED = "returned"
    APPROVED = "approved"
    COORDINATED = "coordinated"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"


class SurveyStep(StrEnum):
    """What may be done to a survey; the names are those of the calls in the API."""

    PROPOSAL = "proposal"
    RETURN = "return"
    APPROVAL = "approval"
    COORDINATION = "coordination"
    OPENING = "opening"
    ANSWERS = "answers"
    TABLE = "table"
    CLOSING = "closing"
    PUBLICATION = "publication"


ALLOWED: Final = {
    SurveyState.PROPOSED: (SurveyStep.RETURN, SurveyStep.APPROVAL),
    SurveyState.RETURNED: (SurveyStep.PROPOSAL,),
    SurveyState.APPROVED: (SurveyStep.COORDINATION,),
    SurveyState.COORDINATED: (SurveyStep.COORDINATION, SurveyStep.OPENING),
    SurveyState.OPEN: (SurveyStep.ANSWERS, SurveyStep.TABLE, SurveyStep.CLOSING),
    SurveyState.CLOSED: (SurveyStep.PUBLICATION,),
    SurveyState.PUBLISHED: (),
}
