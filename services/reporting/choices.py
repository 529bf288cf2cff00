"""What reports can be filtered by, and the addresses that keep it."""

from urllib.parse import urlencode

from starlette.requests import Request

from services.kernel.text import _
from services.kernel.web import words as glossary


def choices() -> dict[str, list[tuple[str, object]]]:
    """Return what a report can be filtered by that is the same everywhere, as (code, words)."""
    return {
        "channel": list(glossary.WORDS["channel"].items()),
        "state": [
            ("open", _("Masih terbuka")),
            ("overdue", _("Lewat batas")),
            ("soon", _("Jatuh tempo dalam seminggu")),
            ("inform", _("Menunggu kabar ke pelapor")),
            ("closed", _("Selesai")),
            *glossary.WORDS["state"].items(),
        ],
        "by": [
            ("puskesmas", _("Puskesmas")),
            ("unit", _("Unit layanan")),
            ("channel", _("Kanal")),
            ("category", _("Kategori")),
        ],
    }


def address_of(request: Request, path: str, more: dict[str, str | None]) -> str:
    """Return an address with the filters of this page, changed by `more` (None: left out)."""
    # `from` is a word of the language in which templates are written.
    more = {"from" if name == "since" else name: value for name, value in more.items()}
    kept = {**request.query_params, **more}
    dropped = () if "cursor" in more else ("cursor", "lang")
    query = {name: value for name, value in kept.items() if value and name not in dropped}
    return f"{path}?{urlencode(query)}" if query else path
