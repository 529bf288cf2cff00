"""A page as it stands, looked at in every light, on every size of screen and at twice the text.

All of it on the page as it was opened once, for opening is what takes long.
"""

from collections.abc import Iterable
from typing import Final, Literal

from playwright.sync_api import Page, ViewportSize

from tests.browser.axe import COLOURS, violations

LIGHTS: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
SIZES: Final[dict[str, ViewportSize]] = {
    "phone": {"width": 360, "height": 780},
    "desk": {"width": 1280, "height": 900},
}
BEYOND: Final = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
    [...document.querySelectorAll('main *')].filter(
        each => each.getBoundingClientRect().right > window.innerWidth && !each.closest('.scroll')
    ).map(each => each.outerHTML.slice(0, 120))"""
"""What stands beyond the edge of the screen, outside of what scrolls by itself."""
_SETTLED: Final = "() => document.getAnimations().forEach(each => each.finish())"
"""Colours pass over into others: what counts is where they end. It is not waited for, since within
what is folded away they would never get there."""
_TEXT: Final = "size => document.documentElement.style.fontSize = size"


def looks_wrong(page: Page) -> list[str]:
    """Return what is wrong: axe's findings, in the dark those about colours, and what is wider than
    a screen (a phone's is the smallest, so it shows half as much at twice the text)."""
    found: list[str] = []
    for light in LIGHTS:
        page.emulate_media(color_scheme=light)
        page.evaluate(_SETTLED)
        found += _said(light, violations(page, COLOURS if light == "dark" else ()))
    before = page.viewport_size
    for name, size in SIZES.items():
        page.set_viewport_size(size)
        for text in ("100%", "200%"):
            page.evaluate(_TEXT, text)
            found += _said(f"beyond the edge of a {name} at {text}", page.evaluate(BEYOND))
    page.evaluate(_TEXT, "")
    if before is not None:
        page.set_viewport_size(before)
    return found


def _said(where: str, wrong: Iterable[str]) -> Iterable[str]:
    return (f"{where}: {each}" for each in wrong)
