"""The words of a case, opened for one page or document with one entry in the access log."""

from services.kernel.access.principal import Principal
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
    area = resolution.district.area_of(case.service_unit)
    about = About(
        case.puskesmas, case.confidentiality, case.entered_by, area, escalated=case.escalated
    )
    steps = thread.steps_of(resolution.thread(case.id))
    found = iter(words.open(principal, page, [(about, box) for s in steps for box in s.boxes]))
    return steps, [tuple(next(found) for _box in step.boxes) for step in steps]
