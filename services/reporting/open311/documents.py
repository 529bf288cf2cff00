"""GeoReport v2's documents, as JSON and as XML. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as Xml

import msgspec

from services.reporting.boards.feed import in_xml

JSON: Final = "json"
XML: Final = "xml"
MEDIA_TYPES: Final[Mapping[str, str]] = {JSON: "application/json", XML: "text/xml"}
Content = Mapping[str, Any]
Document = Sequence[Content]


def listed(form: str, whole: str, each: str, rows: Document) -> bytes:
    """Return rows as a list in JSON, or in XML as elements named `each` within one named `whole`;
    what is not known is null, or empty."""
    if form == JSON:
        return msgspec.json.encode(rows)
    root = Xml.Element(whole)
    for row in rows:
        _fill(Xml.SubElement(root, each), row)
    return _written(root)


def single(form: str, whole: str, content: Content) -> bytes:
    """Return one thing as an object in JSON, or in XML as an element named `whole`; of a list in it
    the elements bear its name in the singular (`formats`: `format`)."""
    if form == JSON:
        return msgspec.json.encode(content)
    root = Xml.Element(whole)
    _fill(root, content)
    return _written(root)


def _fill(element: Xml.Element, content: Content) -> None:
    for name, value in content.items():
        made = Xml.SubElement(element, name)
        if not isinstance(value, list):
            made.text = _text(value)
            continue
        for each in value:
            item = Xml.SubElement(made, name.removesuffix("s"))
            if isinstance(each, Mapping):
                _fill(item, each)
            else:
                item.text = _text(each)


def _written(root: Xml.Element) -> bytes:
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return in_xml(str(value))
