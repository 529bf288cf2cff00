"""What others did to a thing while its form was open, so that a refused form can say so."""

from collections.abc import Callable, Mapping, Sequence

from services.kernel.access.store import AccessStore
from services.kernel.contracts import Message
from services.kernel.errors import NotFound
from services.kernel.text import Text
from services.kernel.web import words
from services.kernel.web.pages import Entry

Who = Callable[[str, str], Text | str]


def namer(access: AccessStore) -> Who:
    """Return how the person behind an act is named, by account and role: by name where known
    here, else by the role in which they acted."""
    names: dict[str, str | None] = {}

    def who(account: str, role: str) -> Text | str:
        if account not in names:
            try:
                names[account] = access.account(account).display_name
            except NotFound:
                names[account] = None
        return names[account] or words.word("role", role)

    return who


def since(
    history: Sequence[Message],
    seen: int | None,
    titles: Mapping[str, Text],
    who: Who,
    notes: Callable[[Message], tuple[Text | str, ...]] = lambda _message: (),
) -> list[Entry]:
    """Return what was recorded after the version that a form was made from (`Service.history`).

    `seen` None: the form named no version, so nothing can be said.
    """
    if seen is None:
        return []
    return [
        Entry(
            titles.get(each.name, each.name),
            happened=each.time,
            who=who(each.actor, each.role),
            notes=notes(each),
        )
        for each in history
        if each.id > seen
    ]


def version_of(kept: Mapping[str, object]) -> int | None:
    """Return the version that a form's fields name."""
    text = str(kept.get("version", ""))
    return int(text) if text.isdecimal() and len(text) < 10 else None
