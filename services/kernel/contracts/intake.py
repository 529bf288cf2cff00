"""What intake publishes: complaints as they come in, and the master data they refer to."""

from datetime import date

import msgspec

from services.kernel.contracts.fields import Internal, Moment, Public, Sealed, SealedBox
from services.kernel.contracts.registry import Event, published


@published("intake")
class ComplaintReceivedV1(Event, frozen=True):
    """A complaint, suggestion, praise or request was written on the complaint form.

    SOP Lamaru 1a-1c and 2a-2b; SOP Puring 2a and 3a. `occurred_at` is when the Puskesmas heard
    it (so that a report as of a day holds what had been heard by then), `incident_at` when the
    thing complained of happened. The receipt's code is never published, only its hash.
    """

    number: Public[str]
    receipt_hash: Internal[str]
    channel: Public[str]
    kind: Public[str]
    service_unit: Public[str | None]
    categories: Public[list[str]]
    incident_at: Internal[Moment | None]
    confidentiality: Internal[str]
    relation: Internal[str | None]
    barrier: Internal[str | None]
    wants_answer_by: Internal[str | None]
    text: Sealed[SealedBox]
    complainant: Sealed[SealedBox | None]


@published("intake")
class ComplaintCorrectedV1(Event, frozen=True):
    """What stands on the complaint form was put right; all of it as it stands from now on.

    SOP Lamaru 1c and 2b (the form is the record), SOP Puring 2a; UU 27/2022 gives the person a
    right to have what is wrong put right. `text` and `complainant` are the boxes that stood
    there unless the words themselves changed. Number and receipt never change. `reason` says why.
    """

    channel: Public[str]
    kind: Public[str]
    service_unit: Public[str | None]
    categories: Public[list[str]]
    incident_at: Internal[Moment | None]
    confidentiality: Internal[str]
    relation: Internal[str | None]
    barrier: Internal[str | None]
    wants_answer_by: Internal[str | None]
    text: Sealed[SealedBox]
    complainant: Sealed[SealedBox | None]
    reason: Sealed[SealedBox]


@published("intake")
class ComplaintWithdrawnV1(Event, frozen=True):
    """The person took the complaint back.

    UU 25/2009 (a complaint may end by its complainant's will); neither SOP names it. `by`:
    `complainant` (with the receipt) or `officer` (on their behalf). Whether the case may still end
    so is resolution's to decide; the event stands either way.
    """

    by: Public[str]
    reason: Sealed[SealedBox | None]


@published("intake")
class DuplicateLinkedV1(Event, frozen=True):
    """This complaint says what another one, `other` (its id), had said before it.

    SOP Lamaru 2b-2d, SOP Puring 3b: the team looks at all that came in, and answers a thing once.
    Both are complaints of one Puskesmas; the original is no duplicate itself.
    """

    other: Public[str]


@published("intake")
class DuplicateUnlinkedV1(Event, frozen=True):
    """A link to an original was taken back: the two are not the same after all."""

    other: Public[str]


@published("intake")
class AttachmentAddedV1(Event, frozen=True):
    """A photo or scan was put with the complaint (UU 25/2009: evidence may be attached).

    The file is a sealed blob beside the store and never travels here: `sha256` (hexadecimal) and
    `size` (bytes) are of that blob, `media_type` is what its content was found to be.
    """

    attachment: Public[str]
    sha256: Internal[str]
    size: Public[int]
    media_type: Public[str]
    file_name: Sealed[SealedBox]


@published("intake")
class SuggestionBoxOpenedV1(Event, frozen=True):
    """The suggestion box was opened (SOP Puring 3a, monthly; SOP Lamaru 2a).

    `occurred_at` is when; `officers` are those who stood by; `slips` may be 0, which is an opening
    as well. Each slip is a complaint of channel `suggestion_box`; `complaints` are their ids.
    """

    officers: Internal[list[str]]
    slips: Public[int]
    complaints: Public[list[str]]


@published("intake", version=2)
class SuggestionBoxOpenedV2(Event, frozen=True):
    """A suggestion box was opened (SOP Puring 1.8 and 2a; SOP Lamaru 2a).

    As version 1, with which box it was (`box`, its code; None where the Puskesmas has none on its
    list, as of every opening of version 1) and who witnessed it. `slips` is how many were counted
    in it, which is as many as were written down.
    """

    box: Public[str | None]
    officers: Internal[list[str]]
    witnesses: Internal[list[str]]
    slips: Public[int]
    complaints: Public[list[str]]


class UnitVisitsV1(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a month's visits were to one service unit."""

    unit: Public[str]
    visits: Public[int]


@published("intake")
class VisitsRecordedV1(Event, frozen=True):
    """How many visits a Puskesmas had in a `month` (2026-10), as it stands from now on.

    Neither SOP names it; the recap's rates per 1,000 visits need it. `by_unit` may name some units
    or none: a person who is seen at two units is two there and one in `visits`.
    """

    month: Public[str]
    visits: Public[int]
    by_unit: Public[list[UnitVisitsV1]]


@published("intake")
class ComplainantRatedV1(Event, frozen=True):
    """The person said how well the complaint was handled: `rating` from 1 (bad) to 4 (very good).

    The four steps are those of the satisfaction survey (PermenPANRB 14/2017), which both SOPs name.
    """

    rating: Public[int]
    remark: Sealed[SealedBox | None]


@published("intake")
class ReopenRequestedV1(Event, frozen=True):
    """The person is not content with the result and asks for the case to be taken up again.

    SOP Lamaru 1i and 2h (the handling is judged). Resolution decides; what the case's state does
    not allow is shown as refused.
    """

    reason: Sealed[SealedBox]


@published("intake")
class ErasureRequestedV1(Event, frozen=True):
    """Somebody asked that the person of this complaint be erased (UU 27/2022 Ps 8 and 14).

    `reason` is from a closed list (subject_request, consent_withdrawn, unlawful, retention), for
    words here would stay for ever. `erasure` is one id in all events of one erasure;
    `ends_open_cases`: who asked agreed that cases under way end as withdrawn. The complaint's home
    answers, with ErasureScheduled or ErasureRefused.
    """

    erasure: Public[str]
    reason: Public[str]
    ends_open_cases: Public[bool]


@published("intake")
class ErasureScheduledV1(Event, frozen=True):
    """The home closed the words of this complaint, one of the person's; nobody opens them now.

    At `destroy_at` their keys are destroyed; until then the erasure may be called back. `copies`
    are the other origins that hold or held a key or file of it, each of which has to say
    PersonErased.
    """

    erasure: Public[str]
    reason: Public[str]
    destroy_at: Internal[Moment]
    copies: Internal[list[str]]


@published("intake")
class ErasureRefusedV1(Event, frozen=True):
    """The home refused an erasure that was asked for elsewhere, for legal_hold or open_case."""

    erasure: Public[str]
    refused_for: Public[str]


@published("intake")
class ErasureCalledBackV1(Event, frozen=True):
    """The erasure was called back before its time; the words may be opened again."""

    erasure: Public[str]


@published("intake")
class PersonErasedV1(Event, frozen=True):
    """The keys and files of this complaint, one of the person's, were destroyed at `origin`.

    Said first by the home, then by every other origin that held a copy. What is counted of the
    complaint stays.
    """

    erasure: Public[str]
    origin: Public[str]


@published("intake")
class LegalHoldPlacedV1(Event, frozen=True):
    """This complaint's person may not be erased (UU 27/2022 Ps 15), through the day `until`.

    `reason`: legal_case, law_enforcement, archive_schedule or public_interest.
    """

    reason: Public[str]
    until: Public[date]


@published("intake")
class LegalHoldLiftedV1(Event, frozen=True):
    """What kept this complaint's person from being erased is over."""


@published("intake")
class PuskesmasRegisteredV1(Event, frozen=True):
    """A Puskesmas of the district file was recorded, or its entry changed."""

    code: Public[str]
    name: Public[str]
    short_code: Public[str]
    letter: Public[str]
    kecamatan: Public[str]
    zone: Public[str]
    work_days: Public[int]
    units: Public[list[str]]


@published("intake")
class PuskesmasHomedV1(Event, frozen=True):
    """The origin that acts on a Puskesmas' events was recorded."""

    code: Public[str]
    home: Public[str]


class ScheduleV1(msgspec.Struct, frozen=True, kw_only=True):
    """Once in every so many weeks, by a `weekday` (monday …), or months, by a `day` of the month.

    What falls on a closed day is due on the working day `before` or `after` it (`if_closed`).
    """

    weeks: Public[int | None]
    months: Public[int | None]
    weekday: Public[str | None]
    day: Public[int | None]
    if_closed: Public[str]


@published("intake")
class SuggestionBoxRegisteredV1(Event, frozen=True):
    """A suggestion box of the district file was recorded, or its entry changed.

    SOP Puring 1.8 (opened monthly). `unit` is where it stands; `since`: from which day on its
    openings are owed (None: from when it was first recorded).
    """

    code: Public[str]
    name: Public[str]
    unit: Public[str | None]
    schedule: Public[ScheduleV1]
    since: Public[date | None]
    in_use: Public[bool]


@published("intake")
class UnitRegisteredV1(Event, frozen=True):
    """A service unit of the district file was recorded, or its entry changed."""

    code: Public[str]
    name: Public[str]
    effort: Public[str]
    cluster: Public[str]


@published("intake")
class FeedbackHeardV1(Event, frozen=True):
    """A complaint was raised in a meeting (SOP Puring 1.6, 3a): which one it was."""

    meeting: Public[str]
