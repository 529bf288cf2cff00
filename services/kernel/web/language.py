"""Which language a reader is answered in, and the sentences of that language.

The source sentences are Indonesian; each room of the house keeps its English ones beside its code
in `locale/en.po`. They are read when the first English reader comes, so a node that nobody reads
in English does not hold them.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.text import Text

LANGUAGES: Final = {"id": "Bahasa Indonesia", "en": "English"}
DEFAULT: Final = "id"
COOKIE: Final = "tanggap_lang"
QUERY: Final = "lang"
_YEAR = 365 * 24 * 3600
HOUSE: Final = Path(__file__).parents[2]


def catalogue_files(house: Path = HOUSE) -> list[Path]:
    """Return the English catalogue of each room, the kernel's first."""
    return sorted(house.glob("*/locale/en.po"), key=lambda path: (path.parts[-3] != "kernel", path))


@lru_cache
def translations(language: str) -> NullTranslations:
    """Return the catalogue of a language; Indonesian needs none."""
    if language == DEFAULT:
        return NullTranslations()
    merged = Translations()
    for path in catalogue_files():
        packed = BytesIO()
        with path.open("rb") as file:
            write_mo(packed, read_po(file, locale=language))
        packed.seek(0)
        merged.merge(Translations(packed))
    return merged


def translator(language: str) -> Callable[[str], str]:
    """Return the gettext function of a language, for `Text.render`."""
    return translations(language).gettext


def say(text: Text | str, language: str) -> str:
    """Return a sentence as a reader of `language` sees it; a plain string is returned as it is."""
    return text.render(translator(language)) if isinstance(text, Text) else text


def language_of(request: Request) -> str:
    """Return the language to answer in.

    First what the address asks for (`?lang=`), then what this browser chose before, then what the
    account prefers, then `Accept-Language`, then Indonesian.
    """
    principal = request.scope.get("state", {}).get("principal")
    for wish in (
        request.query_params.get(QUERY),
        request.cookies.get(COOKIE),
        getattr(principal, "language", None),
        *_accepted(request.headers.get("accept-language", "")),
    ):
        if wish in LANGUAGES:
            return str(wish)
    return DEFAULT


def remember_language(request: Request, response: Response) -> None:
    """Keep the language that the address asked for, for this browser's next pages."""
    wish = request.query_params.get(QUERY)
    if wish in LANGUAGES and request.cookies.get(COOKIE) != wish:
        response.set_cookie(COOKIE, str(wish), max_age=_YEAR, httponly=True, samesite="lax")


def _accepted(header: str) -> Iterator[str]:
    """Yield the primary tags of an `Accept-Language` header, most wanted first."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:200].split(",")):
        tag, _semicolon, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if weight > 0:
            wishes.append((-weight, place, tag.split("-")[0].strip().lower()))
    return (tag for _weight, _place, tag in sorted(wishes))
