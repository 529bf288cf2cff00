"""Which signs a document can show: people write emoji, and in scripts that no font here has.

PDF/UA refuses a document with a sign that it cannot show. So each of those becomes SUBSTITUTE, and
an emoji that is made of several becomes a single one; on the screen, where the reader's own fonts
are, the words stand as they were written.
"""

import re
import unicodedata
from functools import cache
from typing import Any, Final

SUBSTITUTE: Final = "□"
# What changes the look of the sign before it, or joins two, and shows nothing by itself.
_UNSEEN: Final = frozenset("\u200d\u20e3\ufe0e\ufe0f")
_PICTURE: Final = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
    # Its look, the colour of a skin, and the letters that make a flag a region's.
    "[\u20e3\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
)
_EMOJI: Final = re.compile(f"[\U0001f1e6-\U0001f1ff]{{2}}|{_PICTURE}(?:\u200d{_PICTURE})*")
"""A whole emoji: a flag of two letters, or pictures that are joined."""
_TEMPLATE: Final = b'#set document(title: "-")\n#sys.inputs.sign'


def showable(value: Any) -> Any:
    """Return data with every text in it made of signs that a document can show."""
    if isinstance(value, str):
        whole = _EMOJI.sub(lambda found: _picture(found[0]), value)
        return "".join(_shown(each) for each in whole if each not in _UNSEEN)
    if isinstance(value, dict):
        return {name: showable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [showable(each) for each in value]
    return value


def _picture(signs: str) -> str:
    """Return an emoji as it stands, or SUBSTITUTE when a part of it cannot be shown."""
    shown = (_shown(each) for each in signs if each not in _UNSEEN)
    return SUBSTITUTE if SUBSTITUTE in shown else signs


@cache
def _shown(sign: str) -> str:
    if sign.isascii() and (sign.isprintable() or sign in "\n\t"):
        return sign
    if unicodedata.category(sign) == "Cc":
        return ""
    import typst

    try:
        typst.compile(
            _TEMPLATE,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"sign": sign},
            pdf_standards=["ua-1"],
        )
    except typst.TypstError:
        return SUBSTITUTE
    return sign
