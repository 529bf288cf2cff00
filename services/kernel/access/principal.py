"""The person behind a request, and what they may do and open."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from services.kernel.access.permissions import (
    AREAS,
    COORDINATOR,
    ROLES,
    roles_of,
)
from services.kernel.errors import Forbidden
from services.kernel.text import _

OPEN = "open"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role, at some Puskesmas (None: all), and for a coordinator in some areas (None: all)."""

    role: str
    puskesmas: frozenset[str] | None = None
    areas: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"there is no role named {self.role!r}; there are: {', '.join(ROLES)}")
        if self.areas is not None:
            if self.role != COORDINATOR:
                raise ValueError("only a coordinator is bound to areas")
            if not self.areas <= frozenset(AREAS):
                raise ValueError(f"areas are: {', '.join(AREAS)}")

    def covers(self, puskesmas: str | None) -> bool:
        """Say whether the grant reaches `puskesmas` (None: what belongs to no single one)."""
        return self.puskesmas is None or (puskesmas is not None and puskesmas in self.puskesmas)


def parse_grant(role: str, puskesmas: Iterable[str] = ()) -> Grant:
    """Read a role as typed, `head` or `coordinator:UKM,KMP`; no codes means every Puskesmas.

    Raises ValueError when there is no such role or area.
    """
    name, colon, areas = role.partition(":")
    bound = frozenset(area.strip().upper() for area in areas.split(",")) if colon else None
    return Grant(name.strip(), frozenset(puskesmas) or None, bound)


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in account with its grants, as they stood when the request came."""

    account_id: str
    username: str
    display_name: str
    grants: tuple[Grant, ...]
    language: str | None = None

    def may(self, permission: str, puskesmas: str | None) -> bool:
        """Say whether `permission` is held at `puskesmas`.

        None stands for what belongs to no single Puskesmas; it takes a grant for all of them.
        Raises ValueError for a permission that does not exist.
        """
        roles = roles_of(permission)
        return any(grant.role in roles and grant.covers(puskesmas) for grant in self.grants)

    def may_somewhere(self, permission: str) -> bool:
        """Say whether `permission` is held at one Puskesmas at least."""
        roles = roles_of(permission)
        return any(grant.role in roles for grant in self.grants)

    def scope(self, permission: str) -> frozenset[str] | None:
        """Return the Puskesmas where `permission` is held: None is all, an empty set is none."""
        roles = roles_of(permission)
        codes: set[str] = set()
        for grant in self.grants:
            if grant.role in roles:
                if grant.puskesmas is None:
                    return None
                codes |= grant.puskesmas
        return frozenset(codes)

    def role_for(self, permission: str, puskesmas: str | None) -> str:
        """Return the role in which `permission` is used at `puskesmas`, for the event's actor.

        Raises Forbidden when there is none, so that asking for the role is also the check.
        """
        held = {grant.role for grant in self.grants if grant.covers(puskesmas)}
        for role in roles_of(permission):
            if role in held:
                return role
        raise Forbidden(_("Peran Anda di Puskesmas ini tidak mencakup langkah ini."))

    def holds(self, role: str, puskesmas: str | None) -> bool:
        """Say whether the account has exactly this role at `puskesmas`."""
        return any(grant.role == role and grant.covers(puskesmas) for grant in self.grants)


def words_role(
    principal: Principal,
    puskesmas: str,
    entered_by: str | None,
    escalated: bool,
    area: str | None,
) -> str | None:
    """Return the role in which sealed words about a complaint (its text, analysis, answer) may be
    opened, None where there is none.

    `entered_by` is the account id that entered it, `area` that of the unit concerned (None: not
    known, so beyond a coordinator bound to areas). Confidentiality seals who the person is, not
    what was said, so it decides nothing here.
    """

    def opens(grant: Grant) -> bool:
        match grant.role:
            case "complaint_team" | "quality_lead" | "head" | "publisher":
                return True
            case "coordinator":
                return grant.areas is None or area in grant.areas
            case "district":
                return escalated
            case "officer":
                return entered_by == principal.account_id
        return False

    return _first(principal, "words.open", puskesmas, opens)


def identity_role(
    principal: Principal, puskesmas: str, entered_by: str | None, confidentiality: str
) -> str | None:
    """Return the role in which the complainant's name and contact may be opened, None for none.

    The head and the chair of quality see them only when the complainant left their identity
    open; an escalation gives the district the words, never the person.
    """

    def opens(grant: Grant) -> bool:
        match grant.role:
            case "complaint_team":
                return True
            case "quality_lead" | "head":
                return confidentiality == OPEN
            case "officer":
                return entered_by == principal.account_id
        return False

    return _first(principal, "identity.open", puskesmas, opens)


def _first(
    principal: Principal, permission: str, puskesmas: str, opens: Callable[[Grant], bool]
) -> str | None:
    held = {each.role for each in principal.grants if each.covers(puskesmas) and opens(each)}
    return next((role for role in roles_of(permission) if role in held), None)
