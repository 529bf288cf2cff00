"""What is recorded of a publication beside its way from draft to release: the announcement of a
planned change, a release at a set time, and what proves that a medium shows it."""

from datetime import datetime
from typing import Any

from services.kernel.aggregate import Aggregate, Created, apart
from services.kernel.contracts import SealedBox


class OfComplaint(Aggregate.Event):
    """A step of a publication; on the stream it lies with its complaint."""

    complaint: str
    publication: str

    @property
    def subject(self) -> str:
        """The complaint's id."""
        return self.complaint

    def apply(self, aggregate: Any) -> None:
        """Let the publication take the step in."""
        aggregate.take(self)


@apart
class ChangePlannedV1(OfComplaint, Created):
    """Somebody worded what a case's plan will change, and not all of it was published."""

    TOPIC = "publication.PlannedChangeDrafted"
    number: str
    text: SealedBox
    confidentiality: str
    service_unit: str | None
    entered_by: str
    planned_by: str


@apart
class ChangePlanned(ChangePlannedV1):
    """Somebody worded what a case's plan will change, before it is carried out."""

    TOPIC = "publication.PlannedChangeDrafted.2"


@apart
class PlanReleased(OfComplaint):
    """The planned change became public, or is shown in a further medium; `media` are all."""

    TOPIC = "publication.PlannedChangePublished"
    text: str
    media: list[str]
    shows_unit_and_date: bool


@apart
class ReleaseScheduled(OfComplaint):
    """The approved text is to become public in these media at a set time."""

    TOPIC = "publication.ReleaseScheduled"
    media: list[str]
    release_at: datetime


@apart
class ReleaseCalledOff(OfComplaint):
    """What was to become public at a set time is not."""

    TOPIC = "publication.ReleaseCalledOff"


@apart
class Evidenced(OfComplaint):
    """What proves that a medium shows the text: a photo, the address of a post, or both."""

    TOPIC = "publication.PublicationEvidenced"
    evidence: str
    medium: str
    link: SealedBox | None
    sha256: str | None
    size: int | None
    media_type: str | None
