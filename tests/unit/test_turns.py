"""Threads take short turns while anybody asks for it, and their usual ones afterwards."""

import sys
import threading

from services.kernel.turns import SHORT_SECONDS, short_turns


def test_turns_are_short_until_the_last_who_asked_has_ended() -> None:
    usual = sys.getswitchinterval()
    began, end = threading.Event(), threading.Event()

    def other() -> None:
        with short_turns():
            began.set()
            end.wait(30)

    with short_turns():
        thread = threading.Thread(target=other)
        thread.start()
        assert began.wait(30)
    # The first to ask has ended, the other goes on.
    assert sys.getswitchinterval() == SHORT_SECONDS
    end.set()
    thread.join(30)
    assert sys.getswitchinterval() == usual
