"""Reports of e-mails that came back, as servers write them and as nobody should."""

import pytest

from services.kernel.carriers.bounces import MOST_BYTES, Report, report_of
from tests.peers.reports import ID, report

FAILED, NOT_YET = Report(ID, failed=True), Report(ID, failed=False)


@pytest.mark.parametrize("kind", ["postfix", "headers_only", "exchange"])
def test_a_message_that_failed_for_good_is_told_by_whichever_server(kind: str) -> None:
    assert report_of(report(kind=kind)) == FAILED


def test_of_a_message_that_expired_the_action_counts_and_not_the_class_of_its_status() -> None:
    assert report_of(report(action="failed", status="4.4.7")) == FAILED


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded", " Delayed "])
def test_a_delay_or_a_delivery_is_no_bounce(action: str) -> None:
    assert report_of(report(action=action, status="4.4.1")) == NOT_YET


def test_a_report_that_was_cut_off_in_what_came_back_says_the_same() -> None:
    assert report_of(report(returned="isi " * MOST_BYTES)) == FAILED


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\xff\x00\xfe" * 400,
        report(action="sacked"),
        report(message="<00000000@elsewhere.example>"),
        report(message="<not-one-of-ours@tanggap.example.go.id>"),
        report().replace(b"delivery-status", b"disposition-notification"),
        report().replace(b"multipart/report", b"multipart/mixed"),
        report().replace(b"Action:", b"X-Action:"),
        report().replace(b"boundary=", b"x-boundary="),
        # An answer of somebody's that quotes our message.
        b"From: tarsih@example.com\r\nIn-Reply-To: <%s@puskesmas.example>\r\n\r\nAction: failed\r\n"
        % str(ID).encode(),
        # A person who writes what a server would.
        b"Content-Type: text/plain\r\n\r\n" + report(),
    ],
)
def test_what_does_not_say_of_which_message_and_what_is_no_report(mail: bytes) -> None:
    assert report_of(mail) is None


def test_parts_within_parts_without_end_harm_nothing() -> None:
    kind = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b{0}"'
    parts = "".join(f"{kind}\r\n\r\n--b{{0}}\r\n".format(number) for number in range(1200))
    assert report_of(parts.encode() + report()) is None
    assert report_of(b"Content-Type: message/rfc822\r\n\r\n" * 3000) is None
