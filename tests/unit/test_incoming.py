"""Messages that come in by themselves: read, put together, told apart, decided about."""

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.intake.domain.incoming import (
    CONFIRMED,
    DISMISSED,
    ERASED,
    REASONS,
    IncomingMessage,
)
from services.intake.incoming.came import Sender, clean, grouped, numbers_in
from services.intake.incoming.chat import messages
from services.intake.incoming.modem import decoded, joined, part_of, read_inbox
from services.kernel.aggregate import Act
from services.kernel.contracts import SealedBox
from services.kernel.errors import AlreadyDone, Forbidden, InvalidInput, StepNotAllowed
from tests.peers.whatsapp import PHONE_ID, written

ZONE = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)
BOX = SealedBox("message/1", "MessageCame.sender", "")
ACT = Act("acc-1", "officer", NOW, NOW, "", "")
ONE = str(UUID(int=1))
SPELT = (
    "081200007777",
    "0812-0000-7777",
    "0812 0000 7777",
    "(0812) 00007777",
    "0812.0000.7777",
    "+6281200007777",
    "+62 812-0000-7777",
    "+62 (812) 0000 7777",
    "+62-812-00007777",
    "62 812 0000 7777",
)


def test_a_number_in_ten_spellings_is_one_person() -> None:
    assert {each for phone in SPELT for each in Sender(phone=phone).contacts()} == {
        "tel:+6281200007777"
    }


@dataclass(frozen=True)
class Sent:
    at: int
    who: str = "tel:1"
    channel: str = "sms"
    puskesmas: str = "puring"
    n: int = 0
    contacts: frozenset[str] = field(default=frozenset())

    @property
    def id(self) -> UUID:
        return UUID(int=self.at * 100 + self.n)

    @property
    def sent_at(self) -> datetime:
        return NOW + timedelta(minutes=self.at)


def sent(at: int, *who: str, **more: Any) -> Sent:
    return Sent(at, contacts=frozenset(who or ("tel:1",)), **more)


def minutes(groups: list[list[Sent]]) -> list[list[int]]:
    return [[each.at for each in group] for group in groups]


def test_what_one_person_sends_within_an_hour_of_the_first_is_together() -> None:
    assert minutes(grouped([sent(60), sent(0), sent(30)])) == [[0, 30, 60]]
    assert minutes(grouped([sent(0), sent(40), sent(61), sent(80)])) == [[0, 40], [61, 80]]


def test_others_channels_and_places_are_apart_and_nobody_known_is_alone() -> None:
    found = [sent(0), sent(1, "tel:2"), sent(2, channel="whatsapp"), sent(3, puskesmas="lamaru")]
    unknown = [Sent(4), Sent(5)]
    assert minutes(grouped([*found, *unknown])) == [[0], [1], [2], [3], [4], [5]]


def test_who_hides_the_number_in_between_is_still_the_same() -> None:
    both, hidden = sent(0, "tel:1", "wa:ID.7"), sent(5, "wa:ID.7")
    assert minutes(grouped([both, hidden, sent(6, "tel:1")])) == [[0, 5, 6]]


def test_numbers_of_complaints_are_found_however_they_are_typed() -> None:
    said = "lanjutan prg-2026-a-000417, bukan PRG-2026-A-000417 atau LMR-2026-A2-000009 / 2026-A-1"
    assert numbers_in(said) == ["PRG-2026-A-000417", "LMR-2026-A2-000009"]


def test_what_nobody_sees_is_left_out() -> None:
    assert clean("\x00Antre\x1b lama\r\nsekali\ud800 ") == "Antre lama\nsekali"


PHONE = "+6281200007777"


def put(folder: Path, name: str, content: bytes, age: float = 60) -> None:
    file = folder / name
    file.write_bytes(content)
    os.utime(file, (NOW.timestamp() - age,) * 2)


def test_parts_are_put_together_whatever_the_order_in_which_they_came(tmp_path: Path) -> None:
    # The second part was sent on by the network before the first.
    put(tmp_path, f"IN20261128_162003_00_{PHONE}_01.txt", f"{FULL}dan ".encode())
    put(tmp_path, f"IN20261128_162000_00_{PHONE}_02.txt", b"mohon kabar.")
    put(tmp_path, f"IN20261128_162007_00_{PHONE}_00.txt", FULL.encode())
    put(
        tmp_path, f"IN20261128_163000_00_{PHONE}_00.txt", "Terima kasih \U0001f64f".encode("utf-16")
    )
    found = read_inbox(tmp_path, ZONE, NOW)
    assert [each.message.text for each in found] == [
        f"{FULL}{FULL}dan mohon kabar.",
        "Terima kasih \U0001f64f",
    ]
    assert [len(each.files) for each in found] == [3, 1]
    assert found[0].message.sent_at == datetime(2026, 11, 28, 9, 20, 7, tzinfo=UTC)
    assert found[0].message.sender == Sender(phone=PHONE)


FULL = "Dokter gigi tidak ada pada jam layanan, sudah tiga kali saya datang. "


def test_two_long_messages_of_one_person_and_a_short_one_keep_their_parts(tmp_path: Path) -> None:
    for at, serial, place, text in (
        ("090000", "00", "00", FULL),
        ("090002", "00", "01", "Satu."),
        ("090500", "00", "00", FULL),
        ("090459", "00", "01", "Dua."),
        ("090459", "00", "00", "Halo"),
        ("120000", "00", "01", "Tiga."),
    ):
        put(tmp_path, f"IN20261128_{at}_{serial}_{PHONE}_{place}.txt", text.encode())
    parts = [part for file in tmp_path.iterdir() if (part := part_of(file, ZONE))]
    assert [[each.text for each in message] for message in joined(parts)] == [
        [FULL, "Satu."],
        ["Halo"],
        [FULL, "Dua."],
        ["Tiga."],
    ]


def test_what_is_still_being_written_and_what_is_no_message_stays(tmp_path: Path) -> None:
    put(tmp_path, f"IN20261128_162000_00_{PHONE}_00.txt", FULL.encode(), age=60)
    put(tmp_path, f"IN20261128_162001_00_{PHONE}_01.txt", b" lama", age=1)
    put(tmp_path, "IN20261399_990000_00_123_00.txt", b"?")
    put(tmp_path, "catatan.txt", b"?")
    put(tmp_path, "IN20261128_162000_00_INFO_00.txt", b"Menang undian!")
    (found,) = read_inbox(tmp_path, ZONE, NOW)
    assert found.message.sender == Sender(name="INFO") and found.message.text == "Menang undian!"


def test_two_within_one_second_are_two_and_a_binary_one_is_said_to_be_unreadable(
    tmp_path: Path,
) -> None:
    name = f"IN20261128_162000_00_{PHONE}_00.txt"
    put(tmp_path, name, b"Antre lama")
    (first,) = read_inbox(tmp_path, ZONE, NOW)
    put(tmp_path, name, b"Parkir penuh")
    (second,) = read_inbox(tmp_path, ZONE, NOW)
    assert first.message.id != second.message.id
    put(tmp_path, f"IN20261128_162500_00_{PHONE}_00.bin", b"\x01\x02")
    binary = read_inbox(tmp_path, ZONE, NOW)[-1]
    assert binary.message.unsupported and binary.message.text == ""


def test_a_clock_that_runs_ahead_is_not_believed(tmp_path: Path) -> None:
    put(tmp_path, f"IN20361128_162000_00_{PHONE}_00.txt", b"Antre")
    assert read_inbox(tmp_path, ZONE, NOW)[0].message.sent_at == NOW


def test_texts_are_read_in_both_ways_in_which_the_daemon_writes() -> None:
    assert decoded("ñ".encode("utf-16")) == decoded(b"\xfe\xff\x00\xf1") == decoded("ñ".encode())


AT = str(int(NOW.timestamp()) - 60)


def heard(*given: dict[str, Any], **contact: Any) -> Any:
    return messages(written(*given, **contact), PHONE_ID, NOW)


def test_a_message_with_a_number() -> None:
    text = {"id": "wamid.1", "from": "6281200007777", "timestamp": AT, "type": "text"}
    (found,) = heard(text | {"text": {"body": "Antre lama"}}, wa_id="6281200007777")
    assert (found.id, found.text, found.file) == ("wamid.1", "Antre lama", "")
    assert found.sender == Sender("Tarsih Misal", "+6281200007777")
    assert found.sent_at == NOW - timedelta(seconds=60)


def test_a_user_without_a_number_is_known_by_the_id_of_2026() -> None:
    text = {"id": "wamid.2", "from_user_id": "ID.15021", "timestamp": AT, "type": "text"}
    (found,) = heard(text | {"text": {"body": "Halo"}}, user_id="ID.15021")
    assert found.sender == Sender("Tarsih Misal", "", "ID.15021")
    assert found.sender.contacts() == ["wa:ID.15021"]


@pytest.mark.parametrize(
    ("kind", "text", "file", "unsupported"),
    [
        ({"image": {"id": "77", "caption": "Lantai licin"}}, "Lantai licin", "77", False),
        ({"document": {"id": "78", "filename": "surat.pdf"}}, "", "78", False),
        ({"image": {"id": "../7"}}, "", "", True),
        ({"location": {"latitude": -7.6, "longitude": 109.6, "name": "Loket"}}, None, "", False),
        ({"button": {"text": "Ya"}}, "Ya", "", False),
        ({"contacts": [{"name": {}}]}, "", "", True),
    ],
    ids=["photo", "document", "strange-id", "place", "button", "card"],
)
def test_what_may_come_beside_words(
    kind: dict[str, Any], text: str | None, file: str, unsupported: bool
) -> None:
    given = {"id": "wamid.3", "from": "6281200007777", "timestamp": AT, "type": next(iter(kind))}
    (found,) = heard(given | kind, wa_id="6281200007777")
    assert (found.file, found.unsupported) == (file, unsupported)
    assert found.text == ("Loket\n-7.6, 109.6" if text is None else text)


def test_a_heart_under_a_message_is_none_and_times_that_are_none_are_now() -> None:
    given = {"id": "wamid.4", "from": "6281200007777"}
    heart = given | {"timestamp": AT, "type": "reaction"}
    odd = given | {"timestamp": "soon", "type": "text", "text": {"body": "Halo"}}
    (found,) = heard(heart, odd, wa_id="6281200007777")
    assert found.sent_at == NOW


def test_a_message_to_another_number_is_refused() -> None:
    body = written({"id": "w", "from": "628", "timestamp": AT, "type": "text"}, to="999")
    with pytest.raises(Forbidden):
        messages(body, PHONE_ID, NOW)
    assert json.loads(body)["object"] == "whatsapp_business_account"


def draft(file: SealedBox | None = None) -> IncomingMessage:
    return IncomingMessage.come(
        ACT, id=UUID(int=7), puskesmas="puring", channel="sms", text=BOX, sender=BOX, file=file
    )


def test_a_draft_is_written_down_once() -> None:
    message = draft()
    message.confirm(ACT, ONE)
    assert (message.state, message.complaint) == (CONFIRMED, ONE)
    with pytest.raises(AlreadyDone):
        message.confirm(ACT, ONE)
    with pytest.raises(AlreadyDone):
        message.dismiss(ACT, "spam")
    message.erase(ACT)
    assert message.state == CONFIRMED


def test_a_draft_that_was_dismissed_by_mistake_is_brought_back() -> None:
    message = draft()
    message.dismiss(ACT, "spam")
    assert message.state == DISMISSED
    with pytest.raises(AlreadyDone):
        message.dismiss(ACT, "answered")
    message.confirm(ACT, ONE)
    assert (message.state, message.reason) == (CONFIRMED, None)


@pytest.mark.parametrize(
    ("reason", "complaint"),
    [("part_of_other", None), ("spam", ONE), ("erased", None), ("boring", None)],
)
def test_a_dismissal_says_why_and_of_which_complaint(reason: str, complaint: str | None) -> None:
    message = draft()
    with pytest.raises(InvalidInput):
        message.dismiss(ACT, reason, complaint)
    assert message.state == "waiting"


def test_every_reason_is_one() -> None:
    for reason in REASONS:
        draft().dismiss(ACT, reason, ONE if reason == "part_of_other" else None)


def test_of_an_erased_sender_nothing_is_written_down() -> None:
    message = draft()
    message.dismiss(ACT, "spam")
    message.erase(ACT)
    assert message.reason == ERASED
    with pytest.raises(StepNotAllowed):
        message.confirm(ACT, ONE)


def test_what_came_along_is_kept_or_refused_once() -> None:
    message = draft(BOX)
    assert message.wants_file
    message.refuse_file(ACT, "too_large")
    message.refuse_file(ACT, "gone")
    message.keep_file(ACT, file="f", sha256="", size=1, media_type="image/png", file_name=BOX)
    assert (message.refused, message.kept, message.wants_file) == ("too_large", None, False)
    with pytest.raises(ValueError, match="boring"):
        draft(BOX).refuse_file(ACT, "boring")
    assert not draft().wants_file
