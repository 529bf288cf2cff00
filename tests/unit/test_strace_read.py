"""What strace wrote is read as it wrote it, whatever the width of its columns."""

import pytest

from tests.strace import parse


@pytest.mark.parametrize("pid", ["31415 ", "314   ", "3141592 "])
def test_a_call_is_read_whatever_the_width_of_its_process(pid: str) -> None:
    lines = [
        f'{pid}write(7<\\x66>, "\\x61\\x62", 2) = 2',
        f"{pid}fdatasync(7<\\x66> <unfinished ...>",
        f"{pid}<... fdatasync resumed>) = 0",
    ]
    written, synced = parse(lines)
    assert (written.name, written.file, written.data, written.result) == ("write", "f", b"ab", 2)
    assert (synced.name, synced.began, synced.ended) == ("fdatasync", 1, 2)
