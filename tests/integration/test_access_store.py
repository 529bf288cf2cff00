"""The access store on real files: sessions, revocation across processes, throttle, secrecy."""

import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from services.kernel.access.principal import Grant
from services.kernel.access.store import AccessStore
from services.kernel.errors import InvalidInput, NotFound, NotSignedIn
from services.kernel.store.database import Database
from services.kernel.store.files import SqliteFile
from services.kernel.store.servers import PostgresSchema
from tests.accessing import HERE, PASSWORD, MovedClock, add, clock, store

__all__ = ["clock", "store"]


def test_an_account_comes_back_as_it_was_added(store: AccessStore) -> None:
    add(store)
    account = store.get_account(" SARI ")
    assert account is not None
    assert account.display_name == "Sari"
    assert account.grants == (Grant("head", frozenset({"puring"})),)
    assert [one.username for one in store.list_accounts()] == ["sari"]
    assert store.get_account("budi") is None
    with pytest.raises(NotFound):
        store.account("no such id")


def test_a_name_in_use_a_bad_name_and_a_short_password_are_refused_by_field(
    store: AccessStore,
) -> None:
    add(store)
    for name, password, field in (
        ("Sari", PASSWORD, "username"),
        ("no spaces here", PASSWORD, "username"),
        ("budi", "pendek", "password"),
    ):
        with pytest.raises(InvalidInput) as refused:
            store.add_account(name, password, [])
        assert [error.field for error in refused.value.errors] == [field]


def test_a_session_is_somebody_until_it_ends(store: AccessStore, clock: MovedClock) -> None:
    account_id = add(store)
    token = store.sign_in("sari", PASSWORD, HERE)
    principal = store.principal_of(token)
    assert principal is not None
    assert (principal.account_id, principal.username) == (account_id, "sari")
    assert principal.may("publication.approve", "puring")
    store.end_session(token)
    assert store.principal_of(token) is None
    assert store.principal_of("never given out") is None

    late = store.open_session(account_id, lifetime=timedelta(hours=1))
    clock.now += timedelta(minutes=59)
    assert store.principal_of(late) is not None
    clock.now += timedelta(minutes=1)
    assert store.principal_of(late) is None


def test_a_change_of_rights_password_or_account_holds_from_the_next_request(
    store: AccessStore,
) -> None:
    account_id = add(store)
    token = store.open_token(account_id, "script")
    assert store.principal_of(token) is not None
    store.set_grants(account_id, [Grant("auditor")])
    changed = store.principal_of(token)
    assert changed is not None
    assert changed.may("audit.read", None)
    assert not changed.may("publication.approve", "puring")
    store.set_password(account_id, "lain-sekali-8")
    assert store.principal_of(token) is None
    assert store.verify_password("sari", PASSWORD, HERE) is None

    fresh = store.open_token(account_id)
    assert store.principal_of(fresh) is not None
    store.disable(account_id)
    assert store.principal_of(fresh) is None
    assert store.verify_password("sari", "lain-sekali-8", HERE) is None
    store.enable(account_id)
    assert store.verify_password("sari", "lain-sekali-8", HERE) is not None
    assert store.principal_of(fresh) is None


def test_ending_all_leaves_others_signed_in(store: AccessStore) -> None:
    sari, budi = add(store), add(store, "budi")
    ended = [store.open_session(sari), store.open_token(sari)]
    kept = store.open_session(budi)
    store.end_all(sari)
    assert [store.principal_of(token) for token in ended] == [None, None]
    assert store.principal_of(kept) is not None


OTHER_PROCESS = """
import sys
from pathlib import Path
from services.kernel.access.principal import Grant
from services.kernel.access.store import AccessStore
from services.kernel.clock import system_clock
from services.kernel.store.files import SqliteFile
from services.kernel.store.servers import PostgresSchema

store = AccessStore(
    PostgresSchema(*sys.argv[1:]) if sys.argv[2:] else Path(sys.argv[1]), system_clock
)
for line in sys.stdin:
    verb, *words = line.split()
    if verb == "add":
        account = store.add_account(words[0], words[1], [Grant("officer")])
        print(store.open_token(account.id), flush=True)
    elif verb == "grant":
        store.set_grants(words[0], [Grant(words[1])])
        print("done", flush=True)
    elif verb == "end":
        store.end_all(words[0])
        print("done", flush=True)
store.close()
"""


def test_what_another_process_writes_is_seen_at_once(
    store: AccessStore, database: Database
) -> None:
    account_id = add(store)
    token = store.open_token(account_id)
    place = (
        [database.url, database.schema]
        if isinstance(database, PostgresSchema)
        else [str(getattr(database, "path", ""))]
    )
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, *place],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def ask(line: str) -> str:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdin.write(line + "\n")
        other.stdin.flush()
        return other.stdout.readline().strip()

    try:
        theirs = ask(f"add budi {PASSWORD}")
        newcomer = store.principal_of(theirs)
        assert newcomer is not None
        assert newcomer.username == "budi"
        for role, permission in (("auditor", "audit.read"), ("admin", "accounts.manage")):
            assert store.principal_of(token) is not None
            assert ask(f"grant {account_id} {role}") == "done"
            changed = store.principal_of(token)
            assert changed is not None
            assert changed.may(permission, None)
        assert ask(f"end {account_id}") == "done"
        assert store.principal_of(token) is None
        assert store.principal_of(theirs) is not None
    finally:
        other.communicate(timeout=120)
    assert other.returncode == 0


def test_asking_again_is_answered_from_memory_and_takes_no_write(
    store: AccessStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = [store.open_token(add(store)), store.open_token(add(store, "budi"))]
    first = [store.principal_of(token) for token in tokens]

    def not_again(digest: bytes) -> None:
        raise AssertionError("read from the file although nothing was written")

    monkeypatch.setattr(store._known, "_look_up", not_again)
    assert [store.principal_of(token) for token in tokens] == first
    assert first[0] is store.principal_of(tokens[0])


def test_reading_goes_on_while_another_holds_the_file_for_writing(
    store: AccessStore, database: Database, clock: MovedClock
) -> None:
    token = store.open_token(add(store))
    writer = database.connect()
    database.begin(writer)
    clock.now += timedelta(hours=1)  # so that "last used" is due, and has to wait for the writer
    assert store.principal_of(token) is not None
    writer.execute("ROLLBACK")
    writer.close()


def test_last_use_is_written_coarsely(database: Database, clock: MovedClock) -> None:
    opened = AccessStore(database, clock)
    account_id = add(opened)
    start = clock.now
    token = opened.open_token(account_id, "script")
    clock.now = start + timedelta(minutes=9)
    opened.principal_of(token)
    clock.now = start + timedelta(minutes=11)
    opened.principal_of(token)
    clock.now = start + timedelta(minutes=12)
    opened.principal_of(token)
    opened.close()  # waits for what is still to be written
    again = AccessStore(database, clock)
    (session,) = again.sessions(account_id)
    again.close()
    assert session.seen_at == start + timedelta(minutes=11)
    assert (session.kind, session.name, session.ended_at) == ("token", "script", None)


def test_many_threads_at_once_get_the_right_person(store: AccessStore) -> None:
    tokens = {store.open_token(add(store, f"orang-{n}")): f"orang-{n}" for n in range(6)}
    wrong: list[object] = []

    def ask(token: str, name: str) -> None:
        for round_ in range(200):
            principal = store.principal_of(token)
            if principal is None or principal.username != name:
                wrong.append(principal)
            if round_ % 50 == 0:
                store.end_session(store.open_session(principal.account_id if principal else ""))

    threads = [threading.Thread(target=ask, args=pair) for pair in tokens.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def everything_in(database: Database) -> bytes:
    if isinstance(database, SqliteFile):
        return b"".join(path.read_bytes() for path in database.path.parent.iterdir())
    connection = database.connect()
    tables = ("account", "session", "account_event")
    found = [connection.execute(f"SELECT t::text FROM {each} AS t").fetchall() for each in tables]
    connection.close()
    return str([[tuple(row) for row in rows] for rows in found]).encode()


def test_no_token_or_password_is_in_the_file_nor_what_was_typed_as_a_name(
    store: AccessStore, database: Database
) -> None:
    account_id = add(store)
    tokens = [store.sign_in("sari", PASSWORD, HERE), store.open_token(account_id, "script")]
    typed = "sandi-di-kolom-nama"
    with pytest.raises(NotSignedIn):
        store.sign_in(typed, "salah-salah-9", HERE)
    kept = everything_in(database)
    for secret in (*tokens, PASSWORD, typed, "salah-salah-9", HERE):
        assert secret.encode() not in kept
    assert b"$argon2id$" in kept


def test_the_history_tells_who_came_and_who_failed(store: AccessStore) -> None:
    account_id = add(store)
    token = store.sign_in("sari", PASSWORD, HERE)
    store.end_session(token)
    store.verify_password("sari", "salah", HERE)
    store.verify_password("tidak-ada", "salah", HERE)
    newest_first = [(event.kind, event.account_id) for event in store.account_events()]
    assert newest_first == [
        ("sign_in_failed", None),
        ("sign_in_failed", account_id),
        ("signed_out", account_id),
        ("session_opened", account_id),
        ("signed_in", account_id),
        ("added", account_id),
    ]
    assert store.account_events()[0].network == "192.0.2.0/24"
    assert len(store.account_events(account_id)) == 5


def test_one_session_or_token_ends_and_the_others_go_on(store: AccessStore) -> None:
    sari, budi = add(store), add(store, "budi")
    browser = store.sign_in("sari", PASSWORD, HERE)
    script, theirs = store.open_token(sari, "script"), store.open_token(budi)
    listed = {each.id: each for each in store.sessions(sari)}
    assert set(listed) == {store.session_of(browser), store.session_of(script)}
    assert listed[store.session_of(browser)].network == "192.0.2.0/24"
    for whose, session in ((sari, store.session_of(theirs)), (sari, ""), (budi, "0" * 16)):
        with pytest.raises(NotFound):
            store.end_one(whose, session)
    store.end_one(sari, store.session_of(script), by=budi)
    assert store.principal_of(script) is None
    assert store.principal_of(browser) is not None and store.principal_of(theirs) is not None
    with pytest.raises(NotFound):
        store.end_one(sari, store.session_of(script))
    newest = store.account_events(sari)[0]
    assert (newest.kind, newest.by) == ("one_ended", budi)


def test_who_came_and_went_is_forgotten_after_a_year_and_what_was_done_is_not(
    store: AccessStore, clock: MovedClock
) -> None:
    sari = add(store)
    ended = store.sign_in("sari", PASSWORD, HERE)
    store.end_session(ended)
    script = store.open_token(sari, "script")
    store.verify_password("sari", "salah", HERE)
    store.disable(sari)
    store.verify_password("sari", PASSWORD, HERE)
    store.verify_password("tidak-ada", "salah", HERE)
    store.enable(sari)
    kinds = [each.kind for each in store.sign_ins(9)]
    assert kinds == ["sign_in_failed", "sign_in_closed", "sign_in_failed", "signed_in"]
    assert [each.kind for each in store.sign_ins(9, store.sign_ins(3)[-1].id)] == ["signed_in"]
    clock.now += timedelta(days=366)
    store.set_language(sari, "en")
    assert store.sign_ins(9) == [] and store.sessions(sari) == []
    assert [each.kind for each in store.account_events(sari)] == [
        "language_changed",
        "enabled",
        "all_ended",
        "disabled",
        "token_opened",
        "added",
    ]
    assert store.principal_of(script) is None
