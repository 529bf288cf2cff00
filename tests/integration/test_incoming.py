"""What people write by themselves becomes a draft, once, and an officer makes a complaint of it."""

import dataclasses
import io
import secrets
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.intake.application import Intake
from services.intake.incoming.application import Incoming
from services.intake.incoming.came import Came, Sender
from services.kernel.district import SHIPPED, load_district
from services.kernel.errors import Unavailable
from services.kernel.keyring import Mark
from services.kernel.stream.topic import Topic
from services.main.parts import Parts
from services.main.schemas import migrate_district
from tests.integration.test_district_stores import on
from tests.listening import ALL, CANARY, HIDDEN, LONG, PHONE, PHOTO, SHORT, WA, Desk
from tests.peers.gammu import gammu
from tests.peers.whatsapp import (
    PHONE_ID,
    signed,
    whatsapp,
    written,
)
from tests.servers.postgres import Postgres


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    with (
        gammu(folder / "spool") as modem,
        whatsapp() as chat,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in Desk.settings(folder, modem, chat).items():
            patch.setenv(f"TANGGAP_{name}", value)
        desk = Desk(folder, modem, chat)
        yield desk
        desk.end()


@pytest.fixture
def desk(whole: Desk) -> Iterator[Desk]:
    yield whole
    whole.empty()


def test_sms_of_a_real_modem_become_drafts_and_one_complaint(desk: Desk) -> None:
    desk.modem.receives(SHORT, PHONE)
    desk.modem.receives(LONG, PHONE)
    desk.modem.has_heard(3)
    desk.work()
    assert list((desk.modem.folder / "inbox").iterdir()) == []
    (group,) = desk.waiting()
    assert [each["channel"] for each in group] == ["sms", "sms"]
    ids = [each["id"] for each in group]
    page = desk.page(f"/catat/pesan/{ids[0]}")
    assert SHORT in page and LONG in page and "2 pesan" in page
    done = desk.confirm(ids, f"{SHORT}\n\n{LONG}", service_unit="loket")
    complaint = desk.get("sari", f"/complaints/{done['id']}")
    assert complaint["channel"] == "sms" and complaint["number"] == done["number"]
    heard = desk.hand.node.intake.get(UUID(done["id"])).received_at
    assert heard == min(desk.draft(id).sent_at for id in ids)
    assert desk.get("sari", f"/cases/{done['id']}")["state"] == "received"
    assert desk.waiting() == []
    desk.work()
    assert not any(map(desk.is_open, ids)), "their words are the complaint's now"
    again = desk.ask(
        "sari",
        "POST",
        f"/api/v1{ALL}/confirmation",
        json={"messages": ids, "complaint": {"channel": "sms", "text": SHORT}},
    )
    assert again.status_code == 409
    assert done["number"] in desk.page(f"/catat/pesan/{ids[0]}")


def test_a_file_of_the_modem_that_lies_there_again_adds_nothing(desk: Desk) -> None:
    stamp = datetime.now(UTC).strftime("%Y%m%d_%H%M%S")
    file = desk.modem.folder / "inbox" / f"IN{stamp}_00_{PHONE}_00.txt"
    for _time in range(2):
        file.write_text("Parkir penuh")
        desk.work()
        assert not file.exists()
    assert len(desk.waiting()) == 1


def test_what_was_killed_before_its_draft_comes_again_and_opens(desk: Desk) -> None:
    said = {"id": "wamid.killed", "from": WA, "timestamp": "1767578400", "type": "text"}
    body = written(said | {"text": {"body": CANARY}}, wa_id=WA)
    desk.hand.crash_at("key-stored")
    desk.hand.node.listening.hear(body)
    assert desk.hand.crashed() == "key-stored" and desk.waiting() == []
    assert desk.calls(body).status_code == 200
    ((draft,),) = desk.waiting()
    assert CANARY in desk.page(f"/catat/pesan/{draft['id']}")


def test_a_call_that_comes_again_adds_nothing_and_a_forged_one_leaves_no_trace(
    desk: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    body = written(
        {
            "id": "w.1",
            "from": WA,
            "timestamp": "1767578400",
            "type": "text",
            "text": {"body": CANARY},
        },
        wa_id=WA,
    )
    for headers in ({}, signed(body, "another secret"), signed(body + b" ")):
        assert desk.calls(body, headers).status_code == 403
    assert desk.waiting() == []
    elsewhere = written({"id": "w.1", "from": WA, "timestamp": "1"}, to="999999")
    assert desk.calls(elsewhere).status_code == 403 and desk.waiting() == []
    odd = b'{"entry": [{"changes": [{"value": {"messages": [{"id": 7}]}}]}]}'
    assert desk.calls(odd).status_code == 422
    for _time in range(2):
        assert desk.calls(body).status_code == 200
    assert len(desk.waiting()) == 1
    desk.settle()
    logged = "".join(capfd.readouterr())
    assert CANARY not in logged and WA not in logged
    for file in desk.hand.node.folder.path.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert CANARY.encode() not in content and WA.encode() not in content, file.name


def test_while_nobody_said_whose_number_it_is_whatsapp_is_asked_to_come_again(
    desk: Desk,
) -> None:
    listening = desk.hand.node.listening
    said = {"id": "wamid.later", "from": WA, "timestamp": "1767225600", "type": "text"}
    body = written(said | {"text": {"body": SHORT}}, wa_id=WA)
    unset = dataclasses.replace(listening, puskesmas=None)
    with pytest.raises(Unavailable):
        unset.hear(body)
    assert desk.waiting() == []
    listening.hear(body)
    assert [len(group) for group in desk.waiting()] == [1]
    desk.empty()


def test_messages_of_one_person_are_parted_by_whoever_writes_them_down(desk: Desk) -> None:
    desk.says("Antre lama")
    desk.says("Juga: lampu parkir mati")
    (group,) = desk.waiting()
    first, second = (each["id"] for each in group)
    chosen = desk.ask("sari", "GET", f"/catat/pesan/{first}", params={"pilih": second})
    fields = {name: unescape(value) for name, value in HIDDEN.findall(chosen.text)}
    assert fields["messages"] == second
    desk.confirm([first], "Antre lama")
    ((left,),) = desk.waiting()
    assert left["id"] == second


def test_who_hides_the_number_is_written_down_all_the_same(desk: Desk) -> None:
    said = {"from": None, "from_user_id": "ID.15021"}
    body = desk.says("Ruang tunggu panas", **said)
    ((draft,),) = desk.waiting()
    page = desk.page(f"/catat/pesan/{draft['id']}")
    assert "tidak memperlihatkan nomornya" in page and "Tarsih Misal" in page
    assert body["from_user_id"] not in page
    desk.confirm([draft["id"]], complainant={"name": "Tarsih Misal"})


def test_a_photo_goes_on_with_the_complaint_without_what_it_tells(desk: Desk) -> None:
    desk.chat.files["71"] = PHOTO.read_bytes()
    desk.says("", type="image", text=None, image={"id": "71", "caption": "Lantai licin"})
    ((draft,),) = desk.waiting()
    assert draft["file"] == "waiting"
    desk.work()
    assert desk.waiting()[0][0]["file"] == "kept"
    photo = desk.ask("sari", "GET", f"/catat/pesan/{draft['id']}/berkas")
    assert photo.headers["content-type"] == "image/jpeg" and b"Exif" not in photo.content
    assert desk.ask("bayu", "GET", f"/catat/pesan/{draft['id']}/berkas").status_code == 403
    done = desk.confirm([draft["id"]], "Lantai licin")
    desk.work()
    desk.work()
    (attached,) = desk.get("sari", f"/complaints/{done['id']}")["attachments"]
    kept = desk.ask("sari", "GET", f"/api/v1/complaints/{done['id']}/attachments/{attached['id']}")
    assert kept.content == photo.content
    files = desk.hand.node.intake.files
    assert not (files / draft["id"]).exists() and not desk.is_open(draft["id"])


def _zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("foto.jpg", PHOTO.read_bytes())
    return data.getvalue()


@pytest.mark.parametrize(
    ("content", "told", "why"),
    [
        (b"\xff\xd8\xff" + bytes(50 << 20), None, "too_large"),
        (PHOTO.read_bytes()[:100], 50 << 20, "too_large"),
        (b"\xff\xd8\xff" + bytes(50 << 20), 1000, "too_large"),
        (_zip(), None, "not_allowed"),
        (None, None, "gone"),
    ],
    ids=["fifty-megabytes", "said-to-be-fifty", "fifty-said-to-be-small", "zip", "gone"],
)
def test_what_may_not_be_kept_is_remarked_and_the_words_stay(
    desk: Desk, content: bytes | None, told: int | None, why: str
) -> None:
    desk.chat.files.pop("72", None)
    desk.chat.said_sizes.pop("72", None)
    if content is not None:
        desk.chat.files["72"] = content
    if told is not None:
        desk.chat.said_sizes["72"] = told
    desk.says("", type="image", text=None, image={"id": "72", "caption": SHORT})
    desk.work()
    ((draft,),) = desk.waiting()
    assert (draft["file"], draft["refused"]) == ("refused", why)
    page = desk.page(f"/catat/pesan/{draft['id']}")
    assert SHORT in page and "Berkas yang ikut dikirim" in page


def test_a_dismissed_message_can_be_brought_back_for_some_days_and_then_is_gone(
    desk: Desk,
) -> None:
    desk.says(SHORT)
    desk.says("Menang undian!")
    (group,) = desk.waiting()
    first, second = (each["id"] for each in group)
    wrong = desk.ask(
        "sari", "POST", f"/api/v1{ALL}/dismissal", json={"messages": [first], "reason": "boring"}
    )
    assert wrong.status_code == 422
    body = {"messages": [first, second], "reason": "spam"}
    for _time in range(2):
        key = {"Idempotency-Key": "dismissed"}
        done = desk.ask("sari", "POST", f"/api/v1{ALL}/dismissal", json=body, headers=key)
        assert done.status_code == 200, done.text
    assert desk.waiting() == []
    desk.work()
    assert "Menang undian!" in desk.page("/catat/pesan", disisihkan="true")
    assert desk.is_open(first)
    desk.confirm([first])
    desk.clock.wait(timedelta(days=7, minutes=1))
    desk.work()
    assert not desk.is_open(second) and desk.draft(second).state == "dismissed"
    assert desk.incoming.dismissed(["puring"], None, 10).groups == []
    rows = desk.hand.node.intake.select(
        "SELECT state FROM incoming_messages WHERE message = ?", (second,)
    )
    assert [row["state"] for row in rows] == ["gone"], "on no list, and not opened to be left out"
    assert "Menang undian!" not in desk.page(f"/catat/pesan/{second}")


def test_the_list_comes_in_pages_that_leave_nothing_out_and_read_no_more_than_they_show(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, minute = desk.clock.now, timedelta(minutes=1)
    phones = [f"+62812000077{n:02}" for n in (1, 2, 3, 1, 4, 5, 6)]
    sent = [
        Came(f"halaman-{n}", "sms", now - n * minute, Sender(phone=phone), f"Pesan {n}")
        for n, phone in enumerate(phones)
    ]
    desk.incoming.take("puring", sent)
    read, reading = [], Intake.read

    def counted(self: Intake, *given: Any) -> Any:
        read.append(given)
        return reading(self, *given)

    monkeypatch.setattr(Intake, "read", counted)
    pages, after = [], None
    while True:
        page = desk.get("sari", ALL, limit=3, **({"after": after} if after else {}))
        pages.append([[each["id"] for each in group["messages"]] for group in page["items"]])
        assert len(read) <= 3
        read.clear()
        if (after := page["next"]) is None:
            break
    ids = [str(desk.incoming.id_of(each)) for each in sent]
    listed = [id for page in pages for group in page for id in group]
    assert [len(page) for page in pages] == [3, 3, 1] and listed == ids
    # Of one person's on two pages, either leads to both.
    for each in (ids[0], ids[3]):
        group = desk.incoming.group_of(desk.draft(each))
        assert [str(draft.id) for draft in group] == [ids[3], ids[0]]
    assert desk.get("sari", ALL, after=str(uuid4()))["items"], (
        "what is not known leads to the first"
    )


def test_what_belongs_to_another_complaint_says_to_which(desk: Desk) -> None:
    other = desk.receive()
    desk.says(f"Lanjutan keluhan {other['number'].lower()}: masih antre")
    ((draft,),) = desk.waiting()
    page = desk.ask("sari", "GET", f"/catat/pesan/{draft['id']}")
    leads_there = f'href="/catat/{other["id"]}">{other["number"]}' in page.text
    assert leads_there
    fields = {name: unescape(value) for name, value in HIDDEN.findall(page.text)}
    sent = {"messages": fields["messages"], "reason": "part_of_other"}
    path = f"/catat/pesan/{draft['id']}/sisihkan"
    same = {"origin": "http://node", "sec-fetch-site": "same-origin"}
    refused = desk.ask("sari", "POST", path, data=sent | {"complaint": "PRG-1"}, headers=same)
    assert refused.status_code == 422
    named = sent | {"complaint": other["number"]}
    assert desk.ask("sari", "POST", path, data=named, headers=same).status_code == 303
    assert desk.draft(draft["id"]).complaint == other["id"]


def test_of_an_erased_person_no_message_is_left(desk: Desk) -> None:
    person = {"name": "Tarsih", "phone": "0812-0000-8888"}
    id = desk.receive(complainant=person)["id"]
    desk.says(CANARY)
    ((draft,),) = desk.waiting()
    erased = {"reason": "subject_request", "ends_open_cases": True}
    desk.post("sari", f"/persons/{id}/erasure", **erased)
    desk.work()
    assert desk.waiting() == [] and not desk.is_open(draft["id"])
    assert desk.draft(draft["id"]).reason == "erased"
    # As a restore would find it: marked for kept backups, and nothing left to be done.
    assert desk.hand.node.keyring.erased.mark(draft["id"]) is Mark.DESTROYED
    assert desk.hand.node.erasing.settle(draft["id"]) is None
    told = desk.hand.node.intake.history(UUID(draft["id"]))
    assert [each.name for each in told] == ["MessageCame", "MessageDismissed"]


def test_in_a_district_publication_takes_what_intakes_worker_settles(
    tmp_path: Path, postgres: Postgres
) -> None:
    for name in ("master.key", "receipt.secret"):
        (tmp_path / name).write_bytes(secrets.token_bytes(32))
    district = load_district(SHIPPED)
    more = {"inbox_puskesmas": "puring", "whatsapp_phone_id": PHONE_ID}
    with pytest.MonkeyPatch.context() as patch:
        for each in ("create", "check"):
            patch.setattr(Topic, each, lambda _self: None)
        settings = on(postgres, tmp_path, "came").model_copy(update=more)
        migrate_district(settings, district, demo=False)
    hook, worker = Parts(settings, district), Parts(settings, district)
    said = {"id": "wamid.1", "from": WA, "timestamp": "1767578400", "type": "text"}
    body = written(said | {"text": {"body": SHORT}}, wa_id=WA)
    hook.listening.hear(body)
    worker.listening.hear(body)  # it comes again, to another process
    ((draft,),) = Incoming(worker.intake).waiting(["puring"], None, 10).groups
    assert draft.contacts == {f"tel:+{WA}"}
    (due,) = worker.intake.select("SELECT task, argument FROM due")
    assert (due["task"], due["argument"]) == ("intake.message", str(draft.id))
    assert worker.settling.settle(due["argument"]) is None
    for parts in (hook, worker):
        parts.close()
