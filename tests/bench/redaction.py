"""How much of what points to a person is marked: recall and precision over sentences with planted
identifiers. Rules and sentences are by the same hand, so this tells when rules get worse, not how
often they fail on a desk's own texts: there people decide."""

from collections.abc import Iterator

from tests.bench.line import Measure
from tests.planted import score, sentences


def run() -> Iterator[Measure]:
    """Mark every sentence and count."""
    found = score()
    about = {"sentences": len(sentences()), "missed": len(found.missed), "wrong": len(found.wrong)}
    yield Measure(
        name="redaction-recall",
        unit="identifiers marked whole",
        ours=found.found,
        theirs=found.planted,
        baseline="identifiers planted (tests/data/redaction.yaml)",
        floor=0.92,
        aim=0.98,
        n=found.planted,
        more=about,
    )
    yield Measure(
        name="redaction-precision",
        unit="marks on an identifier",
        ours=found.right,
        theirs=found.marked,
        baseline="all marks",
        floor=0.92,
        aim=0.98,
        n=found.marked,
        more=about,
    )
