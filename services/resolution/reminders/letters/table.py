"""Who wants their digests sent, and what became of each letter: rows of resolution's store.

An address is its account's wish, not history: it is forgotten when they want no more letters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import UUID, uuid5

from services.kernel.store import Service, UnitOfWork
from services.kernel.store.database import Row

TABLES: Final = """
CREATE TABLE IF NOT EXISTS reminder_addresses (
    account     TEXT PRIMARY KEY,
    address     TEXT NOT NULL,
    kinds       TEXT NOT NULL,
    agreed_at   TEXT NOT NULL,
    asked_at    TEXT NOT NULL,
    tries       INTEGER NOT NULL,
    verified_at TEXT,
    version     INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS reminder_letters (
    account    TEXT NOT NULL,
    about      TEXT NOT NULL,
    latest     TEXT NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT,
    attempts   INTEGER NOT NULL,
    made_at    TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (account, about)
) STRICT;
CREATE INDEX IF NOT EXISTS reminder_letters_made ON reminder_letters (made_at);
"""
KEPT: Final = timedelta(days=60)
LISTED: Final = 10
CODE: Final = "code"
Channel = Literal["email", "whatsapp"]
State = Literal["waiting", "attempted", "sent", "unknown", "failed", "void"]
_LETTERS: Final = UUID("a3c1ccf2-7ad2-5a8c-9c0a-6c0f0a3a3d58")


def channel_of(address: str) -> Channel:
    """Return by which way an address is reached: that of a mailbox has its sign."""
    return "email" if "@" in address else "whatsapp"


@dataclass(frozen=True)
class Wish:
    """Where an account wants its digests, and of which kinds of things. Until it is `verified_at`
    nothing goes there but the code that proves it; `version` is that of the code. `address` is
    that of a mailbox, or E.164."""

    account: str
    address: str
    kinds: frozenset[str]
    asked_at: datetime
    tries: int
    verified_at: datetime | None
    version: int

    @property
    def channel(self) -> Channel:
        """The way there."""
        return channel_of(self.address)

    @property
    def ended(self) -> bool:
        """It wants no letters any more."""
        return not self.address


@dataclass(frozen=True)
class Posted:
    """One letter: a digest (`about` its slot and time zone) or a code (`code/<version>`), and what
    became of it. `latest`: after that it is not sent any more."""

    account: str
    about: str
    latest: datetime
    made_at: datetime
    state: State = "waiting"
    reason: str | None = None
    attempts: int = 0

    @property
    def kind(self) -> str:
        """`code`, or `digest`."""
        return CODE if self.about.startswith(f"{CODE}/") else "digest"

    @property
    def id(self) -> str:
        """The same at each attempt."""
        return str(uuid5(_LETTERS, self.key))

    @property
    def key(self) -> str:
        """The argument of its task."""
        return f"{self.account}/{self.about}"


def wish_of(service: Service, account: str) -> Wish | None:
    """Return where an account wants its digests, or wanted them (`ended`); None: it never did."""
    rows = service.select("SELECT * FROM reminder_addresses WHERE account = ?", (account,))
    return next(map(_wish, rows), None)


def verified(service: Service) -> Mapping[str, Wish]:
    """Return all whose address is proven, by account."""
    rows = service.select("SELECT * FROM reminder_addresses WHERE verified_at IS NOT NULL")
    return {each.account: each for each in map(_wish, rows)}


def keep(uow: UnitOfWork, wish: Wish) -> None:
    """Write down a wish as it stands now."""
    uow.connection.execute(
        "INSERT INTO reminder_addresses (account, address, kinds, agreed_at, asked_at, tries,"
        " verified_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account) DO UPDATE"
        " SET address = excluded.address, kinds = excluded.kinds, agreed_at = excluded.agreed_at,"
        " asked_at = excluded.asked_at, tries = excluded.tries,"
        " verified_at = excluded.verified_at, version = excluded.version",
        (
            wish.account,
            wish.address,
            " ".join(sorted(wish.kinds)),
            _written(uow.now),
            _written(wish.asked_at),
            wish.tries,
            _written(wish.verified_at) if wish.verified_at else None,
            wish.version,
        ),
    )


def forget(uow: UnitOfWork, account: str) -> None:
    """Forget an account's address; of what waits for it nothing goes out. The number of its last
    code stays, so that none comes again."""
    uow.connection.execute(
        "UPDATE reminder_addresses SET address = '', kinds = '', verified_at = NULL"
        " WHERE account = ?",
        (account,),
    )


def intend(uow: UnitOfWork, letters: Iterable[Posted]) -> list[Posted]:
    """Write letters down before anybody hears of them; return those that were not there yet."""
    found = []
    for each in letters:
        facts = (each.account, each.about, _written(each.latest), _written(each.made_at))
        done = uow.connection.execute(
            "INSERT INTO reminder_letters (account, about, latest, state, attempts, made_at,"
            " changed_at) VALUES (?, ?, ?, 'waiting', 0, ?, ?)"
            " ON CONFLICT (account, about) DO NOTHING",
            (*facts, facts[-1]),
        )
        if done.rowcount:
            found.append(each)
    uow.connection.execute(
        "DELETE FROM reminder_letters WHERE made_at < ?", (_written(uow.now - KEPT),)
    )
    return found


def letter(service: Service, key: str) -> Posted | None:
    """Return a letter by its task's argument; None for one that is long past."""
    account, _slash, about = key.partition("/")
    rows = service.select(
        "SELECT * FROM reminder_letters WHERE account = ? AND about = ?", (account, about)
    )
    return next(map(_posted, rows), None)


def by_id(service: Service, id: str) -> Posted | None:
    """Return a letter by the id that it carries; None for one that is none of these, or long past.
    Letters are few, and one that comes back is rare."""
    rows = service.select("SELECT * FROM reminder_letters")
    return next((each for each in map(_posted, rows) if each.id == id), None)


def move(uow: UnitOfWork, before: Posted, now: Posted) -> bool:
    """Note how a letter stands now; say whether it still stood as it was read: of two processes at
    most one hears yes. What its peer said trumps a doubt that another had meanwhile."""
    states = (before.state, "unknown") if before.state == "attempted" else (before.state,) * 2
    done = uow.connection.execute(
        "UPDATE reminder_letters SET state = ?, reason = ?, attempts = ?, changed_at = ?"
        " WHERE account = ? AND about = ? AND attempts = ? AND state IN (?, ?)",
        (
            *(now.state, now.reason, now.attempts, _written(uow.now)),
            *(before.account, before.about, before.attempts, *states),
        ),
    )
    return bool(done.rowcount)


def newest(service: Service, account: str) -> list[Posted]:
    """Return an account's last letters, the newest first."""
    rows = service.select(
        "SELECT * FROM reminder_letters WHERE account = ? ORDER BY made_at DESC, about LIMIT ?",
        (account, LISTED),
    )
    return [_posted(row) for row in rows]


def _wish(row: Row) -> Wish:
    verified_at = row["verified_at"]
    return Wish(
        row["account"],
        row["address"],
        frozenset(row["kinds"].split()),
        datetime.fromisoformat(row["asked_at"]),
        row["tries"],
        datetime.fromisoformat(verified_at) if verified_at else None,
        row["version"],
    )


def _posted(row: Row) -> Posted:
    return Posted(
        row["account"],
        row["about"],
        datetime.fromisoformat(row["latest"]),
        datetime.fromisoformat(row["made_at"]),
        row["state"],
        row["reason"],
        row["attempts"],
    )


def _written(moment: datetime) -> str:
    # Compared as text, so all are written in one zone and with all digits.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
