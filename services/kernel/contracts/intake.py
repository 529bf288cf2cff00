"""What intake publishes: complaints as they come in, and the master data they refer to."""

from services.kernel.contracts.fields import Internal, Moment, Public, Sealed, SealedBox
from services.kernel.contracts.registry import Event, published


@published("intake")
class ComplaintReceivedV1(Event, frozen=True):
    """A complaint, suggestion, praise or request was written on the complaint form.

    SOP Lamaru 1a-1c and 2a-2b; SOP Puring 2a and 3a. `occurred_at` is when the Puskesmas heard
    it (so that a report as of a day holds what had been heard by then), `incident_at` when the
    thing complained of happened. The receipt's code is never published, only its hash.
    """

    number: Public[str]
    receipt_hash: Internal[str]
    channel: Public[str]
    kind: Public[str]
    service_unit: Public[str | None]
    categories: Public[list[str]]
    incident_at: Internal[Moment | None]
    confidentiality: Internal[str]
    relation: Internal[str | None]
    barrier: Internal[str | None]
    wants_answer_by: Internal[str | None]
    text: Sealed[SealedBox]
    complainant: Sealed[SealedBox | None]


@published("intake")
class PuskesmasRegisteredV1(Event, frozen=True):
    """A Puskesmas of the district file was recorded, or its entry changed."""

    code: Public[str]
    name: Public[str]
    short_code: Public[str]
    letter: Public[str]
    kecamatan: Public[str]
    zone: Public[str]
    work_days: Public[int]
    units: Public[list[str]]


@published("intake")
class PuskesmasHomedV1(Event, frozen=True):
    """The origin that acts on a Puskesmas' events was recorded."""

    code: Public[str]
    home: Public[str]


@published("intake")
class UnitRegisteredV1(Event, frozen=True):
    """A service unit of the district file was recorded, or its entry changed."""

    code: Public[str]
    name: Public[str]
    effort: Public[str]
    cluster: Public[str]
