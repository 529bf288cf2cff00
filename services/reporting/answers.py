"""What reporting's calls answer, as the OpenAPI document describes it."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.reporting.completeness import Incomplete
from services.reporting.edges import EdgeView, HandoverView


class ComplaintItem(BaseModel):
    """What a complaint is and where it stands; praise has no state and no promise."""

    id: UUID
    number: str
    puskesmas: str
    kind: str
    channel: str
    service_unit: str | None
    categories: list[str]
    confidentiality: str
    received_at: datetime
    recorded_at: datetime
    state: str | None
    closed: bool | None
    grade: str | None
    response_due: datetime | None
    settlement_due: datetime | None
    responded_at: datetime | None
    settled_at: datetime | None
    rules_version: int | None
    next_due: datetime | None = Field(
        description="the next promise that is to be kept: to answer, then to settle"
    )
    overdue: bool = Field(description="open, and the next promise was due before now")
    paused: bool = Field(description="waits for the complainant: what it waits for is not due")
    escalated: bool = Field(description="is or was before the district office")
    before_district: bool = Field(description="the district office has yet to answer")
    published: bool
    informed: bool


class Complaints(BaseModel):
    """A page of the list; `next` is the `cursor` of the following one."""

    incomplete: list[Incomplete] = Field(description="whose data is not whole; empty: nobody's")
    items: list[ComplaintItem]
    next: str | None


class EventItem(BaseModel):
    """One event of the log copy: who, when, where it lies, and what its bytes hash to."""

    position: str = Field(examples=["/node-3f9a/resolution:42"])
    source: str
    id: int
    offset: int
    partition: int
    subject: str
    puskesmas: str
    type: str = Field(examples=["tanggap.CaseGraded.v1"])
    occurred_at: datetime | None = Field(description="when it happened, as stated")
    time: datetime = Field(description="when its store recorded it")
    arrived_at: datetime = Field(description="when the stream took it")
    actor: str
    role: str
    correlation_id: str = Field(description="the request or task that it began with; also in logs")
    causation_id: str = Field(description="the position of the event that caused it, if one did")
    trouble: str | None = Field(description="why its payload could not be read")
    hash: str = Field(description="SHA-256 of its attributes and value")


class Audit(BaseModel):
    """The events behind one complaint, in the order of its history."""

    id: UUID
    number: str
    puskesmas: str
    state: str | None
    rules_version: int | None = Field(description="the version of the rules that its dates obey")
    items: list[EventItem]


class Events(BaseModel):
    """Events in the order of arrival; `next` may be given as `since`."""

    items: list[EventItem]
    next: str | None


class ReceiptStep(BaseModel):
    """A step that was taken, and when."""

    step: str
    happened_at: datetime


class PublicAnswer(BaseModel):
    """An answer that was published."""

    answer: str
    published_at: datetime
    planned: bool = Field(description="it says what will change; else what came of it")
    reopened: bool = Field(
        description="its case was opened again since: until a newer result is public"
    )


class ReceiptStatus(BaseModel):
    """How far one's own complaint is; never who or what was said. Of its answers the newest."""

    number: str
    puskesmas: str
    kind: str
    state: str | None
    closed: bool | None
    received_at: datetime
    response_due: datetime | None
    settlement_due: datetime | None
    paused: bool | None = Field(description="we wait for you; meanwhile nothing is due")
    referred_to: str | None = Field(description="who settles it in this place, once referred")
    steps: list[ReceiptStep]
    answers: list[PublicAnswer]


class BoardItem(BaseModel):
    """One published result; a confidential one shows neither unit nor date."""

    id: UUID
    text: str
    media: list[str]
    service_unit: str | None
    received_at: datetime | None
    published_at: datetime | None
    planned: bool = Field(description="it says what will change; else what came of it")
    reopened: bool = Field(
        description="its case was opened again since: until a newer result is public"
    )


class Board(BaseModel):
    """What a Puskesmas shows now."""

    puskesmas: str
    items: list[BoardItem]


class Totals(BaseModel):
    """brought_forward + received + brought_back - closed = carried_forward, over cases."""

    part: str | None = Field(description="of what `by` asks for; null: of none, or all in one")
    brought_forward: int | None = Field(description="null: nothing has come from there")
    received: int | None
    brought_back: int | None = Field(description="reopened after they had been closed")
    closed: int | None
    carried_forward: int | None
    praise: int | None = Field(description="opens no case; counted apart")


class TotalsAnswer(BaseModel):
    """The control totals."""

    incomplete: list[Incomplete] = Field(description="whose data is not whole; empty: nobody's")
    items: list[Totals]


class LateMessage(BaseModel):
    """A message that waits for the one before it."""

    source: str
    id: int
    waits_for: int
    arrived_at: datetime


class SourceAge(BaseModel):
    """How much came of one source, and when the last did."""

    source: str
    events: int
    last_id: int
    last_time: datetime
    last_arrived_at: datetime


class Fork(BaseModel):
    """A message that contradicts another under the same source and position."""

    source: str
    id: int
    partition: int
    offset: int
    previous: int
    arrived_at: datetime


class Trouble(BaseModel):
    """A message whose payload could not be read."""

    source: str
    id: int
    subject: str
    type: str
    trouble: str
    arrived_at: datetime


class FollowerState(BaseModel):
    """How far one service's follower is."""

    name: str = Field(examples=["resolution"])
    lag: int | None = Field(
        description="messages of the stream that are still to be read; null: it does not answer"
    )
    failure: str | None = Field(description="the kind of failure, while it fails")
    failing_since: datetime | None
    late: list[LateMessage]


class RelayState(BaseModel):
    """How far one service's events are on their way to the stream."""

    service: str = Field(examples=["intake"])
    unsent: int
    oldest_unsent_at: datetime | None = Field(description="when the oldest of them was recorded")
    failure: str | None = Field(description="the kind of failure, while it fails")
    failing_since: datetime | None


class JobsState(BaseModel):
    """What a service does later, and is due by now."""

    service: str
    due: int = Field(description="at most a page of them is counted")
    oldest_due_at: datetime | None


class TaskSetAside(BaseModel):
    """A task that is sent no more: it was begun, again and again, and came to no end."""

    task: str
    argument: str
    since: datetime


class ProcessState(BaseModel):
    """One process of the deployment, as it was last heard."""

    process: str = Field(description="its machine and number", examples=["dinas-1:4711"])
    services: list[str]
    leads: bool = Field(description="whether it relays and follows for its service's store")
    failing: dict[str, str] = Field(description="what of it fails, and how")
    disk_free: int = Field(description="bytes, where its data folder lies")
    disk_size: int = Field(description="bytes")
    clock_ahead_seconds: float | None = Field(
        description="its clock against that of the database's server; null: it has none"
    )
    heard_at: datetime
    silent: bool = Field(description="it should have been heard since")


class WaitingQueue(BaseModel):
    """Events of one subject that wait until the first of them can be handled."""

    follower: str
    subject: str
    source: str = Field(description="of the first event")
    id: int = Field(description="of the first event")
    type: str = Field(examples=["tanggap.ResolutionDocumented.v1"])
    reason: str = Field(description="a code, never words", examples=["not_found"])
    since: datetime
    behind: int = Field(description="how many events wait behind the first")


class Drained(BaseModel):
    """What a replay of one follower's queue did."""

    follower: str
    handled: int
    left: int
    reason: str | None = Field(description="why it stopped, where something is left")


class Replayed(BaseModel):
    """What a replay of a subject's queues did, by follower."""

    subject: str
    items: list[Drained]


class RebuildState(BaseModel):
    """A rebuild that is under way; its figures are null until the first part is done."""

    source: str = Field(description="log, stream or stores")
    done: int | None = None
    total: int | None = None
    rate: float | None = Field(None, description="events a second")
    copied: int | None = Field(None, description="messages read, while its log is being copied")


class Backups(BaseModel):
    """The backups that are made by the clock."""

    folder: str
    every_hours: int
    kept: int
    last_at: datetime | None = Field(description="null: none was made yet")
    passed: bool | None = Field(description="whether it was restored and found whole")
    size: int | None
    failure: str | None = Field(description="why the one that is due is not there")
    unerased: int = Field(description="how many still hold what was erased since they were made")


class MailboxRead(BaseModel):
    """The mailbox to which e-mails come back, when it was read last, and why it cannot be now."""

    mailbox: str
    looked_at: datetime | None
    left: int = Field(description="mails that say nothing to the machine and nobody has read")
    failure: str | None


class LostFile(BaseModel):
    """Reporting's file was missing or damaged, and was made again by itself; or it is the first,
    made when there were events already."""

    why: str = Field(description="missing, damaged, or first: there is no trace of another")
    since: datetime
    mended_at: datetime | None = Field(description="null: it is being filled, reports wait")
    events: int | None
    from_stores: int | None = Field(description="what the stream lacked and the stores held")
    seconds: float | None
    done: int | None = Field(None, description="events so far, while it is being filled")
    total: int | None = None


class Imbalance(BaseModel):
    """A case whose moves and state contradict each other: control totals that hold it are wrong."""

    id: UUID
    number: str | None
    puskesmas: str | None
    service_unit: str | None
    channel: str | None
    categories: list[str] | None
    since: datetime
    carried: int = Field(description="what its moves leave: 1 open, 0 not")
    state: str | None


class Operations(BaseModel):
    """How far the log copy is, each relay and each follower; what is set aside; how each process
    stands."""

    relays: list[RelayState]
    followers: list[FollowerState]
    queues: list[WaitingQueue]
    jobs: list[JobsState]
    tasks: list[TaskSetAside]
    processes: list[ProcessState]
    handovers: list[HandoverView]
    backups: list[Backups]
    mailboxes: list[MailboxRead]
    edges: list[EdgeView]
    missing: list[str] = Field(description="services of which no process is heard that leads")
    lag: int | None = Field(description="messages of the stream still unread; null: no answer")
    offsets: dict[str, int]
    failure: str | None
    late: list[LateMessage]
    sources: list[SourceAge]
    forks: list[Fork]
    trouble: list[Trouble]
    rebuild: RebuildState | None
    lost: LostFile | None
    imbalances: list[Imbalance] = Field(description="where the control totals do not add up")


class Gap(BaseModel):
    """Positions that are missing."""

    source: str
    first_missing: int
    last_missing: int


class BrokenChain(BaseModel):
    """A message that names another predecessor than the one that is there."""

    source: str
    id: int
    previous: int
    before: int


class Position(BaseModel):
    """A place in a source's history."""

    source: str
    id: int
