"""GeoReport v2's documents, as JSON and as XML. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as Xml

import msgspec

from services.reporting.boards.feed import in_xml

JSON: Final = "json"
XML: Final = "xml"
MEDIA_TYPES: Final[Mapping[str, str]] = {JSON: "application/json", XML: "text/xml"}
Document = Sequence[Mapping[str, Any]]


def document(form: str, whole: str, each: str, rows: Document) -> bytes:
    """Return rows as a list in JSON, or in XML as elements named `each` within one named `whole`;
    what is not known is null, or empty."""
    if form == JSON:
        return msgspec.json.encode(rows)
    root = Xml.Element(whole)
    for row in rows:
        element = Xml.SubElement(root, each)
        for name, value in row.items():
            Xml.SubElement(element, name).text = _text(value)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return in_xml(str(value))
