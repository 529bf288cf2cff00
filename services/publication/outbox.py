"""What is published of each of publication's domain events."""

from services.kernel.contracts import publication as contracts
from services.kernel.store import Outbox
from services.publication.domain import Publication, events
from services.publication.domain.message import OutgoingMessage

OUTBOX: Outbox = {
    Publication.DraftedV1: contracts.PublicationDraftedV1,
    Publication.Drafted: contracts.PublicationDraftedV2,
    Publication.Saved: contracts.PublicationDraftedV1,
    Publication.Approved: contracts.PublicationApprovedV1,
    Publication.Returned: contracts.PublicationReturnedV1,
    Publication.Released: contracts.ResolutionPublishedV1,
    Publication.Withdrawn: contracts.PublicationWithdrawnV1,
    Publication.Informed: contracts.ComplainantInformedV1,
    events.ChangePlannedV1: contracts.PlannedChangeDraftedV1,
    events.ChangePlanned: contracts.PlannedChangeDraftedV2,
    events.PlanReleased: contracts.PlannedChangePublishedV1,
    events.ReleaseScheduled: contracts.ReleaseScheduledV1,
    events.ReleaseCalledOff: contracts.ReleaseCalledOffV1,
    events.Evidenced: contracts.PublicationEvidencedV1,
    OutgoingMessage.Requested: contracts.MessageRequestedV1,
    OutgoingMessage.Attempted: contracts.MessageAttemptedV1,
    OutgoingMessage.Postponed: contracts.MessagePostponedV1,
    OutgoingMessage.Sent: contracts.MessageSentV1,
    OutgoingMessage.Delivered: contracts.MessageDeliveredV1,
    OutgoingMessage.Failed: contracts.MessageFailedV1,
    OutgoingMessage.OutcomeUnknown: contracts.MessageOutcomeUnknownV1,
    OutgoingMessage.Decided: contracts.MessageDecidedV1,
}
