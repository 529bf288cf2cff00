"""The three classes of published fields, and the box in which sealed words travel.

`Public` may be shown to anyone; `Internal` to those who work with the log; `Sealed` carries
ciphertext only. Free text about a complaint and who the complainant is are always `Sealed`
(`make check` refuses a field without a class).
"""

from datetime import datetime
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

CLASS = "x-tanggap-class"

T = TypeVar("T")
Public = Annotated[T, msgspec.Meta(extra_json_schema={CLASS: "public"})]
Internal = Annotated[T, msgspec.Meta(extra_json_schema={CLASS: "internal"})]

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""An instant with its offset; a time without one says nothing across zones."""


class SealedBox(msgspec.Struct, frozen=True):
    """Words that only the keyring opens.

    `key` names the key, `place` the field where the words were first sealed (authenticated, so a
    box moved elsewhere does not open), `box` is base64 of nonce and AES-GCM ciphertext.
    """

    key: str
    place: str
    box: str


Sealed = Annotated[T, msgspec.Meta(extra_json_schema={CLASS: "sealed"})]


def field_classes(model: type[msgspec.Struct]) -> dict[str, str]:
    """Return each field's class, or "" where none was declared, or "unboxed" for a sealed
    field that could carry clear text. Nested models are followed as `outer[].inner`."""
    found: dict[str, str] = {}
    for name, hint in get_type_hints(model, include_extras=True).items():
        if get_origin(hint) is not None and repr(hint).startswith("typing.ClassVar"):
            continue
        declared = _declared(hint)
        found[name] = declared
        if declared == "sealed" and not _only_boxes(hint):
            found[name] = "unboxed"
        for nested in _nested(hint):
            for inner, inner_class in field_classes(nested).items():
                found[f"{name}[].{inner}"] = inner_class
    return found


def public_part(given: msgspec.Struct) -> dict[str, Any]:
    """Return what anyone may see of an event: its public fields, and of models within these theirs;
    a sealed box is nowhere in it."""
    return {name: _shown(getattr(given, name)) for name in _public_names(type(given))}


@cache
def _public_names(model: type[msgspec.Struct]) -> tuple[str, ...]:
    hints = get_type_hints(model, include_extras=True)
    return tuple(name for name in model.__struct_fields__ if _declared(hints[name]) == "public")


def _shown(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return public_part(value)
    if isinstance(value, list):
        return [_shown(each) for each in value]
    return value


def _declared(hint: Any) -> str:
    for part in getattr(hint, "__metadata__", ()):
        if isinstance(part, msgspec.Meta) and part.extra_json_schema:
            return str(part.extra_json_schema.get(CLASS, ""))
    return ""


def _leaves(hint: Any) -> list[Any]:
    inner = [arg for arg in get_args(hint) if arg is not Ellipsis and not _is_meta(arg)]
    return [leaf for arg in inner for leaf in _leaves(arg)] if inner else [hint]


def _is_meta(arg: Any) -> bool:
    return isinstance(arg, msgspec.Meta)


def _only_boxes(hint: Any) -> bool:
    return all(leaf in (SealedBox, type(None)) for leaf in _leaves(hint))


def _nested(hint: Any) -> list[type[msgspec.Struct]]:
    return [
        leaf
        for leaf in _leaves(hint)
        if isinstance(leaf, type) and issubclass(leaf, msgspec.Struct) and leaf is not SealedBox
    ]
