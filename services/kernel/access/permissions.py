"""The one table of rights: which roles may do which thing.

Source: the roles of both SOPs (officer, complaint team, head, chair of quality, coordinators of
KMP, UKM and UKPP), and three that a district system adds (district office, auditor, admin).
A right is a short dotted name; a route declares exactly one (`services.kernel.access.web`).
What the table cannot say (only one's own entries, only escalated cases, only an open identity)
is said by `words_role` and `identity_role` in `services.kernel.access.principal`.
"""

from types import MappingProxyType
from typing import Final

OFFICER: Final = "officer"
COMPLAINT_TEAM: Final = "complaint_team"
QUALITY_LEAD: Final = "quality_lead"
HEAD: Final = "head"
PUBLISHER: Final = "publisher"
COORDINATOR: Final = "coordinator"
DISTRICT: Final = "district"
AUDITOR: Final = "auditor"
ADMIN: Final = "admin"

ROLES: Final = (
    OFFICER,
    COMPLAINT_TEAM,
    QUALITY_LEAD,
    HEAD,
    PUBLISHER,
    COORDINATOR,
    DISTRICT,
    AUDITOR,
    ADMIN,
)

AREAS: Final = ("KMP", "UKM", "UKPP")
"""The areas of a Puskesmas' work that a coordinator may be bound to."""

_DESK = (OFFICER, COMPLAINT_TEAM)
_TEAM = (COMPLAINT_TEAM,)
_PUSKESMAS = (COMPLAINT_TEAM, QUALITY_LEAD, HEAD, PUBLISHER, COORDINATOR)
_READERS = (*_PUSKESMAS, OFFICER, DISTRICT)

# The order of roles matters: who holds several acts in the first that is listed, and that role is
# written into the event.
_TABLE: dict[str, tuple[str, ...]] = {
    # What comes in
    "complaint.receive": _DESK,
    "complaint.read": _READERS,
    "complaint.correct": _DESK,
    "complaint.withdraw": _DESK,
    "complaint.attach": _DESK,
    "complaint.link": _TEAM,
    "box.open": _DESK,
    "import.run": _DESK,
    "visits.record": _DESK,
    # The district as well: the command line acts for it, and people ask there, too.
    "person.erase": (COMPLAINT_TEAM, HEAD, DISTRICT),
    "person.hold": (HEAD, DISTRICT),
    "erasure.read": (COMPLAINT_TEAM, QUALITY_LEAD, HEAD, DISTRICT, AUDITOR),
    "survey.read": _READERS,
    "survey.propose": (COMPLAINT_TEAM, QUALITY_LEAD),
    "survey.return": (HEAD,),
    "survey.approve": (HEAD,),
    "survey.coordinate": _TEAM,
    "survey.open": _TEAM,
    "survey.answer": _DESK,
    "survey.close": _TEAM,
    "survey.publish": (COMPLAINT_TEAM, PUBLISHER),
    "master.read": ROLES,
    "master.change": (ADMIN, DISTRICT),
    # A case on its way
    "case.read": _READERS,
    "case.team_call": _TEAM,
    "case.acknowledge": _TEAM,
    "case.meet": _TEAM,
    "case.assign": _TEAM,
    "case.comment": (*_PUSKESMAS, DISTRICT),
    "case.grade": _TEAM,
    "case.answer": _TEAM,
    "case.analyse": _TEAM,
    "case.plan": _TEAM,
    "case.act": _TEAM,
    "case.document": _TEAM,
    "case.evaluate": (QUALITY_LEAD,),
    "case.pause": _TEAM,
    "case.escalate": _TEAM,
    "case.advise": (DISTRICT,),
    "case.reopen": (QUALITY_LEAD, HEAD),
    "case.refer": (COMPLAINT_TEAM, HEAD),
    "meeting.read": _READERS,
    "meeting.record": (QUALITY_LEAD,),
    "meeting.follow_up": (COMPLAINT_TEAM, QUALITY_LEAD),
    "rules.read": (*_READERS, AUDITOR),
    "rules.change": (DISTRICT,),
    "calendar.change": (DISTRICT,),
    # What goes out
    "publication.read": (*_PUSKESMAS, DISTRICT),
    "publication.draft": (PUBLISHER,),
    "publication.approve": (HEAD,),
    "publication.return": (HEAD,),
    "publication.release": (PUBLISHER,),
    "publication.prove": (COMPLAINT_TEAM, PUBLISHER),
    "publication.withdraw": (PUBLISHER,),
    "publication.inform": (COMPLAINT_TEAM, PUBLISHER),
    "message.read": (COMPLAINT_TEAM, PUBLISHER, ADMIN),
    "message.send": (COMPLAINT_TEAM, PUBLISHER),
    "webhook.read": (ADMIN, DISTRICT),
    "webhook.manage": (ADMIN,),
    # What is known about it
    "report.read": (*_READERS, AUDITOR),
    "report.export": (COMPLAINT_TEAM, QUALITY_LEAD, HEAD, DISTRICT, AUDITOR),
    "recap.complete": (COMPLAINT_TEAM, QUALITY_LEAD),
    "recap.close": _TEAM,
    "recap.correct": _TEAM,
    "recap.acknowledge": (HEAD,),
    # Who lays the evidence of accreditation criterion 1.1.2 on the table, and who examines it.
    "evidence.bundle": (QUALITY_LEAD, HEAD, AUDITOR),
    "audit.read": (AUDITOR, DISTRICT),
    "events.read": (AUDITOR,),
    "events.verify": (AUDITOR,),
    "operations.read": (ADMIN, DISTRICT),
    "operations.mend": (ADMIN,),
    "accounts.manage": (ADMIN,),
    "account.own": ROLES,
    # What is sealed; the two functions in principal.py narrow these further
    "words.open": (
        COMPLAINT_TEAM,
        QUALITY_LEAD,
        HEAD,
        PUBLISHER,
        COORDINATOR,
        DISTRICT,
        OFFICER,
    ),
    "identity.open": (COMPLAINT_TEAM, QUALITY_LEAD, HEAD, OFFICER),
    # Who opened it: for those who answer for it
    "openings.read": (COMPLAINT_TEAM, QUALITY_LEAD, HEAD, DISTRICT, AUDITOR),
    "openings.search": (AUDITOR, QUALITY_LEAD, DISTRICT),
    "openings.review": (QUALITY_LEAD,),
}

PERMISSIONS: Final = MappingProxyType(_TABLE)


def roles_of(permission: str) -> tuple[str, ...]:
    """Return the roles that hold `permission`; raise ValueError for a name not in the table."""
    try:
        return PERMISSIONS[permission]
    except KeyError:
        raise ValueError(f"there is no permission named {permission!r}") from None
