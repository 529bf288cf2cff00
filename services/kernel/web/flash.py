"""The one sentence shown after a change has been stored and the browser sent on.

The cookie that carries it holds only the sentence's name, never words.
"""

from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.kernel.text import Text

COOKIE: Final = "tanggap_said"
_SECONDS: Final = 60


class Flash(NamedTuple):
    """A sentence with its name; `tone` is a tone of the stylesheet (well, soon, late)."""

    name: str
    text: Text
    tone: str = "well"


_known: dict[str, Flash] = {}


def flash(name: str, text: Text, tone: str = "well") -> Flash:
    """Declare a sentence, once, at the top of a module; raise ValueError for a name in use.

    `GRADED = flash("case.graded", _("Penilaian disimpan."))`
    """
    made = Flash(name, text, tone)
    if _known.setdefault(name, made) != made:
        raise ValueError(f"two sentences are named {name!r}")
    return made


def see_other(request: Request, address: str, said: Flash | None = None) -> RedirectResponse:
    """Send the browser on to `address` after a change, to be told `said` there."""
    response = RedirectResponse(address, 303)
    if said is not None:
        response.set_cookie(
            COOKIE,
            said.name,
            max_age=_SECONDS,
            secure=request.app.state.secure_cookies,
            httponly=True,
            samesite="lax",
        )
    return response


def said_before(request: Request) -> Flash | None:
    """Return the sentence that this browser is to be told now."""
    return _known.get(request.cookies.get(COOKIE, ""))


def forget(response: Response) -> None:
    """Tell it only once."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
