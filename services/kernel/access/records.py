"""What the access store hands out, and how it is written in a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from services.kernel.access.principal import Grant
from services.kernel.store.database import Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in."""

    id: str
    username: str
    display_name: str
    language: str | None
    grants: tuple[Grant, ...]
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """One session or bearer token, as its owner or an admin sees it (never the token): `id` names
    it to end it, `network` is where it was opened, as far as that is known."""

    id: str
    kind: str
    name: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    network: str = ""


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """One line of an account's history, numbered; `account_id` is None for a username that is
    nobody's, and `by` for what its owner or the command line did."""

    id: int
    at: datetime
    account_id: str | None
    kind: str
    network: str
    by: str | None = None


def packed(grants: Sequence[Grant]) -> str:
    """Return grants as the text of one column."""
    return msgspec.json.encode(list(grants), order="deterministic").decode()


def account_of(row: Row) -> Account:
    """Return the account of a row of the table `account`."""
    return Account(
        row["id"],
        row["username"],
        row["display_name"],
        row["language"],
        tuple(msgspec.json.decode(row["grants"], type=list[Grant])),
        time_of(row["created_at"]),
        maybe_time_of(row["disabled_at"]),
    )


def time_of(seconds: int) -> datetime:
    """Return a stored instant, aware, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def instant_of(microseconds: int) -> datetime:
    """Return a stored instant of the stream, aware, in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)


def microseconds_of(instant: datetime) -> int:
    """Return an instant of the stream as it is stored."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def maybe_time_of(seconds: int | None) -> datetime | None:
    """Return a stored instant that may be missing."""
    return None if seconds is None else time_of(seconds)
