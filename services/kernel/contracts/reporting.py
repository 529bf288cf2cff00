"""What reporting publishes: the months that were closed, with the figures as they were reported and
as they were put right since."""

import msgspec

from services.kernel.contracts.fields import Moment, Public
from services.kernel.contracts.registry import Event, published


class RecapLineV1(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one part of a month: of all cases (`group` `all`, no part), or of one unit,
    channel or category (`part` None: those that name none).

    brought_forward + received + brought_back - closed = carried_forward; praise is counted apart.
    `…_due` are the promises that fell due in the month, `…_on_time` those of them that were kept.
    """

    group: Public[str]
    part: Public[str | None]
    brought_forward: Public[int]
    received: Public[int]
    brought_back: Public[int]
    closed: Public[int]
    carried_forward: Public[int]
    praise: Public[int]
    responses_due: Public[int]
    responses_on_time: Public[int]
    settlements_due: Public[int]
    settlements_on_time: Public[int]


@published("reporting")
class RecapClosedV1(Event, frozen=True):
    """A month of one Puskesmas was closed: what its recap reports (SOP Puring 1).

    `as_of` and `known_at`: the instants at which the figures stood so.
    """

    month: Public[str]
    as_of: Public[Moment]
    known_at: Public[Moment]
    lines: Public[list[RecapLineV1]]


@published("reporting")
class RecapCorrectedV1(Event, frozen=True):
    """What a closed month's recap reports was put right; what was reported before stays beside it.

    `statement`: 1 is the first correction (0 is the closing). `reason` is a code, never words:
    `late_entry`, `wrong_entry`, `duplicate`, `taken_back` or `explained` (in the words of the recap,
    at its home). `as_of` and `known_at`: the instants at which the figures stood so.
    """

    month: Public[str]
    statement: Public[int]
    reason: Public[str]
    as_of: Public[Moment]
    known_at: Public[Moment]
    lines: Public[list[RecapLineV1]]


@published("reporting")
class RecapAcknowledgedV1(Event, frozen=True):
    """The head of the Puskesmas took note of what a month's recap reports, as it stood then:
    `statement` 0 is the closing, 1 the first correction."""

    month: Public[str]
    statement: Public[int]


class CheckpointTopV1(msgspec.Struct, frozen=True, kw_only=True):
    """How long the log of one source was, and the root of the Merkle tree over it (base64)."""

    source: Public[str]
    size: Public[int]
    root: Public[str]


@published("reporting")
class CheckpointSignedV1(Event, frozen=True):
    """How far the logs of an origin were, signed with its key: whoever keeps it can tell later
    whether anything before it was touched.

    `public_key` and `signature` (Ed25519, base64) are those of the signed note, which
    `services/kernel/proof/checkpoint.py` writes of these fields.
    """

    origin: Public[str]
    signed_at: Public[Moment]
    tops: Public[list[CheckpointTopV1]]
    public_key: Public[str]
    signature: Public[str]
