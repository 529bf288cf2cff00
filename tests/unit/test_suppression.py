"""Small counts stay closed: nobody can subtract one from what open data publishes."""

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.exports.suppression import LEAST, published

parts = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(0, 40), max_size=9)


@given(parts.filter(lambda found: sum(found.values()) >= LEAST))
def test_a_remainder_is_of_several_parts_and_no_small_count(found: dict[str | None, int]) -> None:
    shown, remainder = published(found)
    assert sum(shown.values()) + remainder == sum(found.values())
    assert all(found[part] == count >= LEAST for part, count in shown.items())
    closed = [count for part, count in found.items() if count and part not in shown]
    assert sum(closed) == remainder
    assert not closed or (len(closed) >= 2 and remainder >= LEAST)


@given(parts.filter(lambda found: sum(found.values()) >= LEAST))
def test_no_more_is_closed_than_must_be(found: dict[str | None, int]) -> None:
    _shown, remainder = published(found)
    small = sum(count for count in found.values() if count < LEAST)
    if small == 0 or small >= LEAST:
        assert remainder == small
    else:
        assert remainder == small + min(count for count in found.values() if count >= LEAST)


def test_one_small_part_takes_the_next_smallest_with_it() -> None:
    assert published({"web": 3, "sms": 9, "phone": 7, "lapor": 0}) == ({"sms": 9}, 10)


def test_parts_that_are_all_small_are_one_remainder() -> None:
    assert published({"web": 3, "sms": 2}) == ({}, 5)
