"""What intake publishes of messages that people send by themselves: that one came, and what became
of it. Its words are a complaint's only when an officer has written them down as one."""

from services.kernel.contracts.fields import Internal, Public, Sealed, SealedBox
from services.kernel.contracts.registry import Event, published


@published("intake")
class MessageCameV1(Event, frozen=True):
    """Somebody wrote to the Puskesmas by SMS or WhatsApp (SOP Lamaru 1a and 2a).

    `occurred_at` is when it was sent, as the telephone network or WhatsApp states it; `channel` is
    sms or whatsapp. `sender` is JSON: name, phone, and the id of a WhatsApp user without a number.
    `file` is what came along, by the id at which WhatsApp holds it. The three are sealed with a key
    of the message's own. The subject is made of the peer's id of the message by a keyed hash, so
    that one which comes again is known.
    """

    channel: Public[str]
    text: Sealed[SealedBox | None]
    sender: Sealed[SealedBox]
    file: Sealed[SealedBox | None]


@published("intake")
class MessageFileKeptV1(Event, frozen=True):
    """The photo or PDF that came with a message was fetched and lies sealed beside the store.

    As in AttachmentAdded: `sha256` (hexadecimal) and `size` (bytes) are of the sealed blob,
    `media_type` is what its content was found to be.
    """

    file: Public[str]
    sha256: Internal[str]
    size: Public[int]
    media_type: Public[str]
    file_name: Sealed[SealedBox]


@published("intake")
class MessageFileRefusedV1(Event, frozen=True):
    """What came with a message was not kept; the message stands without it.

    `reason`: too_large, not_allowed (no photo or PDF, or not whole), unreachable (it could not be
    fetched for a day), gone (WhatsApp holds it no more), unsupported (of a kind that has no file,
    such as a contact card).
    """

    reason: Public[str]


@published("intake")
class MessageConfirmedV1(Event, frozen=True):
    """An officer wrote this message down as a complaint or suggestion (SOP Lamaru 1c and 2b).

    `complaint` is its id; several messages may have become the same one.
    """

    complaint: Public[str]


@published("intake")
class MessageDismissedV1(Event, frozen=True):
    """A message becomes no complaint.

    `reason`: spam, wrong_number, answered, part_of_other (of `complaint`, its id), or erased: its
    sender's complaints were erased (UU 27/2022). It may still be confirmed later, as long as its
    key is there.
    """

    reason: Public[str]
    complaint: Public[str | None]
