"""Which two complaints sound alike, and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.intake.domain.likeness import Facts, likeness, words_of

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
LATER = Facts("loket", frozenset({"waktu"}), AT, words_of("Antrean loket panjang, kursi kurang."))
EARLIER = replace(
    LATER,
    received_at=AT - timedelta(days=2),
    words=words_of("Saya lihat kursi tunggu KURANG dan antrean loket tidak bergerak"),
)


def test_words_that_say_nothing_are_left_out() -> None:
    assert words_of("Saya sudah di Loket 2, yang itu!") == {"loket"}
    assert words_of("") == frozenset()
    assert words_of("ANTREAN antrean Antrean") == {"antrean"}


def test_what_agrees_is_said() -> None:
    why = likeness(LATER, EARLIER)
    assert why is not None
    assert (why.same_unit, why.categories, why.days) == (True, ("waktu",), 2)
    assert why.words == ("antrean", "kurang", "kursi", "loket")


def test_two_of_unit_category_and_words_must_agree() -> None:
    words = frozenset({"obat", "habis"})
    other = replace(EARLIER, words=words)
    assert likeness(LATER, other) is not None
    for facts in (
        replace(other, service_unit="farmasi"),
        replace(other, categories=frozenset()),
        replace(EARLIER, service_unit="farmasi", categories=frozenset()),
    ):
        assert likeness(LATER, facts) is None
    assert likeness(LATER, replace(EARLIER, service_unit="farmasi")) is not None
    nowhere = replace(LATER, service_unit=None), replace(other, service_unit=None)
    assert likeness(*nowhere) is None


def test_one_word_in_common_is_no_likeness() -> None:
    this = replace(LATER, words=frozenset({"antrean"}))
    assert likeness(this, replace(EARLIER, service_unit="farmasi")) is None


def test_only_what_came_in_a_while_before() -> None:
    for days, there in ((0, True), (30, True), (31, False), (-1, False)):
        found = likeness(LATER, replace(EARLIER, received_at=AT - timedelta(days=days)))
        assert (found is not None) is there, days


def test_the_likelier_and_nearer_one_scores_higher() -> None:
    near, far = EARLIER, replace(EARLIER, received_at=AT - timedelta(days=20))
    other = replace(near, words=frozenset())
    scores = [why.score for each in (near, far, other) if (why := likeness(LATER, each))]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
