"""One message to a complainant, from the wish to what became of it.

A message may be out from the moment its attempt is recorded. Whether it is, only its peer knows:
where that cannot be asked either, a person decides, and nothing is sent again by itself.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from services.kernel.aggregate import Act, Aggregate, Created
from services.kernel.errors import StepNotAllowed
from services.kernel.text import _

CHANNELS: Final = ("whatsapp", "sms", "email")
LANGUAGES: Final = ("id", "en")
RETRIES: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
"""After so long each what its peer certainly did not take is tried again; then it is given up."""
UNDER_WAY: Final = frozenset({"waiting", "attempted", "unknown"})
"""The states in which another message to the same person could be one too many."""
FAILS: Final = {"call_off": "called_off", "came_back": "bounced"}
"""By decision that ends a message, the reason that is recorded."""
DECISIONS: Final = ("send_again", "consider_sent", "call_off", "came_back")


class _Step(Aggregate.Event):
    """A step of a message; on the stream it lies with its complaint."""

    complaint: str
    message: str

    @property
    def subject(self) -> str:
        """The complaint's id."""
        return self.complaint

    def apply(self, aggregate: "OutgoingMessage") -> None:
        """Let the message take the step in."""
        aggregate.take(self)


class OutgoingMessage(Aggregate):
    """One message; its address and its words are stored nowhere."""

    TOPIC = "publication.OutgoingMessage"

    class Requested(_Step, Created):
        """Somebody wants the complainant told in this way."""

        TOPIC = "publication.MessageRequested"
        publication: str
        channel: str
        language: str
        state: str
        wording: int
        agreed: bool

    class Attempted(_Step):
        """From now on it may be out."""

        TOPIC = "publication.MessageAttempted"
        attempt: int

    class Postponed(_Step):
        """The peer certainly did not take it; it is tried again later."""

        TOPIC = "publication.MessagePostponed"
        reason: str
        again_at: datetime

    class Sent(_Step):
        """The peer took it."""

        TOPIC = "publication.MessageSent"

    class Delivered(_Step):
        """The peer reported that it arrived."""

        TOPIC = "publication.MessageDelivered"
        attempt: int

    class Failed(_Step):
        """It does not go out, or did not arrive."""

        TOPIC = "publication.MessageFailed"
        reason: str

    class OutcomeUnknown(_Step):
        """Nobody knows whether it went out."""

        TOPIC = "publication.MessageOutcomeUnknown"

    class Decided(_Step):
        """A person decided what is done about an unknown outcome."""

        TOPIC = "publication.MessageDecided"
        decision: str

    if TYPE_CHECKING:  # the library would make a dataclass of annotations
        complaint: str
        publication: str
        channel: str
        language: str
        announced: str
        wording: int
        requested_by: tuple[str, str]
        state: str
        attempt: int
        postponed: int
        not_before: datetime | None
        reason: str | None
        changed_at: datetime

    @classmethod
    def request(cls, act: Act, *, id: UUID, puskesmas: str, **wish: Any) -> "OutgoingMessage":
        """Record that somebody wants a message sent."""
        return cls.begin(cls.Requested, act, id=id, puskesmas=puskesmas, message=str(id), **wish)

    @property
    def decisions(self) -> tuple[str, ...]:
        """What a person may decide about it now. An e-mail that comes back comes to a mailbox that
        people read."""
        if self.channel == "email" and self.state in ("sent", "considered"):
            return ("came_back",)
        return {"unknown": ("consider_sent", "send_again"), "waiting": ("call_off",)}.get(
            self.state, ()
        )

    def attempt_now(self, act: Act) -> None:
        """Record that it may be out from now on; raises StepNotAllowed where it does not wait."""
        if self.state != "waiting":
            raise StepNotAllowed(_("Pesan ini tidak menunggu dikirim."), self.decisions)
        self._add(self.Attempted, act, attempt=self.attempt + 1)

    def postpone(self, act: Act, reason: str, now: datetime) -> None:
        """Try it again later, for the peer certainly did not take it; too often, and it failed."""
        if self.state != "attempted":
            return
        if self.postponed == len(RETRIES):
            self._add(self.Failed, act, reason="given_up")
        else:
            again_at = now + RETRIES[self.postponed]
            self._add(self.Postponed, act, reason=reason, again_at=again_at)

    def sent(self, act: Act) -> bool:
        """Record that the peer took it; say whether that is news. What is known trumps a doubt."""
        return self._learn(self.Sent, act, {"attempted", "unknown"})

    def delivered(self, act: Act, attempt: int) -> bool:
        """Record that an attempt arrived; say whether that is news. Of a message that waits to be
        sent again one before has arrived after all."""
        if not 0 < attempt <= self.attempt:
            return False
        states = {"attempted", "unknown", "sent", "considered", "waiting"}
        return self._learn(self.Delivered, act, states, attempt=attempt)

    def fail(self, act: Act, reason: str) -> bool:
        """Record that it does not go out, or did not arrive; say whether that is news."""
        open_ones = {"waiting", "attempted", "unknown", "sent", "considered"}
        return self._learn(self.Failed, act, open_ones, reason=reason)

    def lose_track(self, act: Act) -> None:
        """Record that nobody knows whether it is out."""
        self._learn(self.OutcomeUnknown, act, {"attempted"})

    def decide(self, act: Act, decision: str) -> None:
        """Record what a person decided; raises StepNotAllowed where there is nothing to decide."""
        if decision not in self.decisions:
            raise StepNotAllowed(
                _("Keadaan pesan ini sudah berubah. Muat ulang, lalu lihat lagi."), self.decisions
            )
        if decision in FAILS:
            self._add(self.Failed, act, reason=FAILS[decision])
        else:
            self._add(self.Decided, act, decision=decision)

    def take(self, event: _Step) -> None:
        """Change the state as the recorded step says."""
        self.changed_at = event.timestamp
        match event:
            case OutgoingMessage.Requested():
                self._begin(event)
            case OutgoingMessage.Attempted():
                self.state, self.attempt = "attempted", event.attempt
            case OutgoingMessage.Postponed():
                self.state, self.reason = "waiting", event.reason
                self.not_before, self.postponed = event.again_at, self.postponed + 1
            case OutgoingMessage.Sent():
                self.state, self.reason = "sent", None
            case OutgoingMessage.Delivered():
                self.state, self.reason = "delivered", None
            case OutgoingMessage.Failed():
                self.state, self.reason = "failed", event.reason
            case OutgoingMessage.OutcomeUnknown():
                self.state, self.reason = "unknown", None
            case OutgoingMessage.Decided():
                self.state = "waiting" if event.decision == "send_again" else "considered"
                self.not_before, self.postponed = None, 0

    def _begin(self, event: "OutgoingMessage.Requested") -> None:
        self.puskesmas, self.complaint = event.puskesmas, event.complaint
        self.publication, self.channel = event.publication, event.channel
        self.language, self.announced = event.language, event.state
        self.wording, self.requested_by = event.wording, (event.actor, event.role)
        self.state, self.attempt, self.postponed = "waiting", 0, 0
        self.not_before, self.reason = None, None

    def _learn(self, event: type[_Step], act: Act, states: set[str], **facts: Any) -> bool:
        if self.state not in states:
            return False
        self._add(event, act, **facts)
        return True

    def _add(self, event: type[_Step], act: Act, **facts: Any) -> None:
        self.record(event, act, complaint=self.complaint, message=str(self.id), **facts)
