"""Which signs a document can show: people write emoji, and in scripts that no font here has.

PDF/UA refuses a document with a sign that it cannot show. So each of those becomes SUBSTITUTE;
on the screen, where the reader's own fonts are, the words stand as they were written.
"""

import unicodedata
from functools import cache
from typing import Any, Final

SUBSTITUTE: Final = "□"
# What changes the look of the sign before it, or joins two, and shows nothing by itself.
_UNSEEN: Final = frozenset("\u200d\u20e3\ufe0e\ufe0f")
_TEMPLATE: Final = b'#set document(title: "-")\n#sys.inputs.sign'


def showable(value: Any) -> Any:
    """Return data with every text in it made of signs that a document can show."""
    if isinstance(value, str):
        return "".join(_shown(each) for each in value if each not in _UNSEEN)
    if isinstance(value, dict):
        return {name: showable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [showable(each) for each in value]
    return value


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
