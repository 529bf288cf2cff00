"""What is published of each of reporting's domain events."""

from services.kernel.contracts import reporting as contracts
from services.kernel.store import Outbox
from services.reporting.domain import Recap

OUTBOX: Outbox = {Recap.Closed: contracts.RecapClosedV1}
