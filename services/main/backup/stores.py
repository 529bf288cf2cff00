"""The services' stores of a data folder, opened for their events alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from services.intake.outbox import OUTBOX as INTAKE
from services.kernel.clock import Clock
from services.kernel.store import Outbox, Service
from services.publication.outbox import OUTBOX as PUBLICATION
from services.reporting.outbox import OUTBOX as REPORTING
from services.resolution.outbox import OUTBOX as RESOLUTION

OUTBOXES: Final[Mapping[str, Outbox]] = {
    "intake": INTAKE,
    "resolution": RESOLUTION,
    "publication": PUBLICATION,
    "reporting": REPORTING,
}


def store_of(data: Path, name: str, origin: str, clock: Clock) -> Service:
    """Open a service's store; whoever asks closes it."""
    kind = type(name, (Service,), {"name": name, "outbox": OUTBOXES[name]})
    found: Service = kind(data / f"{name}.sqlite", origin, clock)
    return found
