"""What publication publishes: drafts, approvals, what became public, who was told."""

from services.kernel.contracts.fields import Internal, Moment, Public, Sealed, SealedBox
from services.kernel.contracts.registry import Event, published


@published("publication")
class PublicationDraftedV1(Event, frozen=True):
    """A documented result became a draft; its text is still sealed."""

    publication: Public[str]
    text: Sealed[SealedBox]
    confidentiality: Internal[str]
    documented_by: Internal[str]


@published("publication")
class PlannedChangeDraftedV1(Event, frozen=True):
    """What a case's follow-up plan will change was worded for the public, before it is carried out;
    its text is still sealed, and later drafts of it are PublicationDrafted."""

    publication: Public[str]
    text: Sealed[SealedBox]
    confidentiality: Internal[str]
    planned_by: Internal[str]


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
class PlannedChangePublishedV1(Event, frozen=True):
    """A planned change was published, so that people know what is under way; as of a result, `media`
    are all in which it is shown, and its text is the approved one. The result takes its place."""

    publication: Public[str]
    text: Public[str]
    media: Public[list[str]]
    shows_unit_and_date: Public[bool]


@published("publication")
class ReleaseScheduledV1(Event, frozen=True):
    """The approved text is to be released in these media at `release_at`; another one takes its
    place. It is void once the text is worded, approved or returned anew, or its case moved on."""

    publication: Public[str]
    media: Public[list[str]]
    release_at: Public[Moment]


@published("publication")
class ReleaseCalledOffV1(Event, frozen=True):
    """A scheduled release does not take place."""

    publication: Public[str]


@published("publication")
class PublicationEvidencedV1(Event, frozen=True):
    """What proves that `medium` shows the text: the address of a post, a photo, or both;
    `occurred_at` is when it was seen there.

    The photo itself is a sealed file at the home; `sha256` and `size` (bytes) are those of the file
    as it is sealed.
    """

    publication: Public[str]
    evidence: Public[str]
    medium: Public[str]
    link: Sealed[SealedBox | None]
    sha256: Internal[str | None]
    size: Public[int | None]
    media_type: Public[str | None]


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
