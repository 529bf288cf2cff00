"""Who is called when a bell is rung, within one process."""

from collections.abc import Callable

from services.kernel.fleeting.port import BELLS


class Bells:
    """The calls for each bell."""

    def __init__(self) -> None:
        self._calls: dict[str, list[Callable[[], None]]] = {bell: [] for bell in BELLS}

    def on(self, bell: str, call: Callable[[], None]) -> None:
        """Add a call; raises KeyError for a bell that there is not."""
        self._calls[bell].append(call)

    def ring(self, bell: str) -> None:
        """Call everybody; a bell that there is not (of a newer version's process) calls nobody."""
        for call in list(self._calls.get(bell, ())):
            call()

    def ring_all(self) -> None:
        """Ring every bell: some may not have been heard."""
        for bell in BELLS:
            self.ring(bell)
