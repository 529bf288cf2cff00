"""Use cases beside a case's path: who has it, what it waits for, who else must know."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any
from uuid import UUID

from services.kernel.aggregate import Act, Intent
from services.kernel.contracts import SealedBox
from services.kernel.contracts.resolution import DueV1
from services.kernel.deadlines import Pause
from services.kernel.errors import invalid
from services.kernel.store import Answer
from services.kernel.text import _
from services.kernel.vocabulary import CHANNELS
from services.resolution.application import Decide, Resolution
from services.resolution.domain import Case
from services.resolution.verdicts import kept_at

BY_HAND = "by_hand"
TOLD_BY = (*CHANNELS, "receipt")
"""How somebody may have been told that their complaint was handed on."""


class Accompanying:
    """Records what happens with a case beside answer, analysis, plan and result."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution

    def acknowledge(self, id: UUID, intent: Intent, who: str, **repeat: Any) -> "Future[Answer]":
        """Record that the team call reached somebody (SOP Lamaru 1d, 2c)."""
        return self._step(id, intent, lambda case, act: case.acknowledge(act, who), "when", repeat)

    def assign(
        self, id: UUID, intent: Intent, assignee: str, unit: str | None, **repeat: Any
    ) -> "Future[Answer]":
        """Give the case to somebody, and to a unit of the Puskesmas (SOP Puring 1.5)."""
        self._must_be_unit(id, unit)
        return self._step(
            id, intent, lambda case, act: case.assign(act, assignee, unit), "when", repeat
        )

    def comment(self, id: UUID, intent: Intent, comment: str, **repeat: Any) -> "Future[Answer]":
        """Remark on the case, for the team and those who coordinate its area (SOP Puring 1.5)."""
        box = self._sealed(id, comment, "CaseCommented.comment")
        return self._step(id, intent, lambda case, act: case.comment(act, box), "when", repeat)

    def pause(self, id: UUID, intent: Intent, reason: str, **repeat: Any) -> "Future[Answer]":
        """Stop the clock, for the case waits for its complainant.

        UU 25/2009 and the SP4N rules quoted in the district file count no day on which the
        complainant is waited for.
        """
        box = self._sealed(id, reason, "CasePaused.reason")

        def decide(case: Case, act: Act) -> None:
            standing = [*case.pauses, Pause(act.occurred_at)]
            case.pause(act, box, self._promised(case, standing))

        return self._step(id, intent, decide, "occurred_at", repeat)

    def resume(self, id: UUID, intent: Intent, note: str | None, **repeat: Any) -> "Future[Answer]":
        """Let the clock run again; every promise not kept moves by the pause."""
        box = self._resolution.seal(id, note, "CaseResumed.note")

        def decide(case: Case, act: Act) -> None:
            since = case.pauses[-1].since if case.pauses else act.occurred_at
            over = Pause(since, max(since, act.occurred_at))
            case.resume(act, box, self._promised(case, [*case.pauses[:-1], over]))

        return self._step(id, intent, decide, "occurred_at", repeat)

    def escalate(self, id: UUID, intent: Intent, reason: str, **repeat: Any) -> "Future[Answer]":
        """Put the case before the district office, which may read its words from then on."""
        box = self._sealed(id, reason, "CaseEscalated.reason")
        return self._step(id, intent, lambda case, act: case.escalate(act, box), "when", repeat)

    def advise(self, id: UUID, intent: Intent, decision: str, **repeat: Any) -> "Future[Answer]":
        """Record what the district office decided on a case that was put before it."""
        box = self._sealed(id, decision, "EscalationAnswered.decision")
        return self._step(id, intent, lambda case, act: case.advise(act, box), "when", repeat)

    def refer(
        self,
        id: UUID,
        intent: Intent,
        referred_to: str,
        reason: str,
        told_by: str | None,
        **repeat: Any,
    ) -> "Future[Answer]":
        """Hand the complaint to whoever can settle it, and say how the person was told.

        "No wrong door": whoever complains is led on, never sent away (PermenPANRB 62/2018).
        """
        if told_by is not None and told_by not in TOLD_BY:
            raise invalid("told_by", _("Pilih salah satu: {known}.", known=", ".join(TOLD_BY)))
        box = self._sealed(id, reason, "CaseReferred.reason")
        return self._step(
            id,
            intent,
            lambda case, act: case.refer(act, referred_to, box, told_by),
            "occurred_at",
            repeat,
        )

    def reopen(self, id: UUID, intent: Intent, reason: str, **repeat: Any) -> "Future[Answer]":
        """Bring a closed case back to analysis, and say why in a remark."""
        box = self._sealed(id, reason, "CaseCommented.comment")

        def decide(case: Case, act: Act) -> None:
            case.reopen(act, BY_HAND)
            case.comment(act, box)

        return self._step(id, intent, decide, "occurred_at", repeat)

    def _promised(self, case: Case, pauses: Sequence[Pause]) -> list[DueV1]:
        """Return the promises with these pauses; what was kept already stays as it was."""
        resolution = self._resolution
        kept = kept_at(resolution.thread(case.id))
        made = resolution.promises.made(
            case.puskesmas, case.kind, case.grade, case.received_at, pauses
        )
        stays = {due.name: due for due in case.deadlines if due.name in kept}
        return [*stays.values(), *(due for due in made if due.name not in stays)]

    def _must_be_unit(self, id: UUID, unit: str | None) -> None:
        here = self._resolution.district.puskesmas(self._resolution.get(id).puskesmas)
        if unit is not None and unit not in here.units:
            raise invalid("unit", _("Unit ini tidak ada di Puskesmas ini."))

    def _sealed(self, id: UUID, text: str, place: str) -> SealedBox:
        key = self._resolution.key(id)
        return key.seal(text, place, self._resolution.entropy)

    def _step(
        self, id: UUID, intent: Intent, decide: Decide, field: str, repeat: dict[str, Any]
    ) -> "Future[Answer]":
        return self._resolution.step(id, intent, decide, field, **repeat)
