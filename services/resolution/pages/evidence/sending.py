"""Bundles as they are asked for and sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date
from itertools import chain
from threading import BoundedSemaphore
from typing import Final
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import StreamingResponse

from services.kernel.access.principal import Principal
from services.kernel.district import Puskesmas
from services.kernel.errors import Unavailable, invalid
from services.kernel.keyring import Words
from services.kernel.keyring.words import REASONS
from services.kernel.text import _
from services.kernel.web.language import language_of
from services.resolution.application import Resolution
from services.resolution.pages.evidence.gathering import BUNDLE, Evidence, SurveyPapers
from services.resolution.pages.evidence.period import span
from services.resolution.pages.evidence.zipped import MEDIA_TYPE, zipped
from services.resolution.pages.lists import CaseLists

AT_ONCE: Final = 2
"""More of them would take the cores from those who work."""
BARE: Final = tuple(code for code in REASONS if code != "other")
"""The reasons that need no word beside them."""


class Bundles:
    """Gathers bundles and sends them; so many at once in a process."""

    def __init__(
        self, resolution: Resolution, lists: CaseLists, surveys: SurveyPapers, words: Words
    ) -> None:
        self.resolution = resolution
        self._parts = (resolution, lists, surveys, words)
        self._places = BoundedSemaphore(AT_ONCE)

    def gathered(
        self,
        request: Request,
        principal: Principal,
        code: str,
        first: str | None,
        last: str | None,
        reason: str | None = None,
    ) -> Evidence:
        """Return what a bundle holds, as its reader may see it.

        Raises Forbidden, NotFound, NotServedHere away from home, Unavailable where reporting does
        not answer, and InvalidInput for a period or reason that is none.
        """
        principal.role_for(BUNDLE, code)
        today = self.today(self.resolution.district.puskesmas(code))
        asked = span(first, last, today)
        if reason and reason not in BARE:
            raise invalid("reason", _("Pilih alasan dari daftar."))
        language = language_of(request)
        return Evidence(*self._parts, principal, code, asked, language, reason)

    def today(self, here: Puskesmas | None) -> date:
        """Return the day that it is at a Puskesmas; None: by the clock of the world."""
        zone = ZoneInfo(here.zone) if here else UTC
        return self.resolution.clock().astimezone(zone).date()

    def sent(self, evidence: Evidence) -> StreamingResponse:
        """Return a bundle as an answer that is made while it is sent; raises Unavailable where as
        many are being made as may be."""
        stream = self._stream(evidence)
        # The index is made before the answer begins: what fails there is refused in words.
        begun = chain([next(stream)], stream)
        headers = {
            "content-disposition": f'attachment; filename="{evidence.name}"',
            "cache-control": "no-store",
        }
        return StreamingResponse(begun, media_type=MEDIA_TYPE, headers=headers)

    def _stream(self, evidence: Evidence) -> Iterator[bytes]:
        with self._place():
            yield from zipped(evidence.files(), self.resolution.clock())

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Unavailable(
                _("Berkas lain sedang disusun. Coba lagi sebentar lagi."), extra={"retry_after": 5}
            )
        try:
            yield
        finally:
            self._places.release()
