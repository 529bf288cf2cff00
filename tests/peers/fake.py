"""A peer in memory, for tests of what is done with its answers."""

from collections.abc import Callable

from services.kernel.carriers.port import (
    Later,
    Letter,
    Outcome,
    Refused,
    Sent,
    Unknown,
    Why,
)


class FakePeer:
    """Says what it is told to say; its answer may be lost on the way."""

    reports_delivery = False
    address = "+6281200007777"

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.released: list[str] = []
        self.answer: Outcome = Sent()
        self.answer_when_asked: Outcome = Unknown()
        self.on_sending: Callable[[Letter], None] = lambda _letter: None

    @property
    def sender(self) -> "FakePeer":
        return self

    def send(self, letter: Letter) -> Outcome:
        self.on_sending(letter)
        if isinstance(self.answer, Sent | Unknown):
            self.letters.append(letter)
        return self.answer

    def ask(self, id: str, attempt: int) -> Outcome:
        return self.answer_when_asked

    def settled(self, id: str) -> None:
        self.released.append(id)

    def came(self) -> list[str]:
        return [each.words.body for each in self.letters]

    def refuses_addresses(self) -> None:
        self.answer = Refused(Why.ADDRESS_REFUSED)

    def is_busy(self) -> None:
        self.answer = Later(Why.BUSY)

    def is_away(self) -> None:
        self.answer = Later(Why.UNREACHABLE)

    def loses_its_answer(self) -> None:
        self.answer = Unknown()
