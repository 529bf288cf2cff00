"""Accounts, their sessions and bearer tokens, and the history of sign-ins, in one store.

One idea a module, each on the one before: `history.py`, `sessions.py`, `accounts.py`,
`told.py`, `linked.py`, `signing_in.py`.
"""

from services.kernel.access.store.sessions import SESSION_LIFETIME
from services.kernel.access.store.signing_in import AccessStore

__all__ = ["SESSION_LIFETIME", "AccessStore"]
