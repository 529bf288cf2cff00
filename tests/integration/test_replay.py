"""The page on which a complaint's history is gone through again, as of any of its moments."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.kernel.paper import CaseFile, case_file
from tests.histories import BOX, hour, told
from tests.integration.test_exports import make_app
from tests.integration.test_reporting_api import case
from tests.integration.test_reporting_pages import PageSite

NUMBER = "PRG-2026-A-000001"
PATH = f"/laporan/keluhan/{NUMBER}"
HISTORY = [
    *case(1, 0),
    # Written down two days after it happened.
    told("ComplainantMet", 3.5, recorded=50, people=["Ibu Misal"]),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageSite]:
    made = PageSite(tmp_path_factory.mktemp("replay"))
    made.app = make_app(made)
    made.tell(HISTORY)
    yield made
    made.reporting.close()
    made.stream.close()
    made.access.close()


def sentences(text: str) -> list[str]:
    return re.findall(r'<li class="(?:done|passed)">\s*<b>(.*?)</b>', text)


def test_each_step_is_a_sentence_with_its_times_and_what_it_changed(site: PageSite) -> None:
    text = site.page("dinas", PATH).text
    assert sentences(text)[:4] == [
        "Tim keluhan mencatat keluhan baru · Langsung ke petugas",
        "Tim keluhan membuka kasus",
        "Tim keluhan memberi tingkat merah",
        "Tim keluhan memberi solusi langsung",
    ]
    assert "Keadaan: Diterima → Dinilai" in text
    assert "Batas selesai: Rab 4 Nov 07.00 → Sel 3 Nov 07.00" in text
    assert "Tim keluhan menemui pelapor" in sentences(text) and "dicatat belakangan" in text
    assert "Ibu Misal" not in text


def test_the_slider_leads_through_the_moments_without_a_script(site: PageSite) -> None:
    moments = [hour(n).isoformat() for n in (0, 1, 2, 3)]
    for number, moment in enumerate(moments, start=1):
        answer = site.page("dinas", PATH, langkah=str(number))
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"{PATH}?as_of={moment[:13]}")
    for place in ("99", "0", "-3"):
        assert site.page("dinas", PATH, langkah=place).status_code == 303
    last = site.page("dinas", PATH, langkah="99").headers["location"]
    assert last == PATH, "the end of the slider is now"
    assert site.page("dinas", PATH, langkah="dua").status_code == 422


def test_at_a_moment_there_is_what_had_happened_and_no_more(site: PageSite) -> None:
    text = site.page("dinas", PATH, as_of=hour(1).isoformat()).text
    assert [each.rpartition(" ")[2] for each in sentences(text)] == ["petugas", "kasus", "merah"]
    assert 'class="time past"' in text and "langkah sesudah saat ini" in text
    assert 'rel="prev"' in text and 'rel="next"' in text
    assert 'rel="next"' not in site.page("dinas", PATH).text


def test_what_was_known_at_a_moment_follows_the_slider(site: PageSite) -> None:
    answer = site.page("dinas", PATH, langkah="2", saat_itu="true")
    query = answer.headers["location"].partition("?")[2]
    as_of, known_at = query.split("&")
    assert as_of.removeprefix("as_of=") == known_at.removeprefix("known_at=")


def test_before_the_first_event_there_is_no_such_complaint(site: PageSite) -> None:
    early = site.page("dinas", PATH, as_of="2020-01-01")
    assert early.status_code == 404 and "belum diterima" in early.text
    nowhere = site.page("dinas", "/laporan/keluhan/PRG-2026-A-999999", as_of="2020-01-01")
    assert nowhere.status_code == 404 and "Tidak ada keluhan" in nowhere.text
    assert site.page("dinas", PATH, as_of="2026-11-02T09:00:00").status_code == 422
    assert site.page("dinas", PATH, as_of="2099-01-01").status_code == 200


def test_the_call_says_what_the_page_says(site: PageSite) -> None:
    found = site.call("dinas", f"/replay/{NUMBER}").json()
    said = [each for each in sentences(site.page("dinas", PATH).text) if "terlewat" not in each]
    assert [each["sentence"] for each in found["items"]] == said
    assert (found["number"], found["zone"]) == (NUMBER, "Asia/Jakarta")
    graded = next(each for each in found["items"] if each["step"] == "CaseGraded")
    assert (graded["before"], graded["state"]) == ("received", "graded")
    assert {each["name"] for each in graded["moved"]} == {"response", "settlement"}
    assert [each["kind"] for each in found["clock"]] == ["running", "settled"]


def test_the_case_file_says_the_same_without_words_or_names(
    site: PageSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is put on paper, looked at before it becomes PDF."""
    made: list[CaseFile] = []

    def looked_at(data: CaseFile) -> bytes:
        made.append(data)
        return case_file(data)

    monkeypatch.setattr("services.reporting.replay.paper.case_file", looked_at)
    answer = site.page("dinas", PATH + "/berkas.pdf")
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF-")
    past = site.page("dinas", PATH + "/berkas.pdf", as_of=hour(1).isoformat())
    assert past.status_code == 200
    (now, then) = made
    assert [line.title for line in now.thread] == sentences(site.page("dinas", PATH).text)
    assert len(then.thread) == 3 and then.past and not now.past
    assert "Ibu Misal" not in str(now)
    assert then.as_of == "Keadaan per Sen 2 Nov 2026 08.00, sebagaimana diketahui sekarang"


def test_a_long_history_is_put_on_several_pages(site: PageSite) -> None:
    number = "PRG-2026-A-000009"
    history = [told("ComplaintReceived", 59, source="intake", number=number)]
    history += [told("CaseCommented", 60 + n, comment=BOX) for n in range(80)]
    site.tell([replace(each, about=9, source=f"{each.source}-c") for each in history])
    answer = site.page("dinas", f"/laporan/keluhan/{number}/berkas.pdf")
    assert answer.status_code == 200, answer.text
    assert pages_of(answer.content) >= 4
    assert pages_of(site.page("dinas", PATH + "/berkas.pdf").content) == 1


def pages_of(content: bytes) -> int:
    return len(re.findall(rb"/Type ?/Page\b(?!s)", content))
