"""The rules of messages: what they say, where to, when, and what follows from an outcome."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.kernel.aggregate import Act
from services.kernel.calendar import Override, WorkCalendar
from services.kernel.district import SHIPPED, load_district
from services.kernel.district.model import Messages
from services.kernel.errors import StepNotAllowed
from services.publication.domain.message import DECISIONS, RETRIES, OutgoingMessage
from services.publication.messages.hours import next_allowed
from services.publication.messages.reach import address_of, needs_agreement
from services.publication.messages.wording import SMS_MOST, link_of, worded

CODE = "K7Q2-9MFX-TR4W"
LINK = link_of("https://tanggap.kebumenkab.go.id/", CODE)
NOW = datetime(2026, 11, 4, 2, 0, tzinfo=UTC)
SPELLINGS = (
    "0812-0000-7777",
    "+62 812 0000 7777",
    "62812 0000 7777",
    "081200007777",
    "(0812) 0000-7777",
    "+62-812-00007777",
    "0812.0000.7777",
    " 0812 0000 7777 ",
    "+62 (0) 812 0000 7777",
    "tel:+6281200007777",
)


@pytest.mark.parametrize("written", SPELLINGS)
def test_a_number_is_one_however_it_is_written(written: str) -> None:
    assert address_of("sms", {"phone": written}) == "+6281200007777"


@pytest.mark.parametrize("written", ["", "0812", "tidak ada", "0812000077770812000077770", "110"])
def test_what_can_be_no_number_is_none(written: str) -> None:
    assert address_of("whatsapp", {"phone": written}) is None


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("tarsih@example.com", "tarsih@example.com"),
        (" tarsih@example.com ", "tarsih@example.com"),
        ("tarsih", None),
        ("tarsih@", None),
        ("a@b\r\nBcc: c@d.example", None),
        ("tarsih@example.com, lain@example.com", None),
        ("tärsih@example.com", None),
    ],
)
def test_an_address_is_one_mailbox(written: str, address: str | None) -> None:
    assert address_of("email", {"email": written}) == address


@pytest.mark.parametrize(
    ("channel", "wanted", "came_by", "asked"),
    [
        ("whatsapp", "whatsapp", "phone", False),
        ("sms", "whatsapp", "sms", True),
        ("sms", None, "sms", False),
        ("email", None, "in_person", True),
    ],
)
def test_who_did_not_choose_a_way_is_asked_first(
    channel: str, wanted: str | None, came_by: str, asked: bool
) -> None:
    assert needs_agreement(channel, wanted, came_by) is asked


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("state", ["documented", "published"])
def test_a_short_message_fits_one_sms_from_any_puskesmas(language: str, state: str) -> None:
    for each in load_district(SHIPPED).all_puskesmas:
        number = f"{each.short_code}-2026-A-000417"
        said = worded("sms", language, number=number, place=each.name, state=state, link=LINK)
        assert len(said.body) <= SMS_MOST and said.body.isascii()
        assert number in said.body and said.body.endswith(LINK)


def test_a_letter_says_number_state_and_the_way_to_the_receipt() -> None:
    facts: dict[str, Any] = {
        "number": "PRG-2026-A-000417",
        "place": "Puskesmas Puring",
        "state": "published",
    }
    said = worded("email", "id", link=LINK, **facts)
    assert "PRG-2026-A-000417" in said.subject and CODE not in said.subject
    assert f"\n{LINK}\n" in said.body and "Puskesmas Puring" in said.body
    assert said.values == (facts["number"], "sudah ditangani dan hasilnya terbit", LINK)
    with pytest.raises(KeyError):
        worded("email", "id", link=LINK, version=2, **facts)


PURING = WorkCalendar("Asia/Jakarta", 6)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    zone = PURING.local(NOW).tzinfo
    return datetime(2026, 11, day, hour, minute, tzinfo=zone)


@pytest.mark.parametrize(
    ("asked", "goes_out"),
    [
        (local(4, 9), local(4, 9)),  # a Wednesday
        (local(4, 6), local(4, 8)),
        (local(4, 20), local(5, 8)),
        (local(7, 21), local(9, 8)),  # Saturday night: not on Sunday
        (local(8, 10), local(9, 8)),
    ],
)
def test_nobody_is_written_to_at_night_or_on_a_closed_day(
    asked: datetime, goes_out: datetime
) -> None:
    assert next_allowed(asked, PURING, Messages()) == goes_out


def test_a_day_that_the_place_declared_closed_is_closed() -> None:
    flood = WorkCalendar("Asia/Jakarta", 6, (Override(date(2026, 11, 4), False, "Banjir"),))
    assert next_allowed(local(4, 9), flood, Messages()) == local(5, 8)
    any_day = Messages(from_hour=0, until_hour=24, working_days_only=False)
    assert next_allowed(local(4, 3), flood, any_day) == local(4, 3)


def act(at: datetime = NOW) -> Act:
    return Act("acc-1", "publisher", at, at, "", "")


def message(*steps: str, channel: str = "sms") -> OutgoingMessage:
    wish = {"publication": str(UUID(int=2)), "channel": channel, "language": "id"}
    made = OutgoingMessage.request(
        act(),
        id=UUID(int=3),
        puskesmas="puring",
        complaint=str(UUID(int=1)),
        state="published",
        wording=1,
        agreed=False,
        **wish,
    )
    for step in steps:
        if step in DECISIONS:
            made.decide(act(), step)
        elif step == "delivered":
            made.delivered(act(), 1)
        else:
            getattr(made, step)(act())
    return made


def test_an_attempt_is_recorded_before_it_can_be_out() -> None:
    made = message("attempt_now")
    assert made.state == "attempted" and made.attempt == 1
    with pytest.raises(StepNotAllowed):
        made.attempt_now(act())


def test_what_was_certainly_not_taken_is_tried_later_and_given_up_in_the_end() -> None:
    made = message()
    for number, wait in enumerate(RETRIES, 1):
        made.attempt_now(act())
        made.postpone(act(), "busy", NOW)
        assert (made.state, made.attempt) == ("waiting", number)
        assert made.not_before == NOW + wait
    made.attempt_now(act())
    made.postpone(act(), "busy", NOW)
    assert (made.state, made.reason) == ("failed", "given_up")


def test_a_doubt_waits_for_a_person_who_may_send_again_or_not() -> None:
    made = message("attempt_now", "lose_track")
    assert made.state == "unknown" and made.decisions == ("consider_sent", "send_again")
    with pytest.raises(StepNotAllowed):
        made.attempt_now(act())
    made.decide(act(), "send_again")
    assert made.state == "waiting"
    made.attempt_now(act(NOW + timedelta(hours=1)))
    made.lose_track(act())
    made.decide(act(), "consider_sent")
    assert made.state == "considered"
    with pytest.raises(StepNotAllowed):
        made.decide(act(), "send_again")


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        (("attempt_now", "sent", "sent", "delivered", "delivered", "sent"), "delivered"),
        (("attempt_now", "delivered", "sent"), "delivered"),
        (("attempt_now", "lose_track", "sent"), "sent"),
        (("attempt_now", "sent", "lose_track"), "sent"),
        (("sent", "delivered"), "waiting"),
        # It arrived after all, so that what was to be sent again is not.
        (("attempt_now", "lose_track", "send_again", "delivered"), "delivered"),
    ],
)
def test_news_that_comes_twice_or_late_changes_nothing_known(
    steps: tuple[str, ...], state: str
) -> None:
    made = message(*steps)
    assert made.state == state
    told = [type(each).__name__ for each in made.collect_events()]
    assert len(told) == len(set(told))


def test_an_e_mail_that_came_back_failed_though_it_was_taken() -> None:
    made = message("attempt_now", "sent", channel="email")
    assert made.decisions == ("came_back",)
    made.decide(act(), "came_back")
    assert (made.state, made.reason) == ("failed", "bounced")
    with pytest.raises(StepNotAllowed):
        made.decide(act(), "came_back")
    with pytest.raises(StepNotAllowed):
        message("attempt_now", "sent").decide(act(), "came_back")


def test_what_arrived_is_one_of_the_attempts_that_were_made() -> None:
    made = message("attempt_now", "lose_track", "send_again")
    assert not made.delivered(act(), 2) and not made.delivered(act(), 0)
    assert made.state == "waiting"


def test_who_called_it_off_called_it_off_only_while_it_waited() -> None:
    made = message()
    made.decide(act(), "call_off")
    assert (made.state, made.reason) == ("failed", "called_off")
    gone: Any = message("attempt_now")
    with pytest.raises(StepNotAllowed):
        gone.decide(act(), "call_off")
