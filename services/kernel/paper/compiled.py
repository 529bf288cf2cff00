"""A template and what is put into it, as PDF."""

from pathlib import Path
from typing import Any, Final

import msgspec

from services.kernel.paper.glyphs import showable

_NOT_SHOWN: Final = "could not be displayed"
_HERE: Final = Path(__file__).parent


def compiled(template: str, data: dict[str, Any]) -> bytes:
    """Return the PDF of a template of this folder; a sign that no font here has is put in place.

    Typst is loaded with the first document, for most processes never make one.
    """
    import typst

    try:
        return _pdf(template, data)
    except typst.TypstError as error:
        if _NOT_SHOWN not in str(error):
            raise
    return _pdf(template, showable(data))


def _pdf(template: str, data: dict[str, Any]) -> bytes:
    import typst

    found: bytes = typst.compile(
        str(_HERE / template),
        root=str(_HERE),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": msgspec.json.encode(data).decode()},
        pdf_standards=["ua-1"],
    )
    return found
