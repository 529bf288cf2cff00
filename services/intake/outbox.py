"""What is published of each of intake's domain events."""

from services.intake.domain import Complaint, PuskesmasEntry, UnitEntry
from services.kernel.contracts import intake as contracts
from services.kernel.store import Outbox

OUTBOX: Outbox = {
    Complaint.Received: contracts.ComplaintReceivedV1,
    PuskesmasEntry.Registered: contracts.PuskesmasRegisteredV1,
    PuskesmasEntry.Changed: contracts.PuskesmasRegisteredV1,
    PuskesmasEntry.Homed: contracts.PuskesmasHomedV1,
    UnitEntry.Registered: contracts.UnitRegisteredV1,
    UnitEntry.Changed: contracts.UnitRegisteredV1,
}
