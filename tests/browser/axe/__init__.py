"""axe-core 4.14.1 (Deque Systems, MPL-2.0; see LICENSE beside), for tests only: never served."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that a page's light and dark can differ in."""
# What passes is not told in full: that takes a third of the time, and nobody reads it.
_RUN = """async only => {
    const found = await axe.run(
        document, {runOnly: only, resultTypes: ['violations']}
    )
    return found.violations.map(
        each => `${each.id}: ${each.help}: ${each.nodes.slice(0, 3).map(
            node => node.html.slice(0, 160) + ' ' + (node.failureSummary || '').slice(0, 300)
        ).join(' | ')}`
    )
}"""


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """Return what axe finds wrong with the page as it stands, by some rules or by all."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    # Evaluated in the page, not added to it: its content security policy allows no other script.
    # Once in each, for to send and to read it takes as long as to look at a small page.
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    found: list[Any] = page.evaluate(_RUN, only)
    return [str(each) for each in found]
