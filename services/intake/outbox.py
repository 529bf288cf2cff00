"""What is published of each of intake's domain events."""

from services.intake.domain import (
    BoxEntry,
    BoxOpening,
    Complaint,
    MonthOfVisits,
    PuskesmasEntry,
    UnitEntry,
    erasure,
)
from services.intake.domain.incoming import IncomingMessage
from services.intake.domain.survey import Survey
from services.intake.domain.survey_answer import SurveyAnswer
from services.kernel.contracts import incoming, surveys
from services.kernel.contracts import intake as contracts
from services.kernel.store import Outbox

OUTBOX: Outbox = {
    Complaint.Received: contracts.ComplaintReceivedV1,
    Complaint.Corrected: contracts.ComplaintCorrectedV1,
    Complaint.Withdrawn: contracts.ComplaintWithdrawnV1,
    Complaint.DuplicateLinked: contracts.DuplicateLinkedV1,
    Complaint.DuplicateUnlinked: contracts.DuplicateUnlinkedV1,
    Complaint.AttachmentAdded: contracts.AttachmentAddedV1,
    Complaint.Rated: contracts.ComplainantRatedV1,
    Complaint.ReopenRequested: contracts.ReopenRequestedV1,
    Complaint.FeedbackHeard: contracts.FeedbackHeardV1,
    erasure.ErasureRequested: contracts.ErasureRequestedV1,
    erasure.ErasureScheduled: contracts.ErasureScheduledV1,
    erasure.ErasureRefused: contracts.ErasureRefusedV1,
    erasure.ErasureCalledBack: contracts.ErasureCalledBackV1,
    erasure.PersonErased: contracts.PersonErasedV1,
    erasure.LegalHoldPlaced: contracts.LegalHoldPlacedV1,
    erasure.LegalHoldLifted: contracts.LegalHoldLiftedV1,
    BoxOpening.OpenedV1: contracts.SuggestionBoxOpenedV1,
    BoxOpening.Opened: contracts.SuggestionBoxOpenedV2,
    MonthOfVisits.Recorded: contracts.VisitsRecordedV1,
    MonthOfVisits.Changed: contracts.VisitsRecordedV1,
    IncomingMessage.Came: incoming.MessageCameV1,
    IncomingMessage.FileKept: incoming.MessageFileKeptV1,
    IncomingMessage.FileRefused: incoming.MessageFileRefusedV1,
    IncomingMessage.Confirmed: incoming.MessageConfirmedV1,
    IncomingMessage.Dismissed: incoming.MessageDismissedV1,
    Survey.Proposed: surveys.SurveyProposedV1,
    Survey.ProposedAgain: surveys.SurveyProposedV1,
    Survey.Returned: surveys.SurveyReturnedV1,
    Survey.Approved: surveys.SurveyApprovedV1,
    Survey.UnitsCoordinated: surveys.SurveyUnitsCoordinatedV1,
    Survey.Opened: surveys.SurveyOpenedV1,
    Survey.Tabulated: surveys.SurveyTabulatedV1,
    Survey.ClosedV1: surveys.SurveyClosedV1,
    Survey.Closed: surveys.SurveyClosedV2,
    Survey.PublishedV1: surveys.SurveyPublishedV1,
    Survey.Published: surveys.SurveyPublishedV2,
    SurveyAnswer.Answered: surveys.SurveyAnsweredV1,
    SurveyAnswer.RemarkLinked: surveys.SurveyRemarkLinkedV1,
    PuskesmasEntry.Registered: contracts.PuskesmasRegisteredV1,
    PuskesmasEntry.Changed: contracts.PuskesmasRegisteredV1,
    PuskesmasEntry.Homed: contracts.PuskesmasHomedV1,
    BoxEntry.Registered: contracts.SuggestionBoxRegisteredV1,
    BoxEntry.Changed: contracts.SuggestionBoxRegisteredV1,
    UnitEntry.Registered: contracts.UnitRegisteredV1,
    UnitEntry.Changed: contracts.UnitRegisteredV1,
}
