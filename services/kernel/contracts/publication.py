"""What publication publishes: drafts, approvals, what became public, who was told."""

from services.kernel.contracts.fields import Internal, Public, Sealed, SealedBox
from services.kernel.contracts.registry import Event, published


@published("publication")
class PublicationDraftedV1(Event, frozen=True):
    """A documented result became a draft; its text is still sealed."""

    publication: Public[str]
    text: Sealed[SealedBox]
    confidentiality: Internal[str]
    documented_by: Internal[str]


@published("publication")
class PublicationApprovedV1(Event, frozen=True):
    """The redacted text was approved for these media; sealed until it is released."""

    publication: Public[str]
    text: Sealed[SealedBox]
    media: Public[list[str]]
    confirmed: Public[bool]


@published("publication")
class PublicationReturnedV1(Event, frozen=True):
    """The draft was handed back to whoever words it, for `reason`; nothing of it is approved."""

    publication: Public[str]
    reason: Sealed[SealedBox]


# Of one that is out already it may come again, for a further medium; `media` are then all in which
# it is shown.
@published("publication")
class ResolutionPublishedV1(Event, frozen=True):
    """Complaint and result were published (SOP Puring 2d, SOP Lamaru 1h).

    The text is the approved, redacted one and the only free text that is ever public. For a
    confidential complaint neither unit nor date is shown.
    """

    publication: Public[str]
    text: Public[str]
    media: Public[list[str]]
    shows_unit_and_date: Public[bool]


@published("publication")
class PublicationWithdrawnV1(Event, frozen=True):
    """A release was taken back from every medium; the record of it stays."""

    publication: Public[str]
    reason: Sealed[SealedBox]


@published("publication")
class ComplainantInformedV1(Event, frozen=True):
    """The person was told the result (SOP Puring 3f, SOP Lamaru 1h).

    `channel` is "none" where telling is not possible (an anonymous complaint).
    """

    publication: Public[str]
    channel: Public[str]
