"""What proves a release, on the page of its text: since when each medium was seen to show it."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import District
from services.kernel.text import Text
from services.kernel.web import words as glossary
from services.kernel.web.files import file_response
from services.publication import shown as publications
from services.publication.application import Publishing
from services.publication.domain import Publication
from services.publication.proving import Proving

PATH: Final = "/terbitkan/{id}/bukti/{evidence}"


def add(
    pages: APIRouter, publishing: Publishing, proving: Proving, district: District | None
) -> None:
    """Add the photos."""

    @pages.get(PATH)
    def photo(
        id: UUID, evidence: UUID, principal: Annotated[Principal, requires("words.open")]
    ) -> Response:
        """Return a photo that proves a release to those who may open its words; who did is
        noted."""
        it = publishing.get(id)
        principal.role_for("words.open", it.puskesmas)
        about = publications.about(district, it, publications.settled_at(publishing, it))
        return file_response(proving.photo(id, evidence, principal, about))


def shown(
    it: Publication, links: Sequence[str | None], who: Callable[[str, str], Text | str]
) -> list[dict[str, Any]]:
    """Return what was recorded as proof, oldest first; `links` are the addresses as the reader may
    open them."""
    return [
        {
            "id": each.id,
            "medium": glossary.word("media", each.medium),
            "seen_at": each.seen_at,
            "by": who(each.by, each.role),
            "link": link,
            "sealed": each.link is not None and link is None,
            "photo": each.media_type is not None,
        }
        for each, link in zip(it.evidence, links, strict=True)
    ]
