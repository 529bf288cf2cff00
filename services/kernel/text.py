"""Words for people, written once in Indonesian and translated where they are shown.

Domain code may need to say something ("this step is not allowed now") without knowing in which
language it will be read. It makes a `Text`; the web layer renders it with the reader's catalogue.
"""

from collections.abc import Callable
from typing import NamedTuple


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
