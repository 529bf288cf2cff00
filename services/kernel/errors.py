"""What can be wrong with a request, said once for API, pages and command line.

Each problem has a stable `code` (others' programs rely on it), an HTTP status, and sentences that
name the field and the mend. Nothing a complainant said may be put into one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.kernel.text import Text, _


@dataclass(frozen=True)
class FieldError:
    """One wrong input: the field's path (`actions[0].due_on`) and what to do about it."""

    field: str
    message: Text


class Problem(Exception):
    """A refusal that the caller can understand and mend (RFC 9457 problem details)."""

    status = 500
    code = "internal"

    def __init__(
        self,
        detail: Text,
        *,
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(str(detail))
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = dict(extra or {})


class InvalidInput(Problem):
    """Input that cannot be taken as it is; `errors` names each field."""

    status = 422
    code = "invalid_input"

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(_("Ada isian yang perlu diperbaiki."), errors=errors)


def invalid(field: str, message: Text) -> InvalidInput:
    """Return the problem of one wrong field."""
    return InvalidInput(FieldError(field, message))


class NotFound(Problem):
    """There is no such thing, or not for this reader."""

    status = 404
    code = "not_found"


class StepNotAllowed(Problem):
    """The state does not allow this step; `extra["allowed"]` lists the steps that it does."""

    status = 409
    code = "step_not_allowed"

    def __init__(self, detail: Text, allowed: Sequence[str]) -> None:
        super().__init__(detail, extra={"allowed": list(allowed)})


class Conflict(Problem):
    """Something else is under way that excludes this; asked again after its end, it may be done."""

    status = 409
    code = "conflict"


class NotYet(Problem):
    """The time for this has not come; asked again later, it may be done."""

    status = 409
    code = "not_yet"


class AlreadyDone(Problem):
    """This is done once only, and was."""

    status = 409
    code = "already_done"


class StaleVersion(Problem):
    """`If-Match` names an older version than the present one."""

    status = 412
    code = "stale_version"


class KeyReused(Problem):
    """An Idempotency-Key came again with another body."""

    status = 422
    code = "idempotency_key_reused"


class NotSignedIn(Problem):
    """Nobody is signed in, or the session has ended."""

    status = 401
    code = "not_signed_in"


class Forbidden(Problem):
    """The signed-in person's roles do not allow this, here."""

    status = 403
    code = "forbidden"


class ReasonNeeded(Forbidden):
    """The role allows it, once it has been said why."""

    code = "reason_needed"


class NotServedHere(Problem):
    """Another process answers for this Puskesmas; asked there, it is done."""

    status = 421
    code = "not_served_here"


class TooMany(Problem):
    """Too many attempts in a short time; `extra["retry_after"]` is in seconds."""

    status = 429
    code = "too_many_requests"


class Unavailable(Problem):
    """Something this depends on does not answer now; nothing was changed."""

    status = 503
    code = "unavailable"


class NoSpace(Problem):
    """The disk has no room for this; nothing was changed."""

    status = 507
    code = "no_space"


class TooLarge(Problem):
    """The body is larger than this call takes."""

    status = 413
    code = "too_large"
