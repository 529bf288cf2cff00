"""A form's rows of what an account may do: one role a row, and where."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.kernel.access.permissions import ADMIN, AREAS, AUDITOR, COORDINATOR, DISTRICT, ROLES
from services.kernel.access.principal import Grant
from services.kernel.district import District
from services.kernel.errors import FieldError, InvalidInput, invalid
from services.kernel.text import _
from services.kernel.web.forms import Values

EVERYWHERE: Final = frozenset({DISTRICT, AUDITOR, ADMIN})
"""Roles that belong to no single Puskesmas."""
ROWS_MOST: Final = 20


def typed_rows(values: Values) -> int:
    """Return how many rows a form has that was sent."""
    return sum(f"role_{row}" in values for row in range(ROWS_MOST))


def read_grants(values: Values, district: District) -> list[Grant]:
    """Return the grants of the rows that name a role.

    Raises InvalidInput for an unknown role, Puskesmas or area, for a coordinator of no area, for a
    role of a Puskesmas that says neither which ones nor all of them, and where there is no row.
    """
    known = {each.code for each in district.all_puskesmas}
    found: list[Grant] = []
    errors: list[FieldError] = []
    for row in range(ROWS_MOST):
        role = str(values.get(f"role_{row}", "")).strip()
        if not role:
            continue
        codes, areas = _several(values, f"puskesmas_{row}"), _several(values, f"areas_{row}")
        everywhere = role in EVERYWHERE or bool(values.get(f"everywhere_{row}"))
        if role not in ROLES:
            errors.append(FieldError(f"role_{row}", _("Pilih peran dari daftar.")))
        elif not codes <= known:
            message = _("Puskesmas ini tidak ada di daftar.")
            errors.append(FieldError(f"puskesmas_{row}", message))
        elif not areas <= frozenset(AREAS):
            errors.append(FieldError(f"areas_{row}", _("Bidang ini tidak ada di daftar.")))
        elif role == COORDINATOR and not areas:
            message = _("Pilih bidang yang dikoordinasi; untuk semuanya, centang ketiganya.")
            errors.append(FieldError(f"areas_{row}", message))
        elif not everywhere and not codes:
            message = _("Pilih Puskesmas untuk peran ini, atau centang semua Puskesmas.")
            errors.append(FieldError(f"puskesmas_{row}", message))
        else:
            bound = areas if role == COORDINATOR else None
            found.append(Grant(role, None if everywhere else codes, bound))
    if errors:
        raise InvalidInput(*errors)
    if not found:
        raise invalid("role_0", _("Pilih sedikitnya satu peran."))
    return found


def grant_values(grants: Sequence[Grant]) -> Mapping[str, str | Sequence[str]]:
    """Return grants as the rows of the form would hold them."""
    values: dict[str, str | Sequence[str]] = {}
    for row, grant in enumerate(grants):
        values[f"role_{row}"] = grant.role
        values[f"puskesmas_{row}"] = sorted(grant.puskesmas or ())
        values[f"areas_{row}"] = sorted(grant.areas or ())
        if grant.puskesmas is None:
            values[f"everywhere_{row}"] = "true"
    return values


def _several(values: Values, name: str) -> frozenset[str]:
    given = values.get(name, ())
    return frozenset([given] if isinstance(given, str) else given)
