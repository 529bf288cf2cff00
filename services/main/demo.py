"""The demo: accounts to try every role with, printed where the node says its address."""

from services.kernel.access.principal import Grant
from services.kernel.access.store import AccessStore

PASSWORD = "coba-tanggap"  # noqa: S105 - printed on purpose, and only added by --demo
PUSKESMAS = frozenset({"puring", "lamaru"})
ACCOUNTS = (
    ("rini", "Rini (petugas)", (Grant("officer", PUSKESMAS),)),
    ("sari", "Sari (tim keluhan)", (Grant("complaint_team", PUSKESMAS),)),
    ("bayu", "Bayu (ketua mutu)", (Grant("quality_lead", PUSKESMAS),)),
    ("kukuh", "dr. Kukuh (kepala)", (Grant("head", PUSKESMAS),)),
    ("dewi", "Dewi (publikasi)", (Grant("publisher", PUSKESMAS),)),
    ("wulan", "dr. Wulan (dinas)", (Grant("district"),)),
    ("agus", "Agus (auditor)", (Grant("auditor"),)),
    ("admin", "Admin", (Grant("admin"),)),
)


def add_accounts(access: AccessStore) -> list[str]:
    """Add the demo accounts that are missing; return the lines that tell people of them."""
    for username, display_name, grants in ACCOUNTS:
        if access.get_account(username) is None:
            access.add_account(username, PASSWORD, list(grants), display_name=display_name)
    lines = [f"  {username:8} {display_name}" for username, display_name, _grants in ACCOUNTS]
    return [f"Akun percobaan (kata sandi semuanya: {PASSWORD}):", *lines]
