"""`docs/sop.md` names each line of both procedures, and nothing that is not there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from services.kernel.contracts.registry import types
from tests.who_may import API, TABLE

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "sop.md").read_text(encoding="utf-8")
LINES = [
    *(f"1{letter}" for letter in "abcdefghi"),
    *(f"2{letter}" for letter in "abcdefgh"),
    *(f"5.1{letter}" for letter in "abc"),
    *(f"5.2{letter}" for letter in "abcd"),
    *(f"5.3{letter}" for letter in "abcdef"),
    "1.5",
    *(f"1.6, {place}" for place in ("first", "second", "third", "fourth", "fifth", "sixth")),
    *(f"1.{number}" for number in range(7, 12)),
]
EVENTS = {name.split(".")[1] for name in types()}
SPAN = re.compile(r"`([^`]+)`")
STATUS = re.compile(r"now|hint|partly: .+|later: the issue on .+")


class Line(NamedTuple):
    """A row of the document."""

    line: str
    says: str
    page: str
    call: str
    event: str
    document: str
    test: str
    status: str


def rows() -> Iterator[Line]:
    for row in re.findall(r"^\| (.+) \|$", DOCUMENT, re.MULTILINE):
        cells = [cell.strip() for cell in row.split(" | ")]
        if len(cells) == len(Line._fields) and cells[0] not in ("line", "---"):
            yield Line(*cells)


ALL = list(rows())
each_line = pytest.mark.parametrize("line", ALL, ids=lambda line: line.line)


def test_every_line_of_both_procedures_is_there_once() -> None:
    assert [each.line for each in ALL] == LINES


@each_line
def test_pages_and_calls_are_routes(line: Line) -> None:
    pages = [span.partition("?")[0] for cell in (line.page, line.document) for span in spans(cell)]
    assert [page for page in pages if f"GET {page}" not in TABLE] == []
    calls = [span for span in SPAN.findall(line.call) if re.match(r"(GET|POST|PUT) /", span)]
    assert [call for call in calls if call.replace(" /", f" {API}/", 1) not in TABLE] == []


def spans(cell: str) -> list[str]:
    return [span for span in SPAN.findall(cell) if span.startswith("/")]


@each_line
def test_events_are_published(line: Line) -> None:
    named = re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", line.event)
    assert [event for event in named if event not in EVENTS] == []


@each_line
def test_tests_are_there(line: Line) -> None:
    for file, name in re.findall(r"`([\w/.]+\.py): (\w+)`", line.test):
        assert re.search(rf"^def {name}\(", (ROOT / file).read_text(), re.MULTILINE), name


@each_line
def test_a_line_says_how_far_it_is_and_has_what_that_takes(line: Line) -> None:
    assert STATUS.fullmatch(line.status), line.status
    kind = line.status.partition(":")[0]
    if kind in ("now", "partly"):
        assert spans(line.page) and SPAN.findall(line.call) and "`" in line.test
    if kind == "now":
        assert line.event != "–" and line.document != "–"
    if kind == "later":
        assert {line.page, line.call, line.event, line.document, line.test} == {"–"}


def test_a_courtesy_is_a_hint_that_its_page_gives() -> None:
    hints = [each for each in ALL if each.status == "hint"]
    assert [each.line for each in hints] == ["1b"]
    templates = "".join(
        path.read_text(encoding="utf-8") for path in ROOT.glob("services/*/templates/*.html")
    )
    for each in hints:
        sentences = re.findall("“(.+?)”", each.page)
        assert sentences and all(sentence in templates for sentence in sentences)
