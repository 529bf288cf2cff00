"""The pool of random bytes gives each byte of its source once, whoever asks."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

from services.kernel.keyring import Pool


class Numbered:
    """Gives portions whose bytes never repeat within four, so that a byte given twice shows."""

    def __init__(self) -> None:
        self._next = count()

    def __call__(self, size: int) -> bytes:
        assert size % 4 == 0
        return b"".join(next(self._next).to_bytes(4, "big") for _ in range(size // 4))


def test_every_byte_is_given_once_between_threads() -> None:
    pool = Pool(Numbered(), portion=64)
    with ThreadPoolExecutor(4) as threads:
        given = list(threads.map(lambda _number: pool(4), range(4000)))
    assert len(set(given)) == len(given)


def test_a_draw_larger_than_a_portion_is_whole() -> None:
    pool = Pool(Numbered(), portion=8)
    assert pool(4) == (0).to_bytes(4, "big")
    assert len(pool(100)) == 100
