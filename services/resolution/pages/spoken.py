"""The words of a case, opened for one page or document with one entry in the access log."""

from collections.abc import Iterable

from services.kernel.access.principal import Principal
from services.kernel.contracts import SealedBox
from services.kernel.keyring import Page, Words
from services.kernel.keyring.words import About
from services.resolution.application import Resolution
from services.resolution.domain import Case
from services.resolution.pages import thread
from services.resolution.pages.thread import Step


def spoken(
    resolution: Resolution, words: Words, principal: Principal, case: Case, page: Page
) -> tuple[list[Step], list[tuple[str | None, ...]]]:
    """Return the steps of a case, and the words of each step's boxes (None: stays sealed).

    `page` is the name under which the access log says what they were opened for.
    """
    about = about_case(resolution, case)
    steps = thread.steps_of(resolution.thread(case.id))
    found = iter(words.open(principal, page, [(about, box) for box in boxes_of(steps)]))
    return steps, [tuple(next(found) for _box in step.boxes) for step in steps]


def about_case(resolution: Resolution, case: Case) -> About:
    """Return what decides who may open the words of a case that is at home here."""
    return About(
        str(case.id),
        case.puskesmas,
        case.confidentiality,
        case.entered_by,
        resolution.district.area_of(case.service_unit),
        escalated=case.escalated,
        settled_at=case.end_recorded_at,
    )


def boxes_of(steps: Iterable[Step]) -> list[SealedBox | None]:
    """Return the boxes of all steps, in order."""
    return [box for step in steps for box in step.boxes]
