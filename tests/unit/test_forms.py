"""A form that is shown again: what was typed, and what to do about it."""

import pytest

from services.kernel.errors import FieldError, KeyReused, invalid
from services.kernel.text import UNREADABLE, _, readable
from services.kernel.web.forms import SENT_BEFORE, Form

SENT = {"key": "k-1", "text": "Antre lama."}


def test_what_was_sent_before_may_be_sent_as_something_else() -> None:
    """Whoever went back and wrote something else is told so, and not of keys."""
    form = Form.refused(SENT, KeyReused(_("Idempotency-Key ini sudah dipakai.")))
    assert form.detail == SENT_BEFORE
    assert (form.value("key"), form.value("text")) == ("", "Antre lama.")


def test_what_is_mended_is_still_the_same_entry() -> None:
    problem = invalid("text", _("Tulis apa yang disampaikan."))
    placed = [FieldError("words", _("Tulis apa yang disampaikan."))]
    assert Form.refused(SENT, problem).error("text") is not None
    form = Form.refused(SENT, problem, placed)
    assert (form.value("key"), form.error("text")) == ("k-1", None)
    assert form.error("words") is not None


@pytest.mark.parametrize("letter", ["\x00", "\x1b", "\u202e", "\u202d"])
def test_letters_that_show_other_words_than_were_typed_are_refused(letter: str) -> None:
    with pytest.raises(ValueError, match=str(UNREADABLE)):
        readable(f"Terima kasih{letter} kepada semua")
    # As WhatsApp writes numbers and names.
    assert readable("\u202a0812-0000\u202c \u2068Sari\u2069\u200e") != ""
