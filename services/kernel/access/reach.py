"""Whose cases somebody sees in lists: those of their Puskesmas and, for a coordinator who is bound
to areas, of the units of these areas only."""

from collections.abc import Callable
from typing import NamedTuple

from services.kernel.access.permissions import roles_of
from services.kernel.access.principal import Principal
from services.kernel.errors import Forbidden
from services.kernel.text import _


class Reach(NamedTuple):
    """One part of what somebody sees: at these Puskesmas, of these units (None: all)."""

    puskesmas: frozenset[str] | None
    units: frozenset[str] | None

    def covers(self, puskesmas: str, unit: str | None) -> bool:
        """Say whether a case of this Puskesmas and unit is within."""
        here = self.puskesmas is None or puskesmas in self.puskesmas
        return here and (self.units is None or unit in self.units)


def reach_of(
    principal: Principal,
    permission: str,
    units_of: Callable[[frozenset[str]], frozenset[str]],
) -> tuple[Reach, ...] | None:
    """Return what `permission` reaches, None where no grant is bound to areas: then the principal's
    `scope` says all. `units_of` gives the units of areas (`District.units_in`)."""
    parts = tuple(reach for _role, reach in held_within(principal, permission, units_of))
    return None if all(part.units is None for part in parts) else parts


def held_within(
    principal: Principal,
    permission: str,
    units_of: Callable[[frozenset[str]], frozenset[str]],
) -> tuple[tuple[str, Reach], ...]:
    """Return each role in which somebody holds `permission`, with what it reaches."""
    roles = roles_of(permission)
    return tuple(
        (grant.role, Reach(grant.puskesmas, None if grant.areas is None else units_of(grant.areas)))
        for grant in principal.grants
        if grant.role in roles
    )


def sees(
    principal: Principal,
    permission: str,
    puskesmas: str,
    unit: str | None,
    units_of: Callable[[frozenset[str]], frozenset[str]],
) -> bool:
    """Say whether `permission` reaches a case of this Puskesmas and unit."""
    parts = reach_of(principal, permission, units_of)
    if parts is None:
        return principal.may(permission, puskesmas)
    return any(part.covers(puskesmas, unit) for part in parts)


def must_see(
    principal: Principal,
    permission: str,
    puskesmas: str,
    unit: str | None,
    units_of: Callable[[frozenset[str]], frozenset[str]],
) -> None:
    """Raise Forbidden where `permission` does not reach a case of this Puskesmas and unit."""
    principal.role_for(permission, puskesmas)
    if not sees(principal, permission, puskesmas, unit, units_of):
        raise Forbidden(_("Kasus ini di luar bidang Anda."))
