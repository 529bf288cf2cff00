"""A template and what is put into it, as PDF or as pictures."""

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


def pictured(template: str, data: dict[str, Any]) -> bytes:
    """Return the only page of a template of this folder as PNG, a point of it as one pixel; a sign
    that no font here has is put in place."""
    import typst

    found = typst.compile(
        str(_HERE / template),
        root=str(_HERE),
        ignore_system_fonts=True,
        format="png",
        ppi=72,
        sys_inputs={"data": msgspec.json.encode(showable(data)).decode()},
    )
    assert isinstance(found, bytes), "a picture has one page"
    return found


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
