"""Resolution's pages: the day's work, the queues, a case, and the forms of its steps; all work
without a script."""

from fastapi import APIRouter

from services.kernel.keyring import Words
from services.resolution.application import Resolution
from services.resolution.pages import (
    access_log,
    areas,
    bundle,
    case,
    case_file,
    digest,
    evaluation,
    meeting,
    meeting_papers,
    meetings,
    notices,
    openings,
    queue,
    recap,
    unusual,
    work,
)
from services.resolution.pages.evidence.sending import Bundles
from services.resolution.pages.lists import CaseLists

__all__ = ["NAV", "CaseLists", "router"]

NAV = (
    work.NAV,
    queue.NAV,
    evaluation.NAV,
    meetings.NAV,
    areas.NAV,
    access_log.NAV,
    bundle.NAV,
    notices.NAV,
)


def router(resolution: Resolution, lists: CaseLists, words: Words, bundles: Bundles) -> APIRouter:
    """Return resolution's pages; `lists` answers which cases there are, `words` opens what is
    sealed, `bundles` gathers the evidence for an accreditation."""
    pages = APIRouter(include_in_schema=False)
    work.add(pages, resolution, lists, words)
    queue.add(pages, resolution, lists, words)
    evaluation.add(pages, resolution, lists, words)
    areas.add(pages, resolution, lists)
    case.add(pages, resolution, lists, words)
    case_file.add(pages, resolution, lists, words)
    meetings.add(pages, resolution, lists, words)
    meeting_papers.add(pages, resolution, words)
    meeting.add(pages, resolution, lists, words)
    notices.add(pages, resolution, lists, words)
    digest.add(pages, resolution, lists)
    openings.add(pages, resolution, lists, words)
    unusual.add(pages, resolution)
    recap.add(pages, resolution, lists, words)
    access_log.add(pages, resolution, lists, words)
    bundle.add(pages, bundles)
    return pages
