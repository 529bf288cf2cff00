"""The event store: the `eventsourcing` library on durable, grouped commits. Only this folder
(and kernel/aggregate.py) names the library's parts."""

from services.kernel.store.application import Answer, Ids, Once, Outbox, Service
from services.kernel.store.unit_of_work import UnitOfWork, must_be_at
from services.kernel.store.writer import GroupWriter

__all__ = ["Answer", "GroupWriter", "Ids", "Once", "Outbox", "Service", "UnitOfWork", "must_be_at"]
