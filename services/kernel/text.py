"""Words for people, written once in Indonesian and translated where they are shown.

Domain code may need to say something ("this step is not allowed now") without knowing in which
language it will be read. It makes a `Text`; the web layer renders it with the reader's catalogue.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

# Tabs and line breaks are words; so are the two breaks that word processors leave behind. What
# turns the letters after it round (U+202D, U+202E) shows other words than were approved.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u202d\u202e]")


class Text(NamedTuple):
    """A message id (Indonesian source text with `{name}` places) and its values."""

    msgid: str
    values: tuple[tuple[str, str], ...] = ()

    def render(self, translate: Callable[[str], str]) -> str:
        """Return the sentence in the language of `translate` (a gettext function)."""
        return translate(self.msgid).format(**dict(self.values))

    def __str__(self) -> str:
        return self.render(lambda msgid: msgid)


def _(msgid: str, **values: object) -> Text:
    """Mark an Indonesian sentence for translation; babel extracts calls of this name."""
    return Text(msgid, tuple((name, str(value)) for name, value in values.items()))


UNREADABLE: Final = _(
    "Ada karakter kendali yang tidak terlihat. Hapus, lalu ketik ulang bagian itu."
)


def readable(text: str) -> str:
    """Return a text that people typed; raises ValueError(UNREADABLE) for control characters."""
    if not is_readable(text):
        raise ValueError(UNREADABLE)
    return text


def is_readable(text: str) -> bool:
    """Say whether a text has no control characters."""
    return _CONTROL.search(text) is None
