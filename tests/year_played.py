"""A year of one Puskesmas, lived through by HTTP on a node whose time is set.

Whatever is sent is kept here as it was sent, with its times, so that `tests/year_recounted.py` can
count every figure again from that alone.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from tests.by_hand import Office, on

YEAR: Final = 2026
HERE: Final = "/puskesmas/puring"
MONTHS: Final = [f"{YEAR}-{number:02}" for number in range(1, 13)]
END: Final = on("2027-01-20")
ELEMENTS: Final = (
    *("requirements", "procedure", "time", "cost", "product"),
    *("competence", "behaviour", "complaint_handling", "facilities"),
)
CHANNELS: Final = ("in_person", "sms", "whatsapp", "instagram", "google_review", "phone")
UNITS: Final = ("loket", "farmasi", "kia-kb", "imunisasi", None, "ugd", "tata-usaha")
CATEGORIES: Final[tuple[list[str], ...]] = (
    ["waktu-tunggu"],
    ["obat"],
    ["sikap-petugas", "informasi"],
    [],
    ["fasilitas"],
)
SLIPS: Final = {1: 1, 2: 0, 3: 2, 4: 0, 5: 1, 7: 0, 8: 1, 9: 0, 10: 2, 11: 0, 12: 1}
"""How many slips were in the box; in June it was not opened."""
WORDS: Final = "Tertulis seperti yang disampaikan."
Way = list[tuple[float, str, dict[str, Any]]]

EFFECTIVE: Final = {"effective": True}
ANSWER: Final = {"answer": WORDS}
RESULT: Final = {"summary": WORDS}
CAUSE: Final = {"root_cause": WORDS, "finding": "upheld"}
BY_RULE: Final = {"root_cause": WORDS, "finding": "by_rule"}
# Hours after the step before, the step, and what is sent.
DIRECT: Final[Way] = [
    (1, "grade", {"grade": "green"}),
    (3, "immediate-answer", ANSWER),
    (20, "documentation", RESULT),
    (48, "evaluation", EFFECTIVE),
]
SLOW: Final[Way] = [
    (50, "grade", {"grade": "yellow"}),
    (46, "immediate-answer", ANSWER),
    (25 * 24, "documentation", RESULT),
    (24, "evaluation", EFFECTIVE),
]
PLANNED: Final[Way] = [
    (2, "grade", {"grade": "yellow"}),
    (20, "analysis", CAUSE),
    (4, "plan", {}),
    (140, "actions/1", {}),
    (150, "actions/2", {}),
    (12, "documentation", RESULT),
    (72, "evaluation", EFFECTIVE),
]
URGENT: Final[Way] = [(1, "grade", {"grade": "red"}), *PLANNED[1:]]
TAKEN_BACK: Final[Way] = [(26, "withdrawal", {"reason": WORDS})]
REFERRED: Final[Way] = [
    (2, "grade", {"grade": "green"}),
    (28, "referral", {"referred_to": "Kantor BPJS", "reason": WORDS}),
]
AGAIN: Final[Way] = [
    (24, "analysis", BY_RULE),
    (30, "documentation", RESULT),
    (24, "evaluation", EFFECTIVE),
]
NOT_EFFECTIVE: Final[Way] = [*DIRECT[:3], (48, "evaluation", {"effective": False}), *AGAIN]
BROUGHT_BACK: Final[Way] = [*DIRECT, (120, "reopen-request", {"reason": WORDS}), *AGAIN]
LEFT: Final[Way] = [(2, "grade", {"grade": "green"})]
WAITING: Final[Way] = [*LEFT, (2, "pause", {"reason": WORDS})]
WAYS: Final = (DIRECT, PLANNED, SLOW, DIRECT, URGENT, REFERRED, NOT_EFFECTIVE, TAKEN_BACK)
WHO: Final = {"evaluation": "bayu", "withdrawal": "rini", "referral": "kukuh"}


@dataclass
class Sent:
    """One complaint as it was sent, and each step of it: its name, when, and what was sent."""

    received: datetime
    entered: datetime
    form: dict[str, Any]
    id: str = ""
    receipt: str = ""
    steps: list[tuple[str, datetime, dict[str, Any]]] = field(default_factory=list)


@dataclass
class Met:
    """A meeting that was held, by when its decision was due and when it was done (None: not)."""

    kind: str
    at: datetime
    months: list[str]
    outcome: str
    due: date
    done: datetime | None = None
    id: str = ""


@dataclass
class Asked:
    """A survey: the answers of its respondents, each by unit and element."""

    period: str
    answers: list[tuple[str, dict[str, int]]]
    population: int
    closed: datetime | None = None
    published: datetime | None = None
    id: str = ""


class Year:
    """Plays the year; what was sent stays on it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.sent: list[Sent] = []
        self.openings: list[tuple[datetime, int]] = []
        self.stated: dict[str, list[datetime]] = {month: [] for month in MONTHS}
        self.known: dict[str, datetime] = {}
        self.found: dict[str, str] = {}
        self.meetings: list[Met] = []
        self.surveys: list[Asked] = []
        self.visits: dict[str, int] = {}
        self.looked: list[datetime] = []
        """When the tasks that had fallen due were run."""
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()

    @property
    def now(self) -> datetime:
        """What time it is at the Puskesmas."""
        return self.office.clock.now

    def play(self) -> "Year":
        """Live through all of it."""
        self._plan()
        while self._agenda:
            at, _number, act = heapq.heappop(self._agenda)
            self.office.clock.now = max(at, self.now)
            act()
            self.office.carry()
        self.office.clock.now = END
        self._look()
        return self

    def later(self, at: datetime, act: Callable[[], None]) -> None:
        """Do something at a time."""
        heapq.heappush(self._agenda, (at, next(self._order), act))

    def call(self, by: str, path: str, method: str = "POST", /, **body: Any) -> dict[str, Any]:
        """Make a call that must go well."""
        answer = self.office.ask(by, method, f"/api/v1{path}", json=body)
        assert answer.status_code in (200, 201), (path, answer.text)
        found: dict[str, Any] = answer.json()
        return found

    def _plan(self) -> None:
        for number in range(40):
            day = date(YEAR, 1, 8) + timedelta(days=number * 9)
            self.later(on(str(day), 8 + number % 5), partial(self._come, number))
        for number, month in enumerate(MONTHS, 1):
            self._plan_month(number, month)
        for number in range(1, 5):
            self._plan_survey(number)
        self.later(on("2026-07-14"), self._come_late)
        self.later(on("2026-07-15"), lambda: self._correct("2026-06"))

    def _plan_month(self, number: int, month: str) -> None:
        following = f"{YEAR + number // 12}-{number % 12 + 1:02}"
        if number in SLIPS:
            opened = {1: "24", 7: "24", 8: "26", 10: "24", 12: "23"}.get(number, "25")
            self.later(on(f"{month}-{opened}", 10), lambda: self._open_box(SLIPS[number]))
        # May's is held on its last day, a Sunday.
        lokmin = f"{month}-{31 if number == 5 else 26}"
        self.later(on(lokmin, 13), lambda: self._meet("monthly_lokmin", number))
        if number % 3 == 0:
            self.later(on(f"{month}-29", 13), lambda: self._meet("quarterly_lokmin", number))
        if number in (3, 9):
            self.later(on(f"{month}-18", 14), lambda: self._meet("mmd", number))
        if number != 12:
            self.later(on(f"{following}-02", 8), lambda: self._visited(month, 900 + 13 * number))
        closing = "20" if number == 3 else "04"
        self.later(on(f"{following}-{closing}", 10), lambda: self._close(month))
        noted = "15" if number == 5 else "21" if number == 3 else "07"
        self.later(on(f"{following}-{noted}", 11), lambda: self._note(month))

    def _come(self, number: int) -> None:
        kinds = {3: "praise", 6: "suggestion", 8: "information_request"}
        form = {
            "channel": CHANNELS[number % 6],
            "kind": kinds.get(number % 10, "complaint"),
            "service_unit": UNITS[number % 7],
            "categories": CATEGORIES[number % 5],
            "barrier": {0: "language", 5: "culture"}.get(number % 8),
            "confidentiality": "anonymous" if number % 7 == 4 else "open",
        }
        if number % 9 == 7:
            form["confidentiality"] = "confidential"
        ways = {16: BROUGHT_BACK, 31: LEFT, 37: LEFT, 39: WAITING}
        self._receive(form, ways.get(number, WAYS[number % 8]))

    def _come_late(self) -> None:
        """Write down what was said on 28 June, after June was closed."""
        form: dict[str, Any] = {"channel": "letter", "kind": "complaint", "service_unit": "loket"}
        form |= {"categories": ["waktu-tunggu"], "received_at": on("2026-06-28", 9).isoformat()}
        self._receive(form, DIRECT)

    def _receive(self, form: dict[str, Any], way: Way) -> None:
        body = {name: value for name, value in form.items() if value is not None}
        answer = self.call("sari", f"{HERE}/complaints", text=WORDS, **body)
        stated = form.get("received_at")
        received = self.now if stated is None else datetime.fromisoformat(stated)
        sent = Sent(received, self.now, form, answer["id"], answer["receipt"])
        self._follow(sent, way)

    def _follow(self, sent: Sent, way: Way) -> None:
        number = len(self.sent)
        self.sent.append(sent)
        if sent.form["kind"] == "praise":
            return
        at = self.now
        for hours, name, body in way:
            at += timedelta(hours=hours)
            self.later(at, partial(self._step, sent, name, body))
        twice = sum(name == "documentation" for _hours, name, _body in way) > 1
        if any(name == "documentation" for _hours, name, _body in way) and not twice:
            who = sent.form.get("confidentiality", "open")
            if who != "confidential" and number % 3 != 2:
                self.later(at + timedelta(hours=30), lambda: self._publish(sent))
            if who != "anonymous" and number % 4 != 3:
                self.later(at + timedelta(hours=31), lambda: self._inform(sent))

    def _step(self, sent: Sent, name: str, body: dict[str, Any]) -> None:
        if name == "plan":
            days = [(self.now + timedelta(days=ahead)).date() for ahead in (7, 14)]
            action = {"action": WORDS, "person_responsible": "Kepala ruangan"}
            body = {"actions": [action | {"due_on": str(day)} for day in days]}
        if name.startswith("actions/"):
            body = {"done_on": str(self.now.date()), "note": WORDS}
        path = {
            "withdrawal": f"/complaints/{sent.id}/withdrawal",
            "reopen-request": "/receipts/reopen-request",
        }.get(name, f"/cases/{sent.id}/{name}")
        if name == "reopen-request":
            body = body | {"receipt": sent.receipt}
        self.call(WHO.get(name, "sari"), path, **body)
        sent.steps.append((name, self.now, body))

    def _publication(self, sent: Sent) -> str:
        (found,) = self.office.get("sari", "/publications", complaint=sent.id)["items"]
        return f"/publications/{found['id']}"

    def _publish(self, sent: Sent) -> None:
        path = self._publication(sent)
        self.call("kukuh", f"{path}/approval", text="Sudah diperbaiki.", media=["notice_board"])
        self.call("dewi", f"{path}/release")
        sent.steps.append(("release", self.now, {}))

    def _inform(self, sent: Sent) -> None:
        self.call("sari", f"{self._publication(sent)}/informed", channel="phone")
        sent.steps.append(("informed", self.now, {}))

    def _open_box(self, slips: int) -> None:
        form: dict[str, Any] = {"channel": "suggestion_box", "kind": "complaint"}
        form["service_unit"] = "loket"
        form |= {"categories": ["jam-layanan"], "confidentiality": "anonymous"}
        said = {name: value for name, value in form.items() if name != "channel"}
        answer = self.call(
            "rini",
            f"{HERE}/box-openings",
            opened_at=self.now.isoformat(),
            officers=["Rini"],
            slips=[{"text": WORDS, **said}] * slips,
        )
        self.openings.append((self.now, slips))
        for each in answer["complaints"]:
            self._follow(Sent(self.now, self.now, form, each["id"]), DIRECT)

    def _meet(self, kind: str, number: int) -> None:
        months = [MONTHS[number - 2]] if kind == "monthly_lokmin" and number > 1 else []
        due = self.now.date() + timedelta(days=14)
        met = Met(kind, self.now, months, f"Hasil {kind} bulan {number}.", due)
        decided = {"decision": WORDS, "person_responsible": "KTU", "due_on": str(due)}
        held = {
            "held_at": self.now.isoformat(),
            "chair": "dr. Kukuh",
            "note_taker": "Siti",
            "attendance": [{"name": "dr. Kukuh"}, {"name": "Siti"}],
            "minutes": WORDS,
            "outcome": met.outcome,
            "decisions": [decided],
        }
        plan = {"kind": kind, "starts_at": held["held_at"], "venue": "Aula", "months": months}
        met.id = self.call("bayu", f"{HERE}/meetings", **plan, held=held)["id"]
        self.meetings.append(met)
        if number % 4:
            self.later(self.now + timedelta(days=10), lambda: self._decide(met))
        if kind == "mmd":
            self.office.settle()  # whoever writes down what was said asks for the meeting
            form = {"channel": "meeting", "kind": "suggestion", "service_unit": "posyandu"}
            self._receive(form | {"categories": ["luar-gedung"], "meeting": met.id}, PLANNED)

    def _decide(self, met: Met) -> None:
        done = {"done_on": str(self.now.date()), "note": WORDS}
        self.call("sari", f"/meetings/{met.id}/decisions/1", **done)
        met.done = self.now

    def _visited(self, month: str, visits: int) -> None:
        self.call("rini", f"{HERE}/visits/{month}", "PUT", visits=visits)
        self.visits[month] = visits

    def _look(self) -> None:
        self.office.carry()
        self.office.hand.run_due()
        self.office.settle()
        self.looked.append(self.now)

    def _close(self, month: str) -> None:
        self._look()
        found = ("effective", "partly", "not_effective", "nothing")[int(month[-2:]) % 4]
        self.call("sari", f"{HERE}/recaps/{month}/completion", effectiveness=found)
        self.found[month] = found
        self.office.clock.wait(timedelta(minutes=5))
        self.call("sari", f"{HERE}/recaps/{month}/closing")
        self.stated[month].append(self.now)

    def _note(self, month: str) -> None:
        self.call("kukuh", f"{HERE}/recaps/{month}/acknowledgement")
        self.known.setdefault(month, self.now)

    def _correct(self, month: str) -> None:
        self.office.settle()
        self.call("sari", f"{HERE}/recaps/{month}/corrections", reason="late_entry")
        self.stated[month].append(self.now)

    def _plan_survey(self, number: int) -> None:
        asked = Asked(f"{YEAR}-Q{number}", [], 40)
        self.surveys.append(asked)
        middle = MONTHS[number * 3 - 2]
        last, after = MONTHS[number * 3 - 1], f"{YEAR + number // 4}-{number * 3 % 12 + 1:02}"
        self.later(on(f"{middle}-02"), lambda: self._ask(asked, f"{middle}-02", f"{last}-25"))
        self.later(on(f"{last}-10", 11), lambda: self._answered(asked, number))
        self.later(on(f"{last}-25", 15), lambda: self._closed(asked))
        published = "20" if number == 3 else "10"
        self.later(on(f"{after}-{published}", 14), lambda: self._published(asked))

    def _ask(self, asked: Asked, first: str, last: str) -> None:
        asked.id = self.call(
            "sari",
            f"{HERE}/surveys",
            period=asked.period,
            opens_on=first,
            closes_on=last,
            agenda=WORDS,
            target=WORDS,
            units=["loket", "farmasi"],
            ways=["paper"],
            population=asked.population,
        )["id"]
        at = f"/surveys/{asked.id}"
        self.call("kukuh", f"{at}/approval")
        self.call("sari", f"{at}/coordination", units=["loket"], who=["Bu Yuli"])
        self.call("sari", f"{at}/opening")

    def _answered(self, asked: Asked, number: int) -> None:
        for respondent in range(30 + number):
            scores = {
                element: 2 + (respondent * place + number) % 3
                for place, element in enumerate(ELEMENTS)
                # Some left an element blank.
                if (respondent + place) % 11
            }
            asked.answers.append((("loket", "farmasi")[respondent % 2], scores))
        sheets = [{"unit": unit, "scores": scores} for unit, scores in asked.answers]
        self.call("rini", f"/surveys/{asked.id}/answers", answers=sheets)

    def _closed(self, asked: Asked) -> None:
        self.call("sari", f"/surveys/{asked.id}/closing")
        asked.closed = self.now

    def _published(self, asked: Asked) -> None:
        words = {"analysis": WORDS, "follow_up": WORDS}
        self.call("dewi", f"/surveys/{asked.id}/publication", media=["notice_board"], **words)
        asked.published = self.now
