"""Public forms are counted by the network that they come from, which is not written down."""

import pytest

from services.kernel.access.throttle import FormThrottle
from services.kernel.errors import TooMany
from services.kernel.fleeting import Alone

ADDRESS = "203.0.113.77"


def test_one_too_many_is_refused_and_says_how_long_to_wait() -> None:
    throttle = FormThrottle(per_minute=3)
    for _form in range(3):
        throttle.take(ADDRESS)
    with pytest.raises(TooMany) as refused:
        throttle.take(ADDRESS)
    assert 1 <= int(str(refused.value.extra["retry_after"])) <= 60
    throttle.take("203.0.113.78")


def test_an_hour_holds_no_more_than_its_own_limit() -> None:
    throttle = FormThrottle(per_minute=100, per_hour=4)
    for _form in range(4):
        throttle.take(ADDRESS)
    with pytest.raises(TooMany) as refused:
        throttle.take(ADDRESS)
    assert int(str(refused.value.extra["retry_after"])) > 60


def test_all_addresses_of_one_ipv6_subscriber_count_as_one() -> None:
    throttle = FormThrottle(per_minute=2)
    throttle.take("2001:db8:1:2::1")
    throttle.take("2001:db8:1:2:ffff::9")
    with pytest.raises(TooMany):
        throttle.take("2001:db8:1:2:abcd::3")
    throttle.take("2001:db8:1:3::1")


def test_no_address_is_kept_in_clear() -> None:
    counts = Alone()
    throttle = FormThrottle(counts)
    throttle.take(".".join(["198", "51", "100", "23"]))
    kept = counts._counts._limiter.storage.__dict__
    assert any(kept.values())
    assert "198.51.100" not in repr(kept)
