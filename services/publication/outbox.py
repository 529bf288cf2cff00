"""What is published of each of publication's domain events."""

from services.kernel.contracts import publication as contracts
from services.kernel.store import Outbox
from services.publication.domain import Publication, events

OUTBOX: Outbox = {
    Publication.Drafted: contracts.PublicationDraftedV1,
    Publication.Saved: contracts.PublicationDraftedV1,
    Publication.Approved: contracts.PublicationApprovedV1,
    Publication.Returned: contracts.PublicationReturnedV1,
    Publication.Released: contracts.ResolutionPublishedV1,
    Publication.Withdrawn: contracts.PublicationWithdrawnV1,
    Publication.Informed: contracts.ComplainantInformedV1,
    events.ChangePlanned: contracts.PlannedChangeDraftedV1,
    events.PlanReleased: contracts.PlannedChangePublishedV1,
    events.ReleaseScheduled: contracts.ReleaseScheduledV1,
    events.ReleaseCalledOff: contracts.ReleaseCalledOffV1,
    events.Evidenced: contracts.PublicationEvidencedV1,
}
