"""What a person tells in the erase drill, where that may be read, and who tells beside them."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from services.kernel.clock import system_clock
from tests.drills.node import DrillFailed, DrillNode
from tests.drills.pdf import text_of
from tests.running import day_in_jakarta
from tests.unit.test_attachments import JPEG
from tests.waiting import looks

PUBLIC: Final = "Loket kedua dibuka setiap hari kerja."
NEIGHBOURS: Final = 50
WAIT_SECONDS: Final = 30.0


class Person:
    """Somebody whose every word is a canary of its own; `mark` makes them somebody else."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        digits = f"{zlib.crc32(mark.encode()) % 10**8:08d}"
        self.phone = f"0812{digits}"
        self.email = f"kenari{digits}@burung.example"

    def word(self, name: str) -> str:
        """Return the canary that stands in one place."""
        return f"kenari-{name}-{self.mark}-terbang"

    @property
    def words(self) -> list[str]:
        """All of them."""
        return [*(self.word(name) for name in NAMES), self.phone, self.email]

    def forms(self) -> list[str]:
        """Return each as it may lie somewhere: a telephone number also normalised."""
        return [*self.words, f"+62{self.phone[1:]}", f"62{self.phone[1:]}"]

    def who(self) -> dict[str, str]:
        """Return who they say that they are."""
        known = {name: self.word(name) for name in ("name", "address")}
        return known | {"phone": self.phone, "email": self.email}


NAMES: Final = (
    *("text", "name", "address", "file", "corrected", "why", "grade", "meeting", "root"),
    *(
        "action",
        "note",
        "summary",
        "comment",
        "draft",
        "returned",
        "evaluation",
        "imported",
        "later",
    ),
)


@dataclass(frozen=True)
class Place:
    """Where words may be read: who reads, the path, which must stand there before the erasure;
    `says` that it must say afterwards that they are erased."""

    user: str
    path: str
    shows: tuple[str, ...]
    says: bool = True


@dataclass
class Asked:
    """One person's complaints: one closed, one with a draft that waits, one from a file."""

    node: DrillNode
    person: Person
    ids: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    _places: list[Place] = field(default_factory=list)

    def walk(self) -> None:
        """Have it all told and worked on."""
        word = self.person.word
        closed = self._complaint("text")
        file = {"file": (word("file") + ".jpg", JPEG)}
        added = self._done("rini", f"/complaints/{closed}/attachments", files=file)
        fixed = {"reason": word("why"), "text": word("corrected")}
        self._done("rini", f"/complaints/{closed}/corrections", json=fixed)
        self._work(closed)
        self._done("dewi", f"/publications/{self._draft(closed)}/draft", json={"text": PUBLIC})
        self._done("kukuh", f"/cases/{closed}/comments", json={"comment": word("comment")})
        note = {"effective": True, "note": word("evaluation")}
        self._done("bayu", f"/cases/{closed}/evaluation", json=note)
        waiting = self._complaint("later")
        self._work(waiting)
        draft = self._draft(waiting)
        self._done("dewi", f"/publications/{draft}/draft", json={"text": word("draft")})
        self._done("kukuh", f"/publications/{draft}/return", json={"reason": word("returned")})
        self._import()
        self.keys += self.ids
        last = ("EvaluationRecorded", "PublicationReturned", "ComplaintReceived")
        for id, name in zip(self.ids, last, strict=True):
            self._until(
                "agus", f"/audit/complaints/{id}", lambda found, name=name: _has(found, name)
            )
        told = tuple(map(word, ("grade", "meeting", "root", "action", "note", "summary")))
        name, form = word("name"), (word("corrected"), self.person.phone, self.person.email)
        self._places = [
            Place("sari", f"/catat/{closed}", (*form, name, word("address"), word("file"))),
            Place("sari", f"/catat/{self.ids[2]}", (word("imported"), self.person.phone)),
            Place("sari", f"/kasus/{closed}", (*told, name, word("comment"), word("evaluation"))),
            Place("sari", f"/kasus/{closed}/berkas.pdf", (*told, name, word("evaluation"))),
            Place("sari", "/kasus?state=documented", (word("later"),)),
            Place("bayu", "/evaluasi", (word("later"), word("summary"))),
            Place("kukuh", "/terbitkan", (word("draft"), word("returned"))),
            Place("kukuh", f"/terbitkan/{draft}", (word("later"), word("draft"))),
            Place("dewi", "/pemberitahuan", (word("returned"),), says=False),
            Place(
                "kukuh",
                f"/api/v1/complaints/{closed}/attachments/{added['attachment']}",
                ("JFIF",),
                says=False,
            ),
        ]

    def read(self, node: DrillNode) -> Iterator[tuple[Place, str]]:
        """Yield every place with what is read there now."""
        for place in self._places:
            answer = node.as_(place.user).get(node.address + place.path)
            if answer.status_code >= 500:
                raise DrillFailed(f"{place.path} answers {answer.status_code}")
            pdf = answer.headers["content-type"] == "application/pdf"
            yield place, text_of(answer.content) if pdf else answer.content.decode("latin-1")

    def totals(self, node: DrillNode) -> Any:
        """Return every total that must stay."""
        asked = {"puskesmas": "puring"}
        by = ("unit", "channel", "category")
        found = [
            node.get("wulan", "/reports/totals", by=each, **asked) for each in (*by, "puskesmas")
        ]
        board = node.get("wulan", "/puskesmas/puring/board")
        return [_without_times(each) for each in (*found, board)]

    def _complaint(self, said: str) -> str:
        body = {
            "channel": "in_person",
            "text": self.person.word(said),
            "service_unit": "loket",
            "complainant": self.person.who(),
        }
        id: str = self._done("rini", "/puskesmas/puring/complaints", json=body)["id"]
        self.ids.append(id)
        return id

    def _work(self, id: str) -> None:
        word, case = self.person.word, f"/cases/{id}"
        received = self._until("sari", case, lambda found: found)["received_at"]
        due = str(system_clock().date() + timedelta(days=30))
        plan = {"action": word("action"), "person_responsible": "KTU", "due_on": due}
        done_on = day_in_jakarta(received)
        for path, facts in (
            ("grade", {"grade": "yellow", "reason": word("grade")}),
            ("meeting-with-complainant", {"who": ["Sari"], "note": word("meeting")}),
            ("analysis", {"root_cause": word("root"), "finding": "upheld"}),
            ("plan", {"actions": [plan]}),
            ("actions/1", {"done_on": done_on, "note": word("note")}),
            ("documentation", {"summary": word("summary")}),
        ):
            self._done("sari", f"{case}/{path}", json=facts)

    def _draft(self, id: str) -> str:
        found = self._until("kukuh", "/publications", lambda found: found["items"], complaint=id)
        draft: str = found["items"][0]["id"]
        return draft

    def _import(self) -> None:
        row = f"web,praise,{self.person.word('imported')},{self.person.phone}"
        file = {"file": ("a.csv", f"channel,kind,text,phone\n{row}\n".encode())}
        taken = self._done("rini", "/puskesmas/puring/imports", files=file)
        if len(taken["ids"]) != 1:
            raise DrillFailed(f"the file was not taken: {taken}")
        self.ids += taken["ids"]

    def _done(self, user: str, path: str, **sent: Any) -> Any:
        answer = self.node.as_(user).post(path, **sent)
        if not answer.is_success:
            raise DrillFailed(f"{path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def _until(self, user: str, path: str, there: Any, **asked: str) -> Any:
        for _look in looks(WAIT_SECONDS):
            answer = self.node.as_(user).get(path, params=asked)
            if answer.is_success and there(answer.json()):
                return answer.json()
        raise DrillFailed(f"{path} never came to what was waited for")


class Neighbours:
    """Others who complain at the same time, and whose words must stay."""

    def __init__(self, node: DrillNode, mark: str) -> None:
        self._word = f"tetangga-{mark}"
        for number in range(NEIGHBOURS):
            body = {"channel": "phone", "text": f"{self._word}-{number}", "kind": "suggestion"}
            answer = node.as_("rini").post("/puskesmas/puring/complaints", json=body)
            if answer.status_code != 201:
                raise DrillFailed(f"a neighbour was answered {answer.status_code}")
            self._last = answer.json()["id"]

    def unread(self, node: DrillNode) -> int:
        """Return how many of them cannot be read any more: the last one is looked at."""
        page = node.as_("sari").get(f"{node.address}/catat/{self._last}").text
        return int(self._word not in page)


def _has(found: Any, name: str) -> bool:
    """Say whether the lists hold an event of a complaint: pages and totals are asked after that."""
    return any(each["type"].split(".")[1] == name for each in found["items"])


def _without_times(found: Any) -> Any:
    """Return an answer without the instants at which it was given."""
    if isinstance(found, dict):
        return {
            name: _without_times(each)
            for name, each in found.items()
            if name not in ("as_of", "known_at", "position", "at", "until")
        }
    return [_without_times(each) for each in found] if isinstance(found, list) else found
