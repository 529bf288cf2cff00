"""Units and categories of a row, by code or by the names that the product itself shows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.intake.imports.fields import slug
from services.intake.imports.rows import Row, Value
from services.kernel.district import Choice
from services.kernel.errors import FieldError
from services.kernel.text import _


@dataclass(frozen=True)
class Named:
    """What a Puskesmas' rows may name, each under every way to write it."""

    units: "_List"
    categories: "_List"

    @classmethod
    def of(cls, units: Iterable[Choice], categories: Iterable[Choice]) -> "Named":
        """Return the names of these lists of the district file."""
        return cls(_List.of(units), _List.of(categories))

    def put_right(self, row: Row) -> Row:
        """Return the row with codes for names; what no list has is among its errors."""
        fields: dict[str, Value] = dict(row.fields)
        errors: list[FieldError] = []
        if "service_unit" in fields:
            unit = self.units.codes.get(str(fields["service_unit"]))
            if unit is None:
                errors.append(self.units.wrong("service_unit"))
            else:
                fields["service_unit"] = unit
        if "categories" in fields:
            found = [*self.categories.found(fields["categories"])]
            if None in found:
                errors.append(self.categories.wrong("categories"))
            else:
                fields["categories"] = list(dict.fromkeys(filter(None, found)))
        return replace(row, fields=fields, errors=(*row.errors, *errors))


@dataclass(frozen=True)
class _List:
    codes: Mapping[str, str]
    """By the slug of a code or a name: the code."""
    names: str

    @classmethod
    def of(cls, choices: Iterable[Choice]) -> "_List":
        listed = [*choices]
        named = {
            slug(name): each.code for each in listed for name in (each.name, each.name_en)
        }  # a code goes before a name that reads the same
        return cls(
            named | {each.code: each.code for each in listed},
            "; ".join(each.name for each in listed),
        )

    def found(self, slugs: Sequence[str]) -> Iterator[str | None]:
        """Yield the code of each name among `slugs`, None for one that is not known.

        A name may hold commas itself, at which the cell was parted: the longest run that is a
        name is one.
        """
        first = 0
        while first < len(slugs):
            ends = range(len(slugs), first, -1)
            end = next((to for to in ends if "-".join(slugs[first:to]) in self.codes), first + 1)
            yield self.codes.get("-".join(slugs[first:end]))
            first = end

    def wrong(self, field: str) -> FieldError:
        return FieldError(field, _("Pilih salah satu: {choices}.", choices=self.names))
