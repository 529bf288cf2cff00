"""The services' stores of a data folder, opened for their events alone, and how lost ones are made
again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from services.intake.outbox import OUTBOX as INTAKE
from services.intake.taken_back import RETOLD as INTAKE_RETOLD
from services.kernel.clock import Clock
from services.kernel.store import Outbox, Service
from services.kernel.store.taking_back import Retold
from services.publication.outbox import OUTBOX as PUBLICATION
from services.publication.taken_back import RETOLD as PUBLICATION_RETOLD
from services.reporting.outbox import OUTBOX as REPORTING
from services.reporting.taken_back import RETOLD as REPORTING_RETOLD
from services.resolution.outbox import OUTBOX as RESOLUTION
from services.resolution.taken_back import RETOLD as RESOLUTION_RETOLD

OUTBOXES: Final[Mapping[str, Outbox]] = {
    "intake": INTAKE,
    "resolution": RESOLUTION,
    "publication": PUBLICATION,
    "reporting": REPORTING,
}

RETOLD: Final[Mapping[str, Retold]] = {
    "intake": INTAKE_RETOLD,
    "resolution": RESOLUTION_RETOLD,
    "publication": PUBLICATION_RETOLD,
    "reporting": REPORTING_RETOLD,
}


def store_of(data: Path, name: str, origin: str, clock: Clock) -> Service:
    """Open a service's store; whoever asks closes it."""
    kind = type(name, (Service,), {"name": name, "outbox": OUTBOXES[name]})
    found: Service = kind(data / f"{name}.sqlite", origin, clock)
    return found
