"""A page as it stands, looked at in every light, on every size of screen and at twice the text.

All of it on the page as it was opened once, for opening is what takes long.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Page, ViewportSize

from tests.browser.axe import COLOURS, violations

LIGHTS: Final[tuple[Literal["light", "dark"], ...]] = ("dark", "light")
"""In this order a page ends as it began."""
SIZES: Final[dict[str, ViewportSize]] = {
    "phone": {"width": 360, "height": 780},
    "desk": {"width": 1280, "height": 900},
}
BEYOND: Final = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
    [...document.querySelectorAll('main *')].filter(
        each => each.getBoundingClientRect().right > window.innerWidth && !each.closest('.scroll')
    ).map(each => each.outerHTML.slice(0, 120))"""
"""What stands beyond the edge of the screen, outside of what scrolls by itself."""
SETTLED: Final = "() => document.getAnimations().forEach(each => each.finish())"
"""Colours pass over into others: what counts is where they end. It is not waited for, since within
what is folded away they would never get there."""
_EACH_TEXT: Final = f"""sizes => {{
    const style = document.documentElement.style
    const found = sizes.map(size => {{ style.fontSize = size; return ({BEYOND})() }})
    style.fontSize = ''
    return found
}}"""
_TEXTS: Final = ("100%", "200%")
_LOOKED_AT: Final = os.environ.get("LOOKED_AT")
"""A folder for pictures of pages, which people may look at; to take them is dear."""


def looked_at(page: Page, name: str) -> None:
    """Keep what is seen, where a folder for it is named."""
    if _LOOKED_AT:
        page.screenshot(path=Path(_LOOKED_AT) / f"{name}.png", full_page=True)


def looks_wrong(page: Page) -> list[str]:
    """Return what is wrong: axe's findings, in the dark those about colours, and what is wider than
    a screen (a phone's is the smallest, so it shows half as much at twice the text)."""
    found: list[str] = []
    for light in LIGHTS:
        page.emulate_media(color_scheme=light)
        page.evaluate(SETTLED)
        found += _said(light, violations(page, COLOURS if light == "dark" else ()))
    before = page.viewport_size
    for name, size in SIZES.items():
        page.set_viewport_size(size)
        for text, wide in zip(_TEXTS, page.evaluate(_EACH_TEXT, _TEXTS), strict=True):
            found += _said(f"beyond the edge of a {name} at {text}", wide)
    if before is not None:
        page.set_viewport_size(before)
    return found


def _said(where: str, wrong: Iterable[str]) -> Iterable[str]:
    return (f"{where}: {each}" for each in wrong)
