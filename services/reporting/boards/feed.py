"""The board as an Atom feed (RFC 4287), for whoever follows a Puskesmas with a reader of feeds.

Every entry of a feed has its date. What is confidential shows none on the board, so it is left out
here: whoever polls a feed would know when it came.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from xml.etree import ElementTree as Xml

MEDIA_TYPE: Final = "application/atom+xml"
ATOM: Final = "http://www.w3.org/2005/Atom"
TITLE: Final = 80
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_XML: Final = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Xml.register_namespace("", ATOM)


def feed(
    *,
    language: str,
    title: str,
    author: str,
    address: str,
    page: str,
    items: Sequence[dict[str, Any]],
) -> bytes:
    """Return the feed at `address` of the board at `page`; `items` as the board gives them, with
    their `notes`."""
    dated = [each for each in items if each["published_at"] is not None]
    root = Xml.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language})
    _add(root, "id", address)
    _add(root, "title", title)
    _add(root, "updated", _written(max((each["published_at"] for each in dated), default=_NEVER)))
    _add(_add(root, "author"), "name", author)
    _add(root, "link", rel="self", type=MEDIA_TYPE, href=address)
    _add(root, "link", rel="alternate", type="text/html", href=page)
    for each in dated:
        entry = _add(root, "entry")
        _add(entry, "id", f"urn:uuid:{each['id']}")
        _add(entry, "title", _shortened(each["text"]))
        _add(entry, "updated", _written(each["published_at"]))
        _add(entry, "link", rel="alternate", type="text/html", href=page)
        _add(entry, "content", "\n\n".join((each["text"], *each["notes"])), type="text")
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))


def _add(parent: Xml.Element, name: str, text: str | None = None, **facts: str) -> Xml.Element:
    made = Xml.SubElement(parent, f"{{{ATOM}}}{name}", facts)
    made.text = None if text is None else in_xml(text)
    return made


def in_xml(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return _NOT_XML.sub("", text)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= TITLE:
        return line
    return line[:TITLE].rsplit(" ", 1)[0] + " …"


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
