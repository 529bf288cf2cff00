"""Words planted in every sealed field are read by those who may, and lie nowhere in clear."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.intake.domain.satisfaction import PERMENPANRB_14_2017
from services.kernel.clock import system_clock
from tests.integration.test_surveys import KEYS, TERMS, propose, step
from tests.running import RunningNode, day_in_jakarta, running_node
from tests.unit.test_attachments import SECRET, telling_jpeg
from tests.waiting import until

WORDS = {
    name: f"kenari-{name}-terbang"
    for name in (
        "text",
        "name",
        "address",
        "reason",
        "meeting",
        "root",
        "action",
        "note",
        "summary",
        "draft",
        "approved",
        "withdrawal",
        "evaluation",
        "answer",
        "corrected",
        "why",
        "back",
        "filename",
        "slip",
        "remark",
        "again",
        "comment",
        "waiting",
        "came",
        "escalated",
        "referred",
        "reopened",
        "heading",
        "waiting-file",
        "to-mend",
        "partner",
        "agenda",
        "target",
        "returned",
        "agreed",
        "survey-remark",
        "survey-file",
        "analysed",
        "follow-up",
        "followed-up",
    )
}
PHONE, EMAIL = "0812-0000-7777", "kenari@burung.example"
RELEASED = WORDS["approved"]


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A node in which a case of each path was walked with canaries, stopped again."""
    folder: Path = tmp_path_factory.mktemp("canaries")
    with running_node(folder / "data") as node:
        for direct in (True, False):
            fly(node, direct)
        fly_later(node)
        fly_imports(node)
        survey = fly_surveys(node)
        (folder / "metrics").write_bytes(node.public.get(node.address + "/metrics").content)
        (folder / "public").write_text(
            "".join(
                node.public.get(node.address + path).text
                for path in (
                    *("/p/puring", "/p/puring/papan", "/api/v1/puskesmas/puring/board"),
                    f"/s/{survey}",
                )
            )
        )
    yield folder


def fly(node: RunningNode, direct: bool) -> None:
    who = {"name": WORDS["name"], "address": WORDS["address"], "phone": PHONE, "email": EMAIL}
    body = {"channel": "in_person", "text": WORDS["text"], "complainant": who}
    id = node.as_("rini").post("/puskesmas/puring/complaints", json=body).json()["id"]
    node.until("sari", f"/cases/{id}", lambda case: True)

    def step(user: str, path: str, **facts: object) -> None:
        answer = node.as_(user).post(path, json=facts)
        assert answer.status_code == 200, (path, answer.text)

    case = f"/cases/{id}"
    step("sari", f"{case}/grade", grade="red", reason=WORDS["reason"])
    step("sari", f"{case}/meeting-with-complainant", who=["Sari"], note=WORDS["meeting"])
    if direct:
        step("sari", f"{case}/immediate-answer", answer=WORDS["answer"])
    else:
        step("sari", f"{case}/analysis", root_cause=WORDS["root"], finding="upheld")
        plan = {
            "action": WORDS["action"],
            "person_responsible": "KTU",
            "due_on": str(system_clock().date() + timedelta(days=30)),
        }
        step("sari", f"{case}/plan", actions=[plan])
        today = day_in_jakarta(node.as_("sari").get(case).json()["received_at"])
        step("sari", f"{case}/actions/1", done_on=today, note=WORDS["note"])
    step("sari", f"{case}/documentation", summary=WORDS["summary"])
    found = node.until("kukuh", "/publications", lambda found: found["items"], complaint=id)
    at = f"/publications/{found['items'][0]['id']}"
    step("dewi", f"{at}/draft", text=WORDS["draft"])
    if direct:
        step("kukuh", f"{at}/approval", text=RELEASED)
        step("dewi", f"{at}/release")
        step("dewi", f"{at}/withdrawal", reason=WORDS["withdrawal"])
    step("bayu", f"{case}/evaluation", effective=True, note=WORDS["evaluation"])
    position = node.as_("bayu").get(case).json()["steps"][-1]
    assert position["name"] == "EvaluationRecorded"
    if direct:
        step("bayu", f"{case}/reopening", reason=WORDS["reopened"])
        step("kukuh", f"{case}/comments", comment=WORDS["comment"])
        step("sari", f"{case}/pause", reason=WORDS["waiting"])
        step("sari", f"{case}/resumption", note=WORDS["came"])
        step("sari", f"{case}/escalation", reason=WORDS["escalated"])
        step("sari", f"{case}/referral", referred_to="RSUD", reason=WORDS["referred"])
        shown = node.as_("sari").get(f"{node.address}/kasus/{id}").text
        beside = ("reopened", "comment", "waiting", "came", "escalated", "referred")
        assert [name for name in beside if WORDS[name] not in shown] == []


def fly_later(node: RunningNode) -> None:
    """What is done later to a complaint's form."""
    rini = node.as_("rini")
    slip = {"text": WORDS["slip"]}
    box = {"opened_at": "2026-01-02T08:00:00Z", "officers": ["Sari"], "slips": [slip]}
    (given,) = rini.post("/puskesmas/puring/box-openings", json=box).json()["complaints"]
    at, receipt = f"/complaints/{given['id']}", {"receipt": given["receipt"]}
    who = {"name": WORDS["name"], "phone": PHONE}
    fixed = {"reason": WORDS["why"], "text": WORDS["corrected"], "complainant": who}
    photo = {"file": (WORDS["filename"] + ".jpg", telling_jpeg())}
    for answer in (
        rini.post(f"{at}/corrections", json=fixed),
        rini.post(f"{at}/attachments", files=photo),
        node.public.post(
            "/receipts/rating", json=receipt | {"rating": 1, "remark": WORDS["remark"]}
        ),
        node.public.post("/receipts/reopen-request", json=receipt | {"reason": WORDS["again"]}),
        rini.post(f"{at}/withdrawal", json={"reason": WORDS["back"]}),
    ):
        assert answer.is_success, answer.text


def fly_imports(node: RunningNode) -> None:
    """A file that waits, one whose headings are remembered, and rows that are kept to be mended."""
    rini = node.as_("rini")
    page = f"{node.address}/catat/impor"

    def sent(name: str, table: str) -> str:
        files, form = {"file": (name, table.encode())}, {"puskesmas": "puring"}
        return rini.post(page, data=form, files=files).headers["location"]

    chat = f"15/01/2024 10.30 - {WORDS['partner']}: {WORDS['waiting-file']}\n"
    waiting = sent(f"Chat WhatsApp dengan {WORDS['partner']}.txt", chat)
    shown = rini.get(node.address + waiting).text
    assert WORDS["waiting-file"] in shown
    kept = sent("a.csv", f"kanal,isi,{WORDS['heading']}\nmerpati,{WORDS['to-mend']},x\n")
    form = {"c0": "channel", "c1": "text", "c2": "name", "do": "take"}
    assert rini.post(node.address + kept, data=form).status_code == 303
    until(lambda: "Impor selesai" in rini.get(node.address + kept).text)
    assert WORDS["to-mend"] in rini.get(f"{node.address}{kept}/perbaikan.csv").text
    refused = f"{WORDS['heading']},{WORDS['to-mend']}\n" + '"' * 3
    answer = rini.post("/puskesmas/puring/imports", files={"file": ("a.csv", refused.encode())})
    assert answer.status_code == 422 and WORDS["heading"] not in answer.text


def fly_surveys(node: RunningNode) -> str:
    """A survey from terms of reference to publication, and a file of answers that waits."""
    terms = TERMS | {"agenda": WORDS["agenda"], "target": WORDS["target"]}
    id = propose(node, **terms)
    told = {"units": ["loket"], "who": ["Bu Yuli"], "note": WORDS["agreed"]}
    answers = [{"scores": dict.fromkeys(KEYS, 2), "remark": WORDS["survey-remark"]}]
    said = {"analysis": "analysed", "follow_up": "follow-up", "followed_up": "followed-up"}
    for by, name, body in (
        ("kukuh", "return", {"remarks": WORDS["returned"]}),
        ("sari", "proposal", terms),
        ("kukuh", "approval", {}),
        ("sari", "coordination", told),
        ("sari", "opening", {}),
        ("sari", "answers", {"answers": answers}),
    ):
        assert step(node, by, id, name, **body).is_success, name
    sari, page = node.as_("sari"), f"{node.address}/survei/{id}"
    names = ",".join(str(PERMENPANRB_14_2017.names[key]).replace(",", "") for key in KEYS)
    table = f"{names},Saran\n{'3,' * len(KEYS)}{WORDS['survey-file']}\n"
    waiting = sari.post(f"{page}/impor", files={"file": ("a.csv", table.encode())})
    assert "Impor 1 baris" in sari.get(node.address + waiting.headers["location"]).text
    assert step(node, "sari", id, "closing").is_success
    words = {name: WORDS[word] for name, word in said.items()}
    assert step(node, "dewi", id, "publication", media=["notice_board"], **words).is_success
    shown = sari.get(page).text
    read = ("agenda", "target", "agreed", "analysed", "follow-up", "followed-up")
    assert [name for name in read if WORDS[name] not in shown] == []
    assert WORDS["survey-remark"] in sari.get(f"{page}/masukan").text
    return id


def planted() -> list[str]:
    secret = [word for word in WORDS.values() if word != RELEASED]
    return [*secret, SECRET.decode(), PHONE, PHONE.replace("-", ""), "6281200007777", EMAIL]


@pytest.mark.parametrize("canary", planted())
def test_no_byte_of_the_data_folder_holds_it(flown: Path, canary: str) -> None:
    for file in (flown / "data").rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert canary.encode() not in content, file.name
            assert canary.encode("utf-16-le") not in content, file.name


@pytest.mark.parametrize("canary", planted())
def test_no_log_line_metric_or_public_page_holds_it(flown: Path, canary: str) -> None:
    for name in ("node.log", "metrics", "public"):
        assert canary not in (flown / name).read_text(), name


def test_the_search_finds_what_is_there(flown: Path) -> None:
    """The released text is public and lies in clear: the search for it must find it."""
    files = [file for file in (flown / "data").rglob("*") if file.is_file()]
    assert any(RELEASED.encode() in file.read_bytes() for file in files)
