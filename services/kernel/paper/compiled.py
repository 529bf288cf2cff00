"""A template and what is put into it, as PDF or as pictures."""

from pathlib import Path
from typing import Any, Final

import msgspec

from services.kernel.paper.breaking import broken
from services.kernel.paper.glyphs import showable

_NOT_SHOWN: Final = "could not be displayed"
_HERE: Final = Path(__file__).parent


def compiled(template: str, data: dict[str, Any], most: int = 29) -> bytes:
    """Return the PDF of a template of this folder; a sign that no font here has is put in place,
    and a word of more than `most` letters breaks where its line ends.

    Typst is loaded with the first document, for most processes never make one.
    """
    import typst

    data = broken(data, most)
    try:
        return _pdf(template, data)
    except typst.TypstError as error:
        if _NOT_SHOWN not in str(error):
            raise
    return _pdf(template, showable(data))


def pictured(template: str, data: dict[str, Any], most: int) -> bytes:
    """Return the only page of a template of this folder as PNG, a point of it as one pixel; a sign
    that no font here has is put in place, and a word of more than `most` letters may break."""
    import typst

    found = typst.compile(
        str(_HERE / template),
        root=str(_HERE),
        ignore_system_fonts=True,
        format="png",
        ppi=72,
        sys_inputs={"data": msgspec.json.encode(broken(showable(data), most)).decode()},
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
