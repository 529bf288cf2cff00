"""What a person tells in the erase drill, where that may be read, and who tells beside them.

Of the pages for which words are opened (`services/kernel/web/opened.py: WHY`) all are read, but
those of `ELSEWHERE`, which a node without peers and surveys does not have.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from services.kernel.clock import system_clock
from services.kernel.web.opened import WHY
from tests import codes
from tests.drills.lying import Served
from tests.drills.node import DrillFailed
from tests.running import day_in_jakarta
from tests.unit.test_attachments import JPEG
from tests.waiting import looks

PUBLIC: Final = "Loket kedua dibuka setiap hari kerja."
NEIGHBOURS: Final = 50
WAIT_SECONDS: Final = 30.0
ELSEWHERE: Final = {
    "incoming": "tests/integration/test_incoming.py",
    "message": "tests/integration/test_messages.py",
    "survey": "tests/integration/test_survey_pages.py",
    "meetings": "what was decided: words of staff, under the meeting's key",
    "evidence": "a photo of what was published, which holds no person",
    "release": "what is released was approved, and is public",
}
"""Pages that are not read here, and where an erasure is tried on them (or why it reaches none)."""
AROUND: Final = 30
"""So many lines before its number a case stands on a recap at most, which leaves praise out."""


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
        "mended",
        "later",
    ),
)


@dataclass(frozen=True)
class Place:
    """Where words may be read: who reads, the path, which must stand there before the erasure;
    `says` that it must say afterwards that they are erased; `page` is what they are opened for."""

    page: str
    user: str
    path: str
    shows: tuple[str, ...]
    says: bool = True


@dataclass
class Asked:
    """One person's complaints: one closed and spoken of in a meeting, one with a draft that waits,
    one from a file. `whole`: the papers of a whole month are read as well."""

    node: Served
    person: Person
    whole: bool = False
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
        imported = self._import()
        meeting = self._meet(closed)
        self.keys += self.ids
        last = ("EvaluationRecorded", "PublicationReturned", "ComplaintReceived")
        for id, name in zip(self.ids, last, strict=True):
            self._until(
                "agus", f"/audit/complaints/{id}", lambda found, name=name: _has(found, name)
            )
        told = tuple(map(word, ("grade", "meeting", "root", "action", "note", "summary")))
        name, form = word("name"), (word("corrected"), self.person.phone, self.person.email)
        filled = ("complaint_form", "sari")
        self._places = [
            Place(*filled, f"/catat/{closed}", (*form, name, word("address"), word("file"))),
            Place(*filled, f"/catat/{self.ids[2]}", (word("imported"), self.person.phone)),
            Place("complaint_paper", "sari", f"/catat/{closed}/formulir.pdf", (*form, name)),
            Place("alike", "sari", f"/catat/{self.ids[2]}", (word("corrected"), word("later"))),
            Place(
                "import",
                "rini",
                f"/catat/impor/puring/{imported}/perbaikan.csv",
                (word("mended"),),
                says=False,
            ),
            Place(
                *("case", "sari", f"/kasus/{closed}"),
                (*told, name, word("comment"), word("evaluation")),
            ),
            Place(
                *("case_file", "sari", f"/kasus/{closed}/berkas.pdf"),
                (*told, name, word("evaluation")),
            ),
            Place("queue", "sari", "/kasus?state=documented", (word("later"),)),
            Place("evaluation", "bayu", "/evaluasi", (word("later"), word("summary"))),
            Place("meeting", "bayu", f"/rapat/{meeting}", (word("corrected"),)),
            Place("meeting_paper", "bayu", f"/rapat/{meeting}/notulen.pdf", (word("corrected"),)),
            Place("publications", "kukuh", "/terbitkan", (word("draft"), word("returned"))),
            Place("publication", "kukuh", f"/terbitkan/{draft}", (word("later"), word("draft"))),
            Place("notices", "dewi", "/pemberitahuan", (word("returned"),), says=False),
            Place(
                "attachment",
                "kukuh",
                f"/api/v1/complaints/{closed}/attachments/{added['attachment']}",
                ("JFIF",),
                says=False,
            ),
        ]
        if self.whole:
            self._places += self._of_the_month(closed)

    def _of_the_month(self, closed: str) -> list[Place]:
        """Return the papers on which all cases of a month stand."""
        seen = _asked(self.node, "sari", f"/complaints/{closed}")
        today = day_in_jakarta(seen["received_at"])
        number = int(seen["number"].rpartition("-")[2])
        first = max(1, number - AROUND)
        recap, words = f"/rekap/puring/{today[:7]}", (self.person.word("corrected"),)
        bundle = f"/api/v1/puskesmas/puring/accreditation/bundle?from={today}&to={today}"
        found = [
            Place("recap", "sari", f"{recap}?mulai={first}", words),
            Place("recap_file", "sari", f"{recap}/lembar.pdf", words),
            Place("bundle", "bayu", bundle, words),
        ]
        if number <= NEIGHBOURS + 1:
            # It shows a few cases, the most urgent: later persons' stand behind the first one's.
            found.append(Place("work", "bayu", "/kerja", (self.person.word("later"),)))
            read = {each.page for each in (*self._places, *found)}
            if unread := sorted(WHY.keys() - read - ELSEWHERE.keys()):
                raise DrillFailed(f"words are opened for {unread}, and nothing of it is read")
        return found

    def _meet(self, id: str) -> str:
        """Have the case spoken about in a meeting; return the meeting's id."""
        began = system_clock().isoformat()
        held = {
            "chair": "Bayu",
            "note_taker": "Sari",
            "attendance": [{"name": "Bayu"}],
            "minutes": "Loket dibahas.",
            "answered": [id],
        }
        body = {
            "kind": "linsek",
            "starts_at": began,
            "venue": "Aula",
            "cases": [id],
            "held": held,
        }
        meeting: str = self._done("bayu", "/puskesmas/puring/meetings", json=body)["id"]
        return meeting

    def read(self, node: Served) -> Iterator[tuple[Place, str]]:
        """Yield every place with what is read there now, `plain`."""
        for place in self._places:
            answer = node.as_(place.user).get(node.address + place.path)
            if answer.status_code >= 500:
                raise DrillFailed(f"{place.path} answers {answer.status_code}")
            yield place, plain(_text(answer.headers["content-type"], answer.content))

    def totals(self, node: Served) -> Any:
        """Return every total that must stay."""
        asked = {"puskesmas": "puring"}
        by = ("unit", "channel", "category")
        found = [
            _asked(node, "wulan", "/reports/totals", by=each, **asked)
            for each in (*by, "puskesmas")
        ]
        board = _asked(node, "wulan", "/puskesmas/puring/board")
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

    def _import(self) -> str:
        """Upload a file of which one row is taken, and one waits to be mended; return its id."""
        rows = [
            f"web,praise,{self.person.word('imported')},{self.person.phone},loket",
            f"burung,praise,{self.person.word('mended')},{self.person.phone},loket",
        ]
        lines = ["channel,kind,text,phone,service_unit", *rows, ""]
        file = {"file": ("a.csv", "\n".join(lines).encode())}
        taken = self._done("rini", "/puskesmas/puring/imports", files=file)
        if len(taken["ids"]) != 1:
            raise DrillFailed(f"the file was not taken: {taken}")
        self.ids += taken["ids"]
        imported: str = taken["import"]
        return imported

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

    def __init__(self, node: Served, mark: str) -> None:
        self._word = f"tetangga-{mark}"
        for number in range(NEIGHBOURS):
            body = {"channel": "phone", "text": f"{self._word}-{number}", "kind": "suggestion"}
            answer = node.as_("rini").post("/puskesmas/puring/complaints", json=body)
            if answer.status_code != 201:
                raise DrillFailed(f"a neighbour was answered {answer.status_code}")
            self._last = answer.json()["id"]

    def unread(self, node: Served) -> int:
        """Return how many of them cannot be read any more: the last one is looked at."""
        page = node.as_("sari").get(f"{node.address}/catat/{self._last}").text
        return int(self._word not in page)


def _asked(node: Served, username: str, path: str, **asked: str) -> Any:
    return node.as_(username).get(path, params=asked or None).raise_for_status().json()


def plain(text: str) -> str:
    """Return letters and figures alone: on paper a long word is broken anywhere."""
    return "".join(filter(str.isalnum, text))


def _text(kind: str, content: bytes) -> str:
    """Return what can be read of an answer."""
    if kind == "application/pdf":
        return codes.words(content)
    if kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            papers = [packed.read(name) for name in packed.namelist() if name.endswith(".pdf")]
        return "\n".join(map(codes.words, papers))
    return content.decode("latin-1")


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
