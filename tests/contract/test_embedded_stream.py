from collections.abc import Iterator
from pathlib import Path

import pytest

from services.kernel.clock import system_clock
from services.kernel.stream import EmbeddedStream, Stream
from tests.contract.stream import SOURCE, StreamContract
from tests.messages import message


class TestEmbeddedStream(StreamContract):
    path: Path

    @pytest.fixture
    def stream(self, tmp_path: Path) -> Iterator[Stream]:
        self.path = tmp_path / "stream.sqlite"
        stream = EmbeddedStream(self.path, system_clock)
        yield stream
        stream.close()

    def reopened(self, stream: Stream) -> Stream:
        stream.close()
        return EmbeddedStream(self.path, system_clock)

    def test_a_page_is_whole_from_wherever_a_reader_stands(self, stream: Stream) -> None:
        stream.sender(SOURCE).send([message(n) for n in range(1, 21)])
        reader = stream.reader("a", {})
        for at in range(21):
            reader.seek(0, at)
            page = [each.message.id for each in reader.poll(6, 0)]
            assert page == [*range(at + 1, min(at + 7, 21))]
