"""The demo: accounts to try every role with, printed where the node says its address."""

from services.kernel.access.principal import Grant
from services.kernel.access.store import AccessStore
from services.kernel.web.words import word

PASSWORD = "coba-tanggap"  # noqa: S105 - printed on purpose, and only added by --demo
PUSKESMAS = frozenset({"puring", "lamaru"})
ACCOUNTS = (
    ("rini", "Rini", (Grant("officer", PUSKESMAS),)),
    ("sari", "Sari", (Grant("complaint_team", PUSKESMAS),)),
    ("bayu", "Bayu", (Grant("quality_lead", PUSKESMAS),)),
    ("kukuh", "dr. Kukuh", (Grant("head", PUSKESMAS),)),
    ("dewi", "Dewi", (Grant("publisher", PUSKESMAS),)),
    ("yuli", "Yuli", (Grant("coordinator", PUSKESMAS, frozenset({"UKPP"})),)),
    ("wulan", "dr. Wulan", (Grant("district"),)),
    ("agus", "Agus", (Grant("auditor"),)),
    ("admin", "Admin", (Grant("admin"),)),
)


def add_accounts(access: AccessStore) -> list[str]:
    """Add the demo accounts that are missing; return the lines that tell people of them."""
    for username, display_name, grants in ACCOUNTS:
        if access.get_account(username) is None:
            access.add_account(username, PASSWORD, list(grants), display_name=display_name)
    lines = [
        f"  {username:8} {display_name:10} {word('role', grants[0].role)}"
        for username, display_name, grants in ACCOUNTS
    ]
    return [f"Akun percobaan (kata sandi semuanya: {PASSWORD}):", *lines]
