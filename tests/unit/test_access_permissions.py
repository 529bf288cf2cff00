"""The table of rights, and what a principal may do with it."""

import pytest

from services.kernel.access.permissions import PERMISSIONS, ROLES, roles_of
from services.kernel.access.principal import (
    Grant,
    Principal,
    identity_role,
    parse_grant,
    words_role,
)
from services.kernel.errors import Forbidden


def someone(*grants: Grant) -> Principal:
    return Principal("a-1", "sari", "Sari", grants)


def at_puring(role: str) -> Principal:
    return someone(Grant(role, frozenset({"puring"})))


def test_the_table_names_only_roles_that_exist_and_each_role_has_something_of_its_own() -> None:
    for permission, roles in PERMISSIONS.items():
        assert roles, permission
        assert set(roles) <= set(ROLES), permission
        assert len(set(roles)) == len(roles), permission
    for role in ROLES:
        assert any(role in roles for name, roles in PERMISSIONS.items() if name != "account.own")


STEPS_OF_THE_TEAM = (
    *("team_call", "acknowledge", "meet", "assign", "grade", "answer"),
    *("analyse", "plan", "act", "document", "pause", "escalate"),
)


@pytest.mark.parametrize("step", STEPS_OF_THE_TEAM)
def test_the_steps_of_a_case_are_the_complaint_teams_alone(step: str) -> None:
    assert roles_of(f"case.{step}") == ("complaint_team",)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        ("complaint.receive", {"officer", "complaint_team"}),
        ("import.run", {"officer", "complaint_team"}),
        ("complaint.link", {"complaint_team"}),
        ("case.evaluate", {"quality_lead"}),
        ("case.refer", {"complaint_team", "head"}),
        ("meeting.record", {"quality_lead"}),
        ("publication.approve", {"head"}),
        ("survey.approve", {"head"}),
        ("recap.acknowledge", {"head"}),
        ("publication.release", {"publisher"}),
        ("publication.inform", {"publisher", "complaint_team"}),
        ("rules.change", {"district"}),
        ("audit.read", {"auditor", "district"}),
        ("openings.read", {"complaint_team", "quality_lead", "head", "district", "auditor"}),
        ("accounts.manage", {"admin"}),
    ],
)
def test_who_does_what_is_as_the_procedures_say(permission: str, roles: set[str]) -> None:
    assert set(roles_of(permission)) == roles


def test_neither_auditor_nor_admin_opens_a_word_or_a_name() -> None:
    for role in ("auditor", "admin"):
        assert role not in roles_of("words.open")
        assert role not in roles_of("identity.open")


def test_a_permission_that_is_not_in_the_table_is_a_mistake_and_not_a_refusal() -> None:
    with pytest.raises(ValueError, match=r"case\.garde"):
        at_puring("head").may("case.garde", "puring")


def test_a_grant_reaches_its_own_puskesmas_only() -> None:
    team = at_puring("complaint_team")
    assert team.may("case.grade", "puring")
    assert not team.may("case.grade", "lamaru")
    assert not team.may("case.grade", None)
    assert not team.may("publication.approve", "puring")
    assert someone(Grant("complaint_team")).may("case.grade", "lamaru")
    assert someone(Grant("admin")).may("accounts.manage", None)


def test_scope_adds_up_the_grants_and_all_is_none() -> None:
    both = someone(
        Grant("officer", frozenset({"puring"})),
        Grant("complaint_team", frozenset({"lamaru"})),
        Grant("head", frozenset({"sempor-1"})),
    )
    assert both.scope("complaint.receive") == frozenset({"puring", "lamaru"})
    assert both.scope("case.grade") == frozenset({"lamaru"})
    assert both.scope("audit.read") == frozenset()
    assert both.may_somewhere("case.grade")
    assert not both.may_somewhere("audit.read")
    assert (
        someone(Grant("officer", frozenset({"puring"})), Grant("complaint_team")).scope(
            "complaint.receive"
        )
        is None
    )


def test_the_role_for_an_event_is_one_held_there_and_the_first_of_the_table() -> None:
    several = someone(
        Grant("complaint_team"), Grant("officer", frozenset({"puring"})), Grant("admin")
    )
    assert several.role_for("complaint.receive", "puring") == "officer"
    assert several.role_for("complaint.receive", "lamaru") == "complaint_team"
    with pytest.raises(Forbidden):
        several.role_for("case.evaluate", "puring")
    with pytest.raises(Forbidden):
        at_puring("complaint_team").role_for("case.grade", "lamaru")


def test_roles_are_read_as_they_are_typed() -> None:
    assert parse_grant("head", ["puring"]) == Grant("head", frozenset({"puring"}))
    assert parse_grant("district") == Grant("district")
    assert parse_grant("coordinator:ukm, KMP") == Grant(
        "coordinator", None, frozenset({"UKM", "KMP"})
    )
    for wrong in ("chief", "head:UKM", "coordinator:XYZ", "coordinator:"):
        with pytest.raises(ValueError, match=r"role|area"):
            parse_grant(wrong)


# role, entered it oneself, escalated -> words; identity when open, when confidential
OPENING = [
    ("officer", False, False, False, False, False),
    ("officer", True, False, True, True, True),
    ("officer", False, True, False, False, False),
    ("complaint_team", False, False, True, True, True),
    ("quality_lead", False, False, True, True, False),
    ("head", False, False, True, True, False),
    ("publisher", False, False, True, False, False),
    ("coordinator", False, False, True, False, False),
    ("district", False, False, False, False, False),
    ("district", False, True, True, False, False),
    ("auditor", True, True, False, False, False),
    ("admin", True, True, False, False, False),
]


@pytest.mark.parametrize(("role", "own", "escalated", "words", "open_", "confidential"), OPENING)
def test_who_opens_words_and_who_opens_the_identity(
    role: str, own: bool, escalated: bool, words: bool, open_: bool, confidential: bool
) -> None:
    who = at_puring(role)
    author = "a-1" if own else "a-2"
    for kind, identity in (
        ("open", open_),
        ("confidential", confidential),
        ("anonymous", confidential),
    ):
        assert words_role(who, "puring", author, escalated, "UKM") == (role if words else None)
        assert identity_role(who, "puring", author, kind) == (role if identity else None)
        assert words_role(who, "lamaru", author, escalated, "UKM") is None
        assert identity_role(who, "lamaru", author, kind) is None


def test_what_nobody_entered_is_no_officers_own() -> None:
    assert words_role(at_puring("officer"), "puring", None, False, None) is None


def test_a_coordinator_opens_the_own_area_only() -> None:
    ukm = someone(Grant("coordinator", frozenset({"puring"}), frozenset({"UKM"})))
    assert words_role(ukm, "puring", None, False, "UKM") == "coordinator"
    assert words_role(ukm, "puring", None, False, "UKPP") is None
    assert words_role(ukm, "puring", None, False, None) is None
    assert words_role(ukm, "lamaru", None, False, "UKM") is None
    assert words_role(at_puring("coordinator"), "puring", None, False, None) == "coordinator"


def test_who_holds_several_roles_opens_in_the_first_that_may() -> None:
    both = someone(
        Grant("officer", frozenset({"puring"})), Grant("quality_lead", frozenset({"puring"}))
    )
    assert words_role(both, "puring", "a-1", False, None) == "quality_lead"
    assert identity_role(both, "puring", "a-1", "open") == "quality_lead"
    assert identity_role(both, "puring", "a-1", "confidential") == "officer"
