"""Wrong codes of receipts are counted by the network that they come from; right ones are not."""

import pytest
from prometheus_client import REGISTRY

from services.kernel.access.throttle import CodeThrottle
from services.kernel.errors import NotFound, TooMany
from services.kernel.fleeting import Alone
from services.kernel.text import _

ADDRESS, OTHER = "203.0.113.77", "203.0.113.78"
UNKNOWN = _("Kode ini tidak ditemukan. Periksa huruf dan angkanya pada tanda terima Anda.")


def guess(throttle: CodeThrottle, address: str = ADDRESS) -> None:
    with throttle.trying(address):
        raise NotFound(UNKNOWN)


def right(throttle: CodeThrottle, address: str = ADDRESS) -> bool:
    with throttle.trying(address):
        return True


def counted(answer: str) -> float:
    return REGISTRY.get_sample_value("tanggap_receipt_codes_total", {"answer": answer}) or 0.0


def test_one_wrong_code_too_many_waits_and_a_right_one_does_not() -> None:
    throttle = CodeThrottle(wrong=3, blocked=6)
    for _try in range(3):
        with pytest.raises(NotFound):
            guess(throttle)
    for _try in range(3):
        assert right(throttle)
        with pytest.raises(TooMany) as refused:
            guess(throttle)
        assert 1 <= int(str(refused.value.extra["retry_after"])) <= 60


def test_a_network_that_floods_gets_no_answer_at_all_and_others_do() -> None:
    throttle = CodeThrottle(wrong=1, blocked=2)
    for refusal in (NotFound, TooMany):
        with pytest.raises(refusal):
            guess(throttle)
    with pytest.raises(TooMany):
        right(throttle)
    assert right(throttle, OTHER)


def test_right_codes_are_never_counted() -> None:
    throttle = CodeThrottle(wrong=1, blocked=2)
    for _try in range(50):
        assert right(throttle)
    with pytest.raises(NotFound):
        guess(throttle)


def test_each_answer_is_counted_for_those_who_watch() -> None:
    throttle = CodeThrottle(wrong=1)
    before = {answer: counted(answer) for answer in ("known", "unknown", "refused")}
    right(throttle)
    for refusal in (NotFound, TooMany, TooMany):
        with pytest.raises(refusal):
            guess(throttle)
    assert {answer: counted(answer) - was for answer, was in before.items()} == {
        "known": 1,
        "unknown": 1,
        "refused": 2,
    }


def test_no_address_is_kept_in_clear() -> None:
    counts = Alone()
    throttle = CodeThrottle(counts)
    with pytest.raises(NotFound):
        guess(throttle, ".".join(["198", "51", "100", "23"]))
    kept = counts._counts._limiter.storage.__dict__
    assert any(kept.values())
    assert "198.51.100" not in repr(kept)
