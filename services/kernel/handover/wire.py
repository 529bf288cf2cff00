"""What an edge and its district tell each other, as MessagePack over HTTPS."""

from datetime import datetime
from typing import Annotated, Final, NamedTuple, Protocol, Self, TypeVar
from uuid import UUID

import msgspec

from services.kernel.errors import FieldError, InvalidInput
from services.kernel.keyring.kept import WRAPPED_BYTES, Copy
from services.kernel.text import _

T = TypeVar("T")
PATH: Final = "/api/v1/uplink"
MEDIA_TYPE: Final = "application/msgpack"
PAGE: Final = 20
"""So many keys or files are spoken of in one call."""
COPIES: Final = 200
"""So many copies of an edge's own keys."""
NOTES: Final = 1000
"""So many of an edge's own checkpoints: its line may be poor."""
FILE_BYTES: Final = 11 << 20
"""A file is no larger: as it may be put with a complaint, and sealed."""


class EdgeState(msgspec.Struct, frozen=True, kw_only=True):
    """How an edge stands: events not yet on the district's stream, messages of that not yet read
    (None: it does not answer), keys and files that wait to be handed over."""

    unsent: int
    oldest_unsent_at: datetime | None
    unread: int | None
    keys: int
    files: int


class Hello(msgspec.Struct, frozen=True):
    """An edge tells who it is and how it stands."""

    public_key: str
    state: EdgeState


class Greeting(msgspec.Struct, frozen=True):
    """The district's name, whether keys or files wait here for the edge, and how many copies of the
    edge's own keys are kept here (None: an older district keeps none)."""

    origin: str
    waiting: bool
    kept: int | None = None


class KeyOf(NamedTuple):
    """A key and its complaint: the same id, or another for words that were said later, where the
    complaint's key was not."""

    complaint: str
    key: str


class WrappedFor(msgspec.Struct, frozen=True):
    """A key, wrapped for its receiver; `purpose` is what it goes there for. `complaint` is whose
    words it opens (None: `key` is the complaint's own)."""

    key: UUID
    purpose: str
    wrapped: bytes
    complaint: UUID | None = None

    @classmethod
    def of(cls, at: KeyOf, purpose: str, wrapped: bytes) -> Self:
        """Return a key as it is told."""
        complaint = None if at.key == at.complaint else UUID(at.complaint)
        return cls(UUID(at.key), purpose, wrapped, complaint)

    @property
    def at(self) -> KeyOf:
        """Which key it is."""
        return KeyOf(str(self.complaint or self.key), str(self.key))


class KeptKey(msgspec.Struct, frozen=True):
    """A copy of an edge's own key, wrapped under the edge's master key as in its keyring."""

    key: Annotated[str, msgspec.Meta(max_length=64)]
    complaint: Annotated[str, msgspec.Meta(max_length=64)]
    wrapped: Annotated[bytes, msgspec.Meta(min_length=WRAPPED_BYTES, max_length=WRAPPED_BYTES)]

    @classmethod
    def of(cls, copy: Copy) -> Self:
        """Return a copy as it is told."""
        return cls(copy.key, copy.complaint, copy.wrapped)

    @property
    def copy(self) -> Copy:
        """The copy, as a keyring has it."""
        return Copy(self.key, self.complaint, self.wrapped)


class FileAt(msgspec.Struct, frozen=True):
    """A file of a complaint."""

    complaint: UUID
    attachment: UUID


NOT_KNOWN: Final = "not_known"
"""The complaint, or its escalation, has not come by the stream yet: try again."""
NOT_YOURS: Final = "not_yours"
DOES_NOT_OPEN: Final = "does_not_open"


class Refusal(msgspec.Struct, frozen=True):
    """Why a key was not taken: one of the codes above."""

    key: UUID
    code: str


class Leaving(Protocol):
    """The keys and files of complaints that were received away from their home."""

    def keys(self, places: frozenset[str], limit: int) -> list[KeyOf]:
        """Return keys of complaints of these Puskesmas that wait to go there, the oldest first."""

    def complaint_of(self, key: str) -> str | None:
        """Return the complaint of a key of words said later that waits; None for no such key."""

    def files(self, places: frozenset[str], limit: int) -> list[tuple[str, str]]:
        """Return such complaints with an attachment each, the oldest first."""

    def counts(self, places: frozenset[str]) -> tuple[int, int, datetime | None]:
        """Return how many keys and files wait, and since when the oldest does."""

    def read_file(self, complaint: str, attachment: str) -> bytes | None:
        """Return a sealed file; None where there is none."""

    def keep_file(self, complaint: str, attachment: str, sealed: bytes) -> None:
        """Store a sealed file; it is durable when this returns."""

    def drop_file(self, complaint: str, attachment: str) -> None:
        """Remove a file that its receiver has stored, and no more wait for it."""

    def pass_on(self, complaint: str, attachment: str, puskesmas: str) -> None:
        """Have a file that came in wait to go further."""

    def pass_on_key(self, complaint: str, key: str, puskesmas: str) -> None:
        """Have a key that came in wait to go further."""

    def key_gone(self, complaint: str, key: str) -> None:
        """Wait no more for a key: its receiver has it."""


def encoded(value: object) -> bytes:
    """Return a body."""
    return msgspec.msgpack.encode(value)


def decoded(body: bytes, kind: type[T], limit: int = PAGE) -> T:
    """Read a body; raises InvalidInput for what is none, or is longer than a page."""
    try:
        found = msgspec.msgpack.decode(body, type=kind)
    except msgspec.MsgspecError:
        raise InvalidInput(FieldError("body", _("Isi panggilan ini tidak terbaca."))) from None
    if isinstance(found, list) and len(found) > limit:
        raise InvalidInput(FieldError("body", _("Paling banyak {n} sekaligus.", n=limit)))
    return found
