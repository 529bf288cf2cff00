"""What a citizen is offered and shown, and how little of a phone's data it takes."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from tests.running import RunningNode
from tests.waiting import looks

KILOBYTES = 60
RATE, REOPEN, WITHDRAW = (
    f'href="/r/tanggapi?wish={wish}"' for wish in ("rate", "reopen", "withdraw")
)
_LOADED = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"')
_IMPORTED = re.compile(r"""\bfrom\s+["']([^"']+)["']|\bimport\s+["']([^"']+)["']""")


@pytest.fixture(scope="module")
def browser(node: RunningNode) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=node.address, timeout=60, trust_env=False) as client:
        yield client


def receive(node: RunningNode, **facts: Any) -> dict[str, Any]:
    body = {"channel": "phone", "kind": "complaint", "text": "Obat kosong."} | facts
    answer = node.as_("rini").post("/puskesmas/puring/complaints", json=body)
    found: dict[str, Any] = answer.raise_for_status().json()
    node.until("sari", f"/complaints/{found['id']}", lambda _it: True)
    return found


def take(node: RunningNode, id: str, *steps: tuple[str, dict[str, Any]]) -> None:
    node.until("sari", f"/cases/{id}", lambda _case: True)
    for step, body in steps:
        answer = node.as_("sari").post(f"/cases/{id}/{step}", json=body).raise_for_status()
    node.settle(answer.json()["position"])


def receipt(browser: httpx.Client, given: dict[str, Any]) -> str:
    return browser.post("/r", data={"receipt": given["receipt"]}).raise_for_status().text


def comes_to_say(
    node: RunningNode, browser: httpx.Client, given: dict[str, Any], said: str
) -> None:
    """Read a receipt until it says what follows from another service's event."""
    for _look in looks():
        if said in receipt(browser, given):
            return
        node.process_must_live()
    raise AssertionError(f"the receipt never said: {said}")


HANDLED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("grade", {"grade": "green"}),
    ("immediate-answer", {"answer": "Sudah ada."}),
    ("documentation", {"summary": "Obat sudah ada."}),
)


def test_what_is_open_may_be_taken_back_and_not_yet_rated(
    node: RunningNode, browser: httpx.Client
) -> None:
    given = receive(node)
    take(node, given["id"], *HANDLED[:1])
    page = receipt(browser, given)
    assert WITHDRAW in page and RATE not in page and REOPEN not in page
    assert "sesudah ada hasilnya" in page


def test_what_has_a_result_may_be_rated_or_asked_for_again(
    node: RunningNode, browser: httpx.Client
) -> None:
    given = receive(node)
    take(node, given["id"], *HANDLED)
    page = receipt(browser, given)
    assert RATE in page and REOPEN in page and WITHDRAW not in page


def test_what_was_taken_back_leads_to_a_new_one(node: RunningNode, browser: httpx.Client) -> None:
    given = receive(node)
    node.until("sari", f"/cases/{given['id']}", lambda _case: True)
    node.settle(given["position"])
    said = {"receipt": given["receipt"], "wish": "withdraw", "sure": "true"}
    assert browser.post("/r/tanggapi", data=said).status_code == 200
    node.until("sari", f"/cases/{given['id']}", lambda case: case["state"] == "withdrawn")
    for _look in looks():
        page = receipt(browser, given)
        if WITHDRAW not in page:
            break
    assert 'href="/p/puring/lapor"' in page
    assert WITHDRAW not in page and RATE not in page and REOPEN not in page
    assert "sudah dicabut" in page and "Anda cabut" in page and 'class="ahead"' not in page


def test_a_duplicate_is_told_of_what_it_is_answered_with(
    node: RunningNode, browser: httpx.Client
) -> None:
    first, given = receive(node), receive(node)
    take(node, first["id"], *HANDLED)
    link = f"/complaints/{given['id']}/duplicate-of/{first['id']}"
    node.as_("sari").put(link).raise_for_status()
    case = node.until("sari", f"/cases/{given['id']}", lambda case: case["state"] == "duplicate")
    assert case["state"] == "duplicate"
    for _look in looks():
        page = receipt(browser, given)
        if "bersama keluhan lain" in page:
            break
    assert "bersama keluhan lain yang sama" in page and "Kami catat hasilnya" in page
    assert first["number"] not in page


def test_praise_asks_for_nothing(node: RunningNode, browser: httpx.Client) -> None:
    given = receive(node, kind="praise")
    node.settle(given["position"])
    page = receipt(browser, given)
    assert "Tidak ada yang perlu Anda lakukan." in page
    assert WITHDRAW not in page and RATE not in page
    assert "Siapkan kode" not in page and "keluhan Anda" not in page.lower()


def test_a_wish_is_chosen_already_and_no_other_word_is(browser: httpx.Client) -> None:
    chosen = browser.get("/r/tanggapi?wish=reopen").text
    assert '<input type="hidden" name="wish" value="reopen">' in chosen
    assert "Penilaian Anda" not in chosen and "saya mencabutnya" not in chosen
    # Without a wish, the page asks for just that.
    asked = browser.get("/r/tanggapi?wish=<b>").text
    assert all(wish in asked for wish in (RATE, REOPEN, WITHDRAW))
    assert 'name="receipt"' not in asked and "Penilaian Anda" not in asked


def test_figures_are_shown_from_five_complaints_on(
    node: RunningNode, browser: httpx.Client
) -> None:
    def at(code: str) -> str:
        return browser.get(f"/p/{code}").raise_for_status().text

    assert "sedikitnya 5 keluhan" in at("lamaru")
    while "sedikitnya 5 keluhan" in at("puring"):
        node.settle(receive(node)["position"])
    found = re.search(r"Diterima</span> <b>(\d+)</b>", at("puring"))
    listed = node.as_("wulan").get("/reports/totals", params={"puskesmas": "puring"}).json()
    assert found and int(found[1]) == listed["items"][0]["received"] == 5


def weight(browser: httpx.Client, page: httpx.Response) -> int:
    """Return the bytes that a page and all that it loads take on the way."""
    waiting = [urljoin(str(page.url), each) for each in _LOADED.findall(page.text)]
    seen, total = set[str](), page.num_bytes_downloaded
    while waiting:
        address = waiting.pop()
        if address in seen or not address.startswith(str(browser.base_url)):
            continue
        seen.add(address)
        loaded = browser.get(address).raise_for_status()
        total += loaded.num_bytes_downloaded
        if address.endswith(".js"):
            names = (each or other for each, other in _IMPORTED.findall(loaded.text))
            waiting += [urljoin(address, name) for name in names]
    assert any(each.endswith(".css") for each in seen), "the style is part of the page"
    return total


def test_every_page_of_a_citizen_takes_little(node: RunningNode, browser: httpx.Client) -> None:
    given = receive(node)
    take(node, given["id"], *HANDLED)
    sent = {"kind": "complaint", "text": "Antre lama sekali."}
    pages = {
        **{
            path: browser.get(path)
            for path in ("/p/puring", "/p/puring/papan", "/p/puring/lapor", "/r", "/r/tanggapi")
        },
        "step 2": browser.post("/p/puring/lapor", data={**sent, "step": "1"}),
        "step 3": browser.post("/p/puring/lapor", data={**sent, "step": "2"}),
        "thanks": browser.post("/p/puring/lapor", data=sent),
        "receipt": browser.post("/r", data={"receipt": given["receipt"]}),
    }
    weights = {name: weight(browser, page.raise_for_status()) for name, page in pages.items()}
    assert {name: each for name, each in weights.items() if each > KILOBYTES * 1024} == {}
    assert min(weights.values()) > 2 * 1024, "something was weighed"


def test_cases_of_no_unit_are_found_to_be_given_one(node: RunningNode) -> None:
    without, with_unit = receive(node), receive(node, service_unit="loket")
    node.until("sari", f"/cases/{without['id']}", lambda _case: True)
    node.settle(with_unit["position"])
    areas = node.as_("sari").get(f"{node.address}/bidang").raise_for_status().text
    assert 'href="/kasus?state=open&amp;unit=-"' in areas
    found = node.as_("sari").get(f"{node.address}/kasus?state=open&unit=-").raise_for_status().text
    assert without["number"] in found and with_unit["number"] not in found


def test_a_rating_before_the_result_is_noted_and_said_to_count_for_nothing(
    node: RunningNode, browser: httpx.Client
) -> None:
    given = receive(node)
    case = f"{node.address}/kasus/{given['id']}"
    node.until("sari", f"/cases/{given['id']}", lambda _case: True)

    def rate(rating: str) -> str:
        before = len(node.as_("sari").get(f"/cases/{given['id']}").json()["steps"])
        said = {"receipt": given["receipt"], "wish": "rate", "rating": rating}
        answer = browser.post("/r/tanggapi", data=said).raise_for_status()
        node.until("sari", f"/cases/{given['id']}", lambda found: len(found["steps"]) > before)
        return answer.text

    early = "sebelum ada hasilnya, jadi tidak dihitung"
    assert "sebelum ada hasilnya hanya dicatat" in rate("1")
    assert node.as_("sari").get(case).text.count(early) == 1
    take(node, given["id"], *HANDLED)
    # The rating of the result counts: only the first is said to be early.
    assert "nilailah lagi" not in rate("4")
    assert node.as_("sari").get(case).text.count(early) == 1


def test_a_promise_holds_whatever_the_grade(node: RunningNode, browser: httpx.Client) -> None:
    given = receive(node)
    node.until("sari", f"/cases/{given['id']}", lambda _case: True)
    slip = node.as_("rini").get(f"{node.address}/catat/{given['id']}/slip").raise_for_status().text
    assert "atau menilainya dan menetapkan tanggal tanggapannya" in slip
    latest = re.search(r"selambat-lambatnya <b>([^<]+)</b>", slip)
    form = node.as_("sari").get(f"{node.address}/kasus/{given['id']}").text
    assert "tanpa kerugian yang berarti; ditanggapi dalam 168 jam" in form
    node.settle(given["position"])
    comes_to_say(node, browser, given, "atau di sini tampil tanggal tanggapannya")
    answer = node.as_("sari").post(f"/cases/{given['id']}/grade", json={"grade": "green"})
    node.settle(answer.raise_for_status().json()["position"])
    # The slowest grade's date is the one that the slip had promised at the latest.
    assert latest and f"Kami tanggapi paling lambat <b>{latest[1]}</b>" in receipt(browser, given)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("suggestion", "Kami sedang mempelajari saran Anda."),
        ("information_request", "Kami sedang mencari jawaban atas pertanyaan Anda."),
    ],
)
def test_a_receipt_speaks_of_what_was_told(
    node: RunningNode, browser: httpx.Client, kind: str, said: str
) -> None:
    given = receive(node, kind=kind)
    take(node, given["id"], *HANDLED[:1])
    page = receipt(browser, given)
    assert said in page and "keluhan Anda" not in page


def test_what_was_done_stands_before_what_is_ahead(
    node: RunningNode, browser: httpx.Client
) -> None:
    given = receive(node)
    take(node, given["id"], *HANDLED)
    (draft,) = node.until(
        "dewi", "/publications", lambda found: found["items"], complaint=given["id"]
    )["items"]
    told = node.as_("dewi").post(f"/publications/{draft['id']}/informed", json={"channel": "phone"})
    node.settle(told.raise_for_status().json()["position"])
    page = receipt(browser, given)
    assert page.index("Kami kabari Anda") < page.index("Kami nilai lagi hasilnya")


def test_a_slip_that_is_printed_again_promises_nothing(
    node: RunningNode, browser: httpx.Client
) -> None:
    given = receive(node, received_at="2026-01-05T08:00:00+07:00")
    slip = node.as_("rini").get(f"{node.address}/catat/{given['id']}/slip").raise_for_status().text
    assert "Tanggal tanggapan yang berlaku sekarang tampil pada tanda terima" in slip
    assert "Paling lambat" not in slip and "selambat-lambatnya" not in slip


def correct(node: RunningNode, given: dict[str, Any], kind: str) -> None:
    body = {"kind": kind, "channel": "phone", "text": "Bidan ramah.", "reason": "Salah jenis."}
    answer = node.as_("rini").post(f"/complaints/{given['id']}/corrections", json=body)
    node.settle(answer.raise_for_status().json()["position"])


def test_a_receipt_follows_what_its_form_was_put_right_to(
    node: RunningNode, browser: httpx.Client
) -> None:
    thanks = "Pujian Anda kami sampaikan"
    praised = receive(node, kind="praise")
    node.settle(praised["position"])
    assert thanks in receipt(browser, praised)
    correct(node, praised, "complaint")
    comes_to_say(node, browser, praised, "Mencabut yang saya sampaikan")
    assert thanks not in receipt(browser, praised)
    meant_well = receive(node)
    node.settle(meant_well["position"])
    node.until("sari", f"/cases/{meant_well['id']}", lambda _case: True)
    correct(node, meant_well, "praise")
    comes_to_say(node, browser, meant_well, thanks)
    node.until("sari", f"/cases/{meant_well['id']}", lambda found: found["state"] == "withdrawn")
    assert "Anda cabut" not in receipt(browser, meant_well)


def test_praise_reaches_the_team_and_stands_in_a_list(node: RunningNode) -> None:
    given = receive(node, kind="praise", text="Bidan Rina menolong dengan sabar.")
    node.settle(given["position"])
    bell = node.as_("sari").get(f"{node.address}/pemberitahuan").text
    assert "Pujian masuk" in bell and given["number"] in bell
    listed = node.as_("sari").get(f"{node.address}/kasus?state=praise").text
    assert given["number"] in listed and "Bidan Rina menolong dengan sabar." in listed
    # Who wrote it down need not be told of it.
    assert given["number"] not in node.as_("rini").get(f"{node.address}/pemberitahuan").text


def test_a_duplicate_is_told_by_itself(node: RunningNode, browser: httpx.Client) -> None:
    first, second = receive(node), receive(node)
    node.until("sari", f"/cases/{second['id']}", lambda _case: True)
    link = f"/complaints/{second['id']}/duplicate-of/{first['id']}"
    node.as_("sari").put(link).raise_for_status()
    node.until("sari", f"/cases/{second['id']}", lambda case: case["state"] == "duplicate")
    take(node, first["id"], *HANDLED)
    found = node.until("dewi", "/publications", lambda found: found["items"], complaint=first["id"])
    told = node.as_("dewi").post(
        f"/publications/{found['items'][0]['id']}/informed", json={"channel": "phone"}
    )
    node.settle(told.raise_for_status().json()["position"])
    assert "Kami kabari Anda" in receipt(browser, first)
    assert "Kami catat hasilnya" in receipt(browser, second)
    assert "Kami kabari Anda" not in receipt(browser, second)
    page = node.as_("sari").get(f"{node.address}/kasus/{first['id']}").text
    assert "Dijawab bersama kasus ini" in page and second["number"] in page


def test_a_pause_says_that_its_holder_is_waited_for(
    node: RunningNode, browser: httpx.Client
) -> None:
    given, waited_for = receive(node), "Kami menunggu keterangan atau berkas dari Anda"
    why = "Menunggu foto resep Pak Karto."
    take(node, given["id"], HANDLED[0], ("pause", {"reason": why}))
    page = receipt(browser, given)
    assert waited_for in page and 'href="/p/puring"' in page and "paling lambat" not in page
    assert why not in page
    status = {"receipt": given["receipt"]}
    assert node.public.post("/receipts/status", json=status).json()["paused"] is True
    take(node, given["id"], ("resumption", {}))
    page = receipt(browser, given)
    assert waited_for not in page and "Kami tanggapi paling lambat" in page
    assert node.public.post("/receipts/status", json=status).json()["paused"] is False


def test_a_late_answer_is_owned_up_to(node: RunningNode, browser: httpx.Client) -> None:
    given = receive(node, received_at="2026-01-05T09:00:00+07:00")
    node.settle(given["position"])
    comes_to_say(node, browser, given, "Maaf, kami terlambat dari yang kami janjikan.")
    assert "paling lambat" not in receipt(browser, given)


def test_what_was_referred_is_neither_rated_nor_asked_for_again(
    node: RunningNode, browser: httpx.Client
) -> None:
    given = receive(node)
    take(node, given["id"], ("referral", {"referred_to": "RSUD Kebumen", "reason": "Wewenangnya."}))
    page = receipt(browser, given)
    assert "Sudah kami teruskan ke RSUD Kebumen." in page
    assert not any(wish in page for wish in (RATE, REOPEN, WITHDRAW))


def test_a_request_to_reopen_says_what_comes_of_it(
    node: RunningNode, browser: httpx.Client
) -> None:
    given = receive(node)
    take(node, given["id"], *HANDLED)
    said = {"receipt": given["receipt"], "wish": "reopen", "words": "Obatnya habis lagi."}
    answer = browser.post("/r/tanggapi", data=said).raise_for_status().text
    assert "kasusnya langsung dibuka lagi" in answer and "petugas membukanya" not in answer
    node.until("sari", f"/cases/{given['id']}", lambda case: case["state"] == "reopened")
