from collections.abc import Iterator
from pathlib import Path

import pytest

from services.kernel.clock import system_clock
from services.kernel.stream import EmbeddedStream, Stream
from tests.contract.stream import StreamContract


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
