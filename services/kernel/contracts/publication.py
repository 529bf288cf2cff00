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


@published("publication", version=2)
class PublicationDraftedV2(Event, frozen=True):
    """A documented result became a draft; its text is still sealed.

    As version 1 (which later texts of the draft still are), with what it takes over from the
    complaint's form: what is not said on the stream, no proof covers.
    """

    publication: Public[str]
    number: Public[str]
    text: Sealed[SealedBox]
    confidentiality: Internal[str]
    service_unit: Public[str | None]
    entered_by: Internal[str]
    documented_by: Internal[str]


PublicationDrafted = PublicationDraftedV1 | PublicationDraftedV2


@published("publication")
class PlannedChangeDraftedV1(Event, frozen=True):
    """What a case's follow-up plan will change was worded for the public, before it is carried out;
    its text is still sealed, and later drafts of it are PublicationDrafted."""

    publication: Public[str]
    text: Sealed[SealedBox]
    confidentiality: Internal[str]
    planned_by: Internal[str]


@published("publication", version=2)
class PlannedChangeDraftedV2(Event, frozen=True):
    """As version 1, with what it takes over from the complaint's form, as PublicationDrafted."""

    publication: Public[str]
    number: Public[str]
    text: Sealed[SealedBox]
    confidentiality: Internal[str]
    service_unit: Public[str | None]
    entered_by: Internal[str]
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


@published("publication")
class MessageRequestedV1(Event, frozen=True):
    """Somebody wants a message sent to the complainant (SOP Puring 3f, SOP Lamaru 1h).

    What it says follows from `wording` (the version of the text), `language`, `state` (documented
    or published) and the complaint's number; never a word of the complaint. The address is on the
    complaint's form, sealed, and read when it is sent. `agreed`: the person was asked and agreed
    to be told in this way, which is not the one that the form names.
    """

    message: Public[str]
    publication: Public[str]
    channel: Public[str]
    language: Public[str]
    state: Public[str]
    wording: Public[int]
    agreed: Public[bool]


@published("publication")
class MessageAttemptedV1(Event, frozen=True):
    """From now on the message may be out: recorded before it is handed to its peer."""

    message: Public[str]
    attempt: Public[int]


@published("publication")
class MessagePostponedV1(Event, frozen=True):
    """The peer certainly did not take the message; it is tried again at `again_at`.

    `reason`: unreachable, busy or not_accepted (the peer does not accept our account).
    """

    message: Public[str]
    reason: Public[str]
    again_at: Internal[Moment]


@published("publication")
class MessageSentV1(Event, frozen=True):
    """The peer took the message and is to carry it on."""

    message: Public[str]


@published("publication")
class MessageDeliveredV1(Event, frozen=True):
    """The peer reported that the message reached its recipient's device; `attempt`: which of those
    that were made, where one came after a doubt."""

    message: Public[str]
    attempt: Public[int]


@published("publication")
class MessageFailedV1(Event, frozen=True):
    """The message does not go out, or did not arrive.

    `reason`: address_refused or refused (by the peer), bounced (the peer, or a person whom a returned
    e-mail reached), given_up (tried for too long), no_address, no_key (its form cannot be opened),
    called_off (by a person), or why it may not go out any more: withdrawn,
    erased, anonymous, taken_back (the case was reopened), not_set_up (no peer for its channel).
    """

    message: Public[str]
    reason: Public[str]


@published("publication")
class MessageOutcomeUnknownV1(Event, frozen=True):
    """Nobody knows whether the message went out; a person decides, it is never sent by itself."""

    message: Public[str]


@published("publication")
class MessageDecidedV1(Event, frozen=True):
    """A person decided about a message: of unknown outcome send_again or consider_sent, of one that
    waits call_off, of an e-mail that was returned to its sender came_back."""

    message: Public[str]
    decision: Public[str]
