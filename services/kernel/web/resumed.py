"""A form that came after its session had ended: kept through signing in, then shown again, filled.

What was typed goes back to the browser that sent it, inside the sign-in page, and comes with the
name and password: no address, log, cookie or store of ours ever holds it. Signed in, the person
sends the fields on to where they were going, marked by `AGAIN`, and the page there shows its form
filled with them instead of taking them (`not_shown_yet`), for meanwhile much may have changed.
A file cannot be put back into a form; the page says so.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from services.kernel.access.web import declared_permission
from services.kernel.errors import Problem
from services.kernel.text import _
from services.kernel.web.forms import SENT_ALONG

AGAIN: Final = "shown_again"
"""The field that says: show me this form filled, take nothing."""
CHARACTERS: Final = 200_000
"""More than all texts of any form together; longer ones are not carried along."""
OWN: Final = "account.own"
"""What people do with their own account is typed anew: those fields are passwords."""

Fields = tuple[tuple[str, str], ...]


class ShownAgain(Problem):
    """Nothing is wrong: what was typed is shown once more before it is taken."""

    status = 200
    code = "shown_again"


@dataclass(frozen=True)
class Resumed:
    """Where a form was going (a path of this site), its fields, and whether files were lost."""

    target: str
    fields: Fields
    files: bool = False

    def packed(self) -> str:
        """Return the fields as one value of a hidden input."""
        return json.dumps(self.fields, ensure_ascii=False)


async def resumed_from(request: Request) -> Resumed | None:
    """Return what a person's form brought, to be shown again; None where there is nothing.

    A script's own request is none: there is nobody before it to sign in.
    """
    if request.method != "POST" or request.headers.get("sec-fetch-mode", "navigate") != "navigate":
        return None
    if declared_permission(request.scope.get("route")) == OWN:
        return None
    try:
        form = await request.form()
    except (HTTPException, ClientDisconnect):
        return None
    found = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    whole = len(found) == len(form.multi_items())
    if whole and not any(value.strip() and name not in SENT_ALONG for name, value in found):
        return None  # a button alone is pressed again by whoever sees what it does
    kept = Resumed(request.url.path, tuple(found), files=not whole)
    return kept if len(kept.packed()) <= CHARACTERS else None


def unpacked(target: str, packed: str) -> Resumed | None:
    """Return what a sign-in page carried; None for what no page of ours can have carried.

    `target` is an address within this site (`local_address`).
    """
    if not packed or len(packed) > CHARACTERS or target == "/" or target.startswith("/api/"):
        return None
    try:
        found = json.loads(packed)
        fields = tuple((name, value) for name, value in found)
    except (ValueError, TypeError, RecursionError):
        return None
    if not all(isinstance(part, str) for pair in fields for part in pair):
        return None
    return Resumed(target, tuple(pair for pair in fields if pair[0] != AGAIN))


def not_shown_yet(values: Mapping[str, object]) -> None:
    """Raise ShownAgain when these fields were carried through signing in."""
    if values.get(AGAIN):
        raise ShownAgain(
            _("Anda sudah masuk lagi dan isian Anda masih ada. Periksa, lalu kirim sekali lagi.")
        )
