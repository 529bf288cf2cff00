"""The pictures and words with which a published result is posted on social media.

Only of what is public there now: no key is asked for, and nothing that waits is drawn.
"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import District
from services.kernel.errors import NotFound
from services.kernel.paper.picture import MEDIA_TYPE, Shape
from services.kernel.text import _
from services.kernel.web.addresses import address
from services.kernel.web.language import language_of
from services.publication import shown
from services.publication.application import Publishing
from services.publication.domain import Publication
from services.publication.pictures import MEDIUM, Post

PATH: Final = "/terbitkan/{id}/gambar/{shape}.png"


def add(pages: APIRouter, publishing: Publishing, district: District | None) -> None:
    """Add the pictures."""

    @pages.get(PATH)
    def picture(
        request: Request,
        id: UUID,
        shape: Shape,
        principal: Annotated[Principal, requires(shown.READ)],
    ) -> Response:
        """Return a picture of a result that is public on social media."""
        it = publishing.get(id)
        principal.role_for(shown.READ, it.puskesmas)
        post = post_of(request, publishing, district, it)
        if post is None:
            raise NotFound(_("Hasil ini tidak (lagi) terbit di media sosial."))
        name = f'inline; filename="{it.number}-{shape}.png"'
        headers = {"content-disposition": name, "cache-control": "no-store"}
        return Response(post.drawn(shape), media_type=MEDIA_TYPE, headers=headers)


def post_of(
    request: Request, publishing: Publishing, district: District | None, it: Publication
) -> Post | None:
    """Return what a result is posted with; None where it is not public on social media, or a newer
    one of its case has taken its place."""
    zone = shown.zone_of(district, it.puskesmas)
    _before, newer = publishing.also_released(it)
    if it.public is None or MEDIUM not in it.shown or newer is not None or zone is None:
        return None
    language = language_of(request)
    secret = not it.public.shows_unit_and_date or publishing.is_confidential(it)
    return Post(
        text=it.public.text,
        place=shown.place_of(district, it.puskesmas),
        unit=None if secret else shown.unit_of(district, it, language),
        published_at=None if secret else it.public.since,
        zone=zone,
        address=address(request, f"/p/{it.puskesmas}/papan"),
        language=language,
        planned=it.planned,
    )
