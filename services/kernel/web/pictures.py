"""QR pictures, as pages and paper show them."""

import segno


class Picture(str):
    """A drawing as segno wrote it, which pages take as it is (`__html__` says so to Jinja).

    It holds nothing that anybody typed; what it says is in its squares, not in its text.
    """

    __slots__ = ()

    def __html__(self) -> str:
        return self


def drawn(said: str, *, scale: int = 5) -> Picture:
    """Return an address, or another text, as a QR picture; `scale` is the width of a square in
    pixels, where a style sheet says nothing else."""
    made = segno.make(said, error="m", micro=False)
    look = {"border": 4, "dark": "#000", "light": "#fff", "svgclass": None, "lineclass": None}
    # With a unit it has a view box, without which a style sheet would cut it instead of scaling.
    return Picture(made.svg_inline(scale=scale, unit="px", **look))


def squares(said: str) -> str:
    """Return a text as a QR picture for paper: an SVG document, black on white with its margin."""
    made = segno.make(said, error="m", micro=False)
    return made.svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
