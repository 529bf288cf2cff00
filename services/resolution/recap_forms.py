"""Resolution's use cases about the recap form of a month."""

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kernel.aggregate import Intent
from services.kernel.contracts import SealedBox
from services.kernel.errors import NotServedHere, NotYet, StaleVersion
from services.kernel.keyring import NewKey
from services.kernel.months import Month
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import _
from services.resolution.application import Resolution
from services.resolution.domain import RecapForm


@dataclass(frozen=True)
class Written:
    """What the team writes on the form: how effective the handling was (`EFFECTIVENESS`), and words
    about that, about barriers of culture, language, habit and others, and of the meeting."""

    effectiveness: str
    effectiveness_note: str | None = None
    barriers_note: str | None = None
    meeting_note: str | None = None


class RecapForms:
    """The recap forms of the Puskesmas that are at home here."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution

    def is_home(self, puskesmas: str) -> bool:
        """Say whether the recap form of a Puskesmas is written here; raises NotFound."""
        home = self._resolution.district.puskesmas(puskesmas).home
        return home in (None, self._resolution.origin)

    def find(self, puskesmas: str, month: Month) -> RecapForm | None:
        """Return the form of a month, None where it is not written yet; raises NotFound."""
        self._resolution.district.puskesmas(puskesmas)
        id = RecapForm.id_of(puskesmas, str(month))

        def work(uow: UnitOfWork) -> RecapForm | None:
            return uow.find(RecapForm, id)

        return self._resolution.transact(work).result()

    def complete(
        self,
        puskesmas: str,
        month: Month,
        intent: Intent,
        written: Written,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> "Future[Answer]":
        """Write the form of a month, all of it: also after its closing, which it does not change.

        `expected` is the version that was read (0: none was written). Raises NotFound,
        NotServedHere away from home, NotYet before the month has begun, StaleVersion, InvalidInput.
        """
        here = self._resolution.district.puskesmas(puskesmas)
        if not self.is_home(puskesmas):
            raise NotServedHere(_("Lembar rekap ditulis di sistem Puskesmas itu sendiri."))
        starts, _ends = month.bounds(here.zone)
        id = RecapForm.id_of(puskesmas, str(month))
        # One key for each writing: of two at once, neither seals under a key that is not kept.
        key = self._new_key()
        notes = {
            f"{name}_note": self._sealed(key, getattr(written, f"{name}_note"), name)
            for name in ("effectiveness", "barriers", "meeting")
        }

        def decide(uow: UnitOfWork) -> Ids:
            if uow.now < starts:
                raise NotYet(_("Bulan ini belum mulai."))
            form = uow.find(RecapForm, id)
            if expected is not None and expected != (form.version if form else 0):
                raise StaleVersion(_("Lembar rekap ini sudah diubah orang lain. Muat ulang."))
            act = uow.act(intent)
            if form is None:
                form = RecapForm.start(act, puskesmas, str(month), written.effectiveness, notes)
            else:
                form.complete(act, written.effectiveness, notes)
            uow.save(form)
            return {"id": str(id), "version": form.version}

        needs = [self._resolution.keyring.wrapped(key)] if any(notes.values()) else []
        return self._resolution.command(decide, once, needs)

    def written_at(self, form: RecapForm) -> datetime:
        """Return when a form was written last."""
        return self._resolution.history(form.id)[-1].time

    def _new_key(self) -> NewKey:
        id = UUID(bytes=self._resolution.entropy(16), version=4)
        return self._resolution.keyring.new_key(str(id))

    def _sealed(self, key: NewKey, text: str | None, name: str) -> SealedBox | None:
        place = f"RecapCompleted.{name}_note"
        return key.seal(text, place, self._resolution.entropy) if text else None
