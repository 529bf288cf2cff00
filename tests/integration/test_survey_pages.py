"""A survey's pages as browsers without scripts send them: the public's form, a file of ten thousand
answers, and remarks that become complaints."""

import csv
import io
import random
import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from html import unescape
from typing import Any, Final

import httpx
import pytest

from services.intake.domain.satisfaction import PERMENPANRB_14_2017
from tests.integration.test_surveys import KEYS, TERMS, filled, opened, propose, step
from tests.running import RunningNode
from tests.waiting import looks

SAID: Final = "Antrean obat lama, kursi kurang."
MANY: Final = 10_000
_INPUT: Final = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_LIMIT: Final = 60_000
SCORES: Final = {f"s_{key}": "4" for key in KEYS}


@pytest.fixture
def browser(node: RunningNode) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=node.address, timeout=60, trust_env=False) as client:
        yield client


def staff(node: RunningNode, who: str, method: str, path: str, **sent: Any) -> httpx.Response:
    return node.as_(who).request(method, node.address + path, **sent)


def hidden(page: httpx.Response) -> dict[str, str]:
    return {name: unescape(value) for name, value in _INPUT.findall(page.text)}


def test_a_browser_answers_once_and_is_told_so_kindly(
    node: RunningNode, browser: httpx.Client
) -> None:
    id = opened(node)
    page = browser.get(f"/s/{id}", params={"unit": "loket"})
    assert page.status_code == 200 and '<option value="loket" selected>' in page.text
    sent = hidden(page) | SCORES | {"unit": "loket", "remark": SAID, "gender": "Perempuan"}
    empty = browser.post(f"/s/{id}", data=hidden(page) | {"remark": SAID})
    assert empty.status_code == 422 and SAID in empty.text
    wrong = browser.post(f"/s/{id}", data=sent | {"s_time": "9", "unit": "kia-kb"})
    assert wrong.status_code == 422
    assert 'href="#f-s_time"' in wrong.text and 'href="#f-unit"' in wrong.text
    assert browser.post(f"/s/{id}", data=sent).status_code == 201
    assert browser.post(f"/s/{id}", data=sent).status_code == 201  # the button, pressed twice
    again = browser.get(f"/s/{id}")
    assert again.status_code == 200 and "sudah diisi dari perangkat ini" in again.text
    other = browser.post(f"/s/{id}", data=sent | {"s_time": "1"})
    assert other.status_code == 409 and "sudah diisi dari perangkat ini" in other.text
    result = node.as_("bayu").get(f"/surveys/{id}/result").json()
    assert result["answers"] == 1 and result["index"]["converted"] == "100.00"


def test_the_form_is_light_and_needs_no_script(node: RunningNode, browser: httpx.Client) -> None:
    page = browser.get(f"/s/{opened(node)}")
    assert "<script" not in page.text
    links = re.findall(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"', page.text)
    assert len(page.content) + sum(len(browser.get(each).content) for each in links) < _LIMIT


def test_a_tablet_at_the_desk_takes_one_after_the_other(
    node: RunningNode, browser: httpx.Client
) -> None:
    id = opened(node)
    found = re.search(rf"/s/{id}\?meja=\w+", staff(node, "sari", "GET", f"/survei/{id}").text)
    assert found
    for _respondent in range(2):
        page = browser.get(found[0])
        done = browser.post(found[0], data=hidden(page) | SCORES)
        assert done.status_code == 201 and found[0] in done.text
    assert node.as_("bayu").get(f"/surveys/{id}/result").json()["answers"] == 2
    # A code that is not the day's is a link as any other: it answers once.
    forged = f"/s/{id}?meja=0123456789abcdef"
    assert browser.post(forged, data=hidden(browser.get(forged)) | SCORES).status_code == 201
    assert browser.post(forged, data=SCORES | {"s_time": "2"}).status_code == 409


def test_what_is_not_open_says_so(node: RunningNode, browser: httpx.Client) -> None:
    early = propose(node)
    assert "belum dibuka" in browser.get(f"/s/{early}").text
    assert browser.post(f"/s/{early}", data=SCORES).status_code == 409
    paper_only = opened(node, ways=["paper"])
    assert "diisi di Puskesmas" in browser.get(f"/s/{paper_only}").text
    id = opened(node)
    assert step(node, "rini", id, "answers", answers=[filled(3)]).status_code == 201
    form = browser.get(f"/s/{id}")
    assert step(node, "sari", id, "closing").status_code == 200
    late = browser.post(f"/s/{id}", data=hidden(form) | SCORES)
    assert late.status_code == 409 and "sudah ditutup" in late.text
    words = {"analysis": "Rahasia analisis.", "follow_up": "Rahasia rencana."}
    step(node, "dewi", id, "publication", media=["notice_board"], **words)
    told = browser.get(f"/s/{id}").text
    assert "75,00" in told and "Kurang baik" in told and "Rahasia" not in told
    assert browser.get("/s/bukan-survei").status_code == 404


def test_ten_thousand_answers_of_one_file_give_the_index_to_the_last_digit(
    node: RunningNode,
) -> None:
    """Beside an arithmetic of its own: fractions over the very rows that were written."""
    chance = random.Random(14)
    rows = [
        [f"R{n}", chance.choice(["loket", "Farmasi"]), chance.choice("LP")]
        + [chance.choice(["", *"1234444333"]) for _ in KEYS]
        for n in range(MANY)
    ]
    text = io.StringIO()
    names = [str(PERMENPANRB_14_2017.names[key]) for key in KEYS]
    out = csv.writer(text)
    out.writerow(["No Responden", "Unit layanan", "Jenis kelamin", *names])
    out.writerows(rows)
    file = {"file": ("jawaban.csv", text.getvalue().encode())}
    method = "weight=0.111,parts=3,result=2,rounding=half_up,blanks=per_element"
    id = opened(node, method=method)
    sent = staff(node, "rini", "POST", f"/survei/{id}/impor", files=file)
    assert sent.status_code == 303, sent.text
    at = sent.headers["location"]
    checked = staff(node, "rini", "GET", at)
    assert "Impor 10.000 baris" in checked.text
    assert node.as_("bayu").get(f"/surveys/{id}/result").json()["answers"] == 0
    assert staff(node, "rini", "POST", at).status_code == 303
    seen = set()
    for _look in looks():
        page = staff(node, "rini", "GET", at).text
        if "data-progress" not in page:
            break
        found = re.search(r"([\d.]+) dari 10\.000 baris", page)
        assert found
        seen.add(found[1])
    assert "Impor selesai" in page and len(seen) > 2
    result = node.as_("bayu").get(f"/surveys/{id}/result").json()
    answered = [row for row in rows if any(row[3:])]
    assert result["answers"] == len(answered)
    assert _expected(answered) == {
        "converted": result["index"]["converted"],
        **{each["element"]: each["mean"] for each in result["index"]["elements"]},
    }
    by_unit = {each["name"]: each["respondents"] for each in result["parts"][:2]}
    assert by_unit == Counter(row[1].casefold() for row in answered)
    again = staff(node, "rini", "POST", f"/survei/{id}/impor", files=file).headers["location"]
    staff(node, "rini", "POST", again)
    for _look in looks():
        if "data-progress" not in staff(node, "rini", "GET", again).text:
            break
    assert node.as_("bayu").get(f"/surveys/{id}/result").json()["answers"] == len(answered)


def _half_up(value: Fraction, places: int) -> str:
    whole = int(value * 10**places + Fraction(1, 2))
    return f"{whole // 10**places}.{whole % 10**places:0{places}d}"


def _expected(rows: list[list[str]]) -> dict[str, str]:
    means, total = {}, Fraction()
    for place, key in enumerate(KEYS, start=3):
        scores = [int(row[place]) for row in rows if row[place]]
        means[key] = _half_up(Fraction(sum(scores), len(scores)), 3)
        total += Fraction(_half_up(Fraction(means[key]) * Fraction(111, 1000), 3))
    return {"converted": _half_up(total * 25, 2), **means}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Persyaratan,Waktu penyelesaian\n5,4\n", "Tulis 1, 2, 3, atau 4"),
        (b"No Responden,Persyaratan\n1,4\n1,3\n", "sudah ada di baris 2"),
        (b"Unit layanan,Persyaratan\nBandara,4\n", "tidak ikut survei ini"),
    ],
)
def test_a_file_with_something_to_mend_is_not_taken_at_all(
    node: RunningNode, content: bytes, said: str
) -> None:
    id = opened(node)
    whole = b",".join(str(PERMENPANRB_14_2017.names[key]).encode() for key in KEYS[3:])
    lines = content.splitlines()
    data = b"\n".join([lines[0] + b"," + whole, *(each + b",3" * 6 for each in lines[1:])])
    sent = staff(node, "rini", "POST", f"/survei/{id}/impor", files={"file": ("a.csv", data)})
    page = staff(node, "rini", "GET", sent.headers["location"])
    assert said in page.text and "Impor 1 baris" not in page.text
    assert staff(node, "rini", "POST", sent.headers["location"]).status_code == 422
    assert node.as_("bayu").get(f"/surveys/{id}/result").json()["answers"] == 0


def test_strangers_are_no_answers(node: RunningNode) -> None:
    id = opened(node)
    for data in (b"", b"\x00\x01"):
        sent = staff(node, "rini", "POST", f"/survei/{id}/impor", files={"file": ("a.csv", data)})
        assert sent.status_code == 422


def test_a_remark_becomes_a_complaint_and_each_leads_to_the_other(node: RunningNode) -> None:
    id = opened(node)
    answer = filled(1, unit="farmasi", remark=SAID)
    taken = step(node, "sari", id, "answers", answers=[answer]).json()["answers"][0]
    page = staff(node, "sari", "GET", f"/survei/{id}/masukan").text
    assert SAID in page
    assert SAID not in staff(node, "wulan", "GET", f"/survei/{id}/masukan").text
    path = f"/survei/{id}/masukan/{taken}"
    wrong = staff(node, "sari", "POST", path, data={"kind": "rumour"})
    assert wrong.status_code == 422
    confirmed = {"kind": "complaint", "unit": "farmasi", "categories": "waktu-tunggu"}
    for _press in range(2):
        assert staff(node, "sari", "POST", path, data=confirmed).status_code == 303
    page = staff(node, "sari", "GET", f"/survei/{id}/masukan").text
    complaints = set(re.findall(r'href="/catat/([-0-9a-f]{36})"', page))
    assert len(complaints) == 1
    view = node.as_("sari").get(f"/complaints/{complaints.pop()}").json()
    assert (view["channel"], view["kind"], view["service_unit"]) == (
        "survey",
        "complaint",
        "farmasi",
    )
    form = staff(node, "sari", "GET", f"/catat/{view['id']}").text
    assert SAID in form and f"/survei/{id}/masukan" in form
    node.until("sari", f"/cases/{view['id']}", lambda _case: True)
    asked = {"reason": "subject_request", "ends_open_cases": True}
    erased = node.as_("sari").post(f"/persons/{view['id']}/erasure", json=asked)
    assert erased.status_code < 300, erased.text
    assert SAID not in staff(node, "sari", "GET", f"/survei/{id}/masukan").text


def test_sheets_are_typed_in_a_row_and_no_number_comes_twice(node: RunningNode) -> None:
    id = opened(node)
    path = f"/survei/{id}/kertas"
    page = staff(node, "rini", "GET", path)
    row = {f"{key}_0": "4" for key in KEYS} | {f"{key}_3": "3" for key in KEYS[:5]}
    sent = hidden(page) | row | {"no_0": "12", "no_3": "13", "unit": "loket", "remark_3": SAID}
    bad = staff(node, "rini", "POST", path, data=sent | {"time_0": "7"})
    assert bad.status_code == 422 and 'href="#f-time_0"' in bad.text and SAID in bad.text
    assert staff(node, "rini", "POST", path, data=sent).status_code == 303
    twice = hidden(staff(node, "rini", "GET", path)) | row | {"no_0": "12", "unit": "loket"}
    refused = staff(node, "rini", "POST", path, data=twice)
    assert refused.status_code == 409
    result = node.as_("bayu").get(f"/surveys/{id}/result").json()
    assert (result["answers"], result["blanks"]) == (2, 4)


def test_the_steps_are_taken_on_the_pages(node: RunningNode) -> None:
    page = staff(node, "sari", "GET", "/survei/baru?puskesmas=puring")
    typed = hidden(page) | {name: value for name, value in TERMS.items() if name != "population"}
    missing = staff(node, "sari", "POST", "/survei/baru", data=typed)
    assert missing.status_code == 422 and 'href="#f-population"' in missing.text
    assert str(TERMS["agenda"]) in unescape(missing.text)
    sent = staff(node, "sari", "POST", "/survei/baru", data=typed | {"population": "400"})
    assert sent.status_code == 303, sent.text
    at = sent.headers["location"]
    for who, name, data in (
        ("kukuh", "kembalikan", {"remarks": "Tambah unit."}),
        ("sari", "kerangka", typed | {"population": "500"}),
        ("kukuh", "setujui", {}),
        ("sari", "koordinasi", {"units": ["loket"], "who": "Bu Yuli", "note": "Mulai Senin."}),
        ("sari", "buka", {}),
    ):
        shown = staff(node, who, "GET", at)
        assert shown.status_code == 200
        done = staff(node, who, "POST", f"{at}/{name}", data=data)
        assert done.status_code == 303, (name, done.text)
    unsure = staff(node, "sari", "POST", f"{at}/tutup", data={})
    assert unsure.status_code == 422
    id = at.rpartition("/")[2]
    step(node, "rini", id, "answers", answers=[filled(2)])
    assert staff(node, "sari", "POST", f"{at}/tutup", data={"sure": "true"}).status_code == 303
    said = {"media": ["clinic_tv"], "analysis": "Semua rendah.", "follow_up": "Pelatihan."}
    assert staff(node, "dewi", "POST", f"{at}/terbitkan", data=said).status_code == 303
    assert "Pelatihan." in staff(node, "kukuh", "GET", at).text
    shown = staff(node, "kukuh", "GET", f"{at}/hasil")
    assert shown.status_code == 200 and "50,00" in shown.text and "Bobot tepat 1/n" in shown.text
    listed = staff(node, "kukuh", "GET", "/survei?puskesmas=puring").text
    assert at in listed and "50,00 (D)" in listed
    for paper in ("kerangka.pdf", "lembar.pdf", "laporan.pdf"):
        found = staff(node, "kukuh", "GET", f"{at}/{paper}")
        assert found.status_code == 200 and found.content.startswith(b"%PDF"), found.text
    assert "loket" in staff(node, "sari", "GET", f"{at}/poster").text.casefold()
