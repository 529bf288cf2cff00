"""How much two complaints sound alike; pure. People decide, this only orders what they look at."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WITHIN: Final = timedelta(days=30)
"""How far apart two complaints about one event may come in; our choice."""
SAME_WORDS: Final = 0.25
"""The share of the shorter text's words from which two texts are alike; our choice, tried on the
published complaints of tests/real.py."""
SHARED_LEAST: Final = 2
SHOWN: Final = 5

_WORD = re.compile(r"[^\W\d_]{3,}")
# Words that say nothing about the matter, as Indonesian has them; short ones fall out by length.
_EMPTY: Final = (
    "ada adalah agar akan aku anda apa atau bagi bahwa banyak baru belum beliau bisa bukan cuma dan"
    " dapat dari dengan dia dong hanya harus hingga ibu ini itu jadi jangan juga kalau kami"
    " karena kata kepada kita lagi lain lalu maka masih mau mereka mohon namun nya oleh orang pada"
    " pak para pas pernah saat saja sama sampai sangat satu saya sebagai sedang sejak sekali selalu"
    " semua seperti serta setelah setiap sih sudah supaya tadi tapi telah terima kasih tetap tetapi"
    " tidak tolong untuk waktu walau yang puskesmas"
)


@dataclass(frozen=True)
class Facts:
    """What is compared of a complaint; `words` are those that `words_of` keeps."""

    service_unit: str | None
    categories: frozenset[str]
    received_at: datetime
    words: frozenset[str]


@dataclass(frozen=True)
class Likeness:
    """Why an earlier complaint may have said the same; `days` before."""

    same_unit: bool
    categories: tuple[str, ...]
    words: tuple[str, ...]
    days: int
    score: float


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text that may tell it from another one."""
    return frozenset(_WORD.findall(text.casefold())).difference(_EMPTY.split())


def likeness(this: Facts, earlier: Facts) -> Likeness | None:
    """Return what speaks for the two being one, None where it is too little.

    Two of unit, category and words must agree, within `WITHIN`.
    """
    apart = this.received_at - earlier.received_at
    if not timedelta() <= apart <= WITHIN:
        return None
    same_unit = this.service_unit is not None and this.service_unit == earlier.service_unit
    categories = this.categories & earlier.categories
    shared = this.words & earlier.words
    share = len(shared) / max(min(len(this.words), len(earlier.words)), 1)
    alike = share >= SAME_WORDS and len(shared) >= SHARED_LEAST
    if same_unit + bool(categories) + alike < 2:
        return None
    near = 1 - apart / WITHIN
    score = same_unit + bool(categories) + 3 * share * alike + near
    # The longest words say the most, and a page has room for a few.
    told = tuple(sorted(shared, key=lambda word: (-len(word), word))[:SHOWN]) if alike else ()
    return Likeness(same_unit, tuple(sorted(categories)), told, apart.days, score)
