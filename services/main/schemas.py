"""A district's database and topic: made and upgraded by its owner, before its processes start.

Each store is a schema; each service has a role that can touch only its own and what the kernel
shares (`access`: all, `keyring`: all but reporting). Whoever signs in to the database is a member
of such a role; no process can change or remove an event, an opening, or a table.
"""

from typing import Final

from services.kernel.clock import Clock, system_clock
from services.kernel.district import District
from services.kernel.keyring.tables import FORGETFUL, WRAPPED
from services.kernel.store.database import Connection
from services.kernel.store.servers import PostgresSchema
from services.main.demo import add_accounts
from services.main.parts import STORES, WRITING, Parts
from services.main.settings import Settings

SHARED: Final = {
    "access": WRITING,
    "keyring": tuple(name for name in WRITING if name != "reporting"),
}
ADDED_TO: Final = {"keyring": ("openings", "opened")} | dict.fromkeys(WRITING, ("stored_events",))
"""By store, the tables to which rows are only ever added."""
MAINTAINED_SINCE: Final = 170_000
"""The server's version since which others than its owner may write a table anew: without that,
bytes of a destroyed key stay in it, and whoever destroys one is told so."""
_LOG_KEPT: Final = (
    "PostgreSQL menyimpan berkas WAL lama untuk dipakai lagi: byte kunci yang dimusnahkan "
    "tertinggal di sana sampai tertimpa. Setel `wal_recycle = off`."
)
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_lock(hashtextextended('tanggap-migrate', 3))"


class _Owner(Parts):
    """The parts as the database's owner opens them: what is missing is made."""

    def place(self, name: str) -> PostgresSchema:
        return PostgresSchema(self._url, name, makes=True)

    @property
    def _url(self) -> str:
        assert self.settings.database_url is not None
        return self.settings.database_url.get_secret_value()


def migrate_district(
    settings: Settings, district: District, clock: Clock = system_clock, *, demo: bool = False
) -> list[str]:
    """Make or upgrade schemas, tables, roles and topic; several may at once, each waits its turn.

    With `demo`, the demo accounts that are missing are added; returns the lines that tell of them,
    and of what the server has to be set to.
    Raises StoreUnavailable, StreamUnavailable, and WrongTopic for a topic that is there but wrong.
    """
    owner = _Owner(settings, district, clock)
    turn = owner.place("public").connect()
    try:
        turn.execute(_ONE_AT_A_TIME)
        for name in STORES:
            owner.place(name).create()
        # Opening a store makes or upgrades its tables.
        _opened = owner.access, owner.keyring, *(owner.service(name) for name in WRITING)
        for name in STORES:
            _grant(turn, name)
        for table in WRAPPED:
            _never_sample(turn, table)
        topic = settings.kafka_topic()
        topic.create()
        topic.check()
        lines = add_accounts(owner.access) if demo else []
        return [*lines, *([_LOG_KEPT] if owner.place("keyring").keeps_its_log() else [])]
    finally:
        owner.close()
        turn.close()


def _never_sample(owner: Connection, table: str) -> None:
    """Have the server keep no samples of keys for its planner: they would outlive their rows."""
    column = f"ALTER TABLE keyring.{table} ALTER COLUMN wrapped"
    owner.execute(f"{column} SET STATISTICS 0")
    sampled = (
        "SELECT 1 FROM pg_stats WHERE schemaname = 'keyring' AND tablename = ? AND attname = ?"
    )
    if owner.execute(sampled, (table, "wrapped")).fetchone():
        owner.execute(f"{column} TYPE BYTEA")  # of the same type, it only drops what was kept


def _grant(owner: Connection, store: str) -> None:
    """Let the roles of a store do what they must, and nothing else."""
    for service in SHARED.get(store, (store,)):
        role = f"tanggap_{service}"
        if not owner.execute("SELECT 1 FROM pg_roles WHERE rolname = ?", (role,)).fetchone():
            owner.execute(f"CREATE ROLE {role} NOLOGIN")
        owner.execute(f"GRANT USAGE ON SCHEMA {store} TO {role}")
        owner.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {store} TO {role}"
        )
        if store == "keyring" and _version(owner) >= MAINTAINED_SINCE:
            for table in FORGETFUL:
                owner.execute(f"GRANT MAINTAIN ON {store}.{table} TO {role}")
        for table in ADDED_TO.get(store, ()):
            owner.execute(f"REVOKE UPDATE, DELETE ON {store}.{table} FROM {role}")


def _version(owner: Connection) -> int:
    (version,) = owner.execute("SHOW server_version_num").fetchone()
    return int(version)
