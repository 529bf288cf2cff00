"""What is published of each of reporting's domain events."""

from services.kernel.contracts import reporting as contracts
from services.kernel.store import Outbox
from services.reporting.domain import Checkpoint, Recap

OUTBOX: Outbox = {
    Recap.Closed: contracts.RecapClosedV1,
    Recap.Corrected: contracts.RecapCorrectedV1,
    Recap.Acknowledged: contracts.RecapAcknowledgedV1,
    Checkpoint.Signed: contracts.CheckpointSignedV1,
}
