"""What tests of the access store share: a clock that is moved by hand, and an account."""

from datetime import UTC, datetime

from services.kernel.access.principal import Grant
from services.kernel.access.store import AccessStore

PASSWORD = "rahasia-besar-7"
HERE = "192.0.2.10"


class MovedClock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def add(store: AccessStore, name: str = "sari") -> str:
    return store.add_account(
        name, PASSWORD, [Grant("head", frozenset({"puring"}))], display_name="Sari"
    ).id
