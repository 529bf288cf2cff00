"""`make bench [NAME=…]`: one JSON line a measure; exit code 1 where a floor is not reached."""

import sys

from tests.bench import (
    as_of,
    footprint,
    intake,
    kafka,
    lifecycle,
    pages,
    proof,
    rebuild,
    redaction,
    visible,
)

BENCHES = {
    "intake": intake.run,
    "visible": visible.run,
    "footprint": footprint.run,
    "pages": pages.run,
    "rebuild": rebuild.run,
    "as_of": as_of.run,
    "lifecycle": lifecycle.run,
    "kafka": kafka.run,
    "proof": proof.run,
    "redaction": redaction.run,
}


def main(names: list[str]) -> int:
    """Run the named benches, all of them where none is named."""
    if unknown := [name for name in names if name not in BENCHES]:
        sys.stderr.write(f"no bench {unknown}; there are: {', '.join(BENCHES)}\n")
        return 2
    met = True
    for name in names or BENCHES:
        for measure in BENCHES[name]():
            sys.stdout.write(measure.json() + "\n")
            sys.stdout.flush()
            met = met and measure.met != "no"
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
