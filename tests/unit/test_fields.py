"""Every published field has a class, and what is sealed can carry nothing but boxes."""

from typing import ClassVar

import msgspec
import pytest

from services.kernel.contracts import Event, SealedBox, field_classes, types
from services.kernel.contracts.fields import Internal, Public, Sealed
from services.kernel.contracts.generate import unclassed


class Line(msgspec.Struct):
    words: Sealed[SealedBox]
    who: str


class Careless(msgspec.Struct):
    kind: ClassVar[str] = "careless"

    shown: Public[str]
    forgotten: str
    clear: Sealed[str]
    either: Sealed[SealedBox | str]
    keyed: Sealed[dict[str, SealedBox]]
    boxed: Sealed[SealedBox | None]
    boxes: Sealed[list[SealedBox]]
    lines: Internal[list[Line]]


def test_each_field_is_told_apart() -> None:
    assert field_classes(Careless) == {
        "shown": "public",
        "forgotten": "",
        "clear": "unboxed",
        "either": "unboxed",
        "keyed": "unboxed",
        "boxed": "sealed",
        "boxes": "sealed",
        "lines": "internal",
        "lines[].words": "sealed",
        "lines[].who": "",
    }


def test_the_check_names_undeclared_and_unboxed_fields() -> None:
    assert unclassed({"careless": Careless}) == [
        "careless: forgotten is declared neither public, internal nor sealed",
        "careless: clear is sealed but could carry clear text",
        "careless: either is sealed but could carry clear text",
        "careless: keyed is sealed but could carry clear text",
        "careless: lines[].who is declared neither public, internal nor sealed",
    ]


@pytest.mark.parametrize("model", types().values(), ids=types().keys())
def test_every_published_field_has_a_class(model: type[Event]) -> None:
    assert unclassed({model.type: model}) == []
    assert field_classes(model)["occurred_at"] == "internal"
