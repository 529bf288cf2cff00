"""The histories that benches measure on: the demo district, and as many events as are asked for.

The demo district is what `tanggap generate` writes. A longer log is the same histories again and
again, each time as other complaints: same shapes, same times, same Puskesmas, other ids. Both are
made once, in `.bench/`, and taken as they are by later runs, until what the log holds of an event
is something else.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb
import msgspec

from services.reporting.store import schema
from tests.bench.stores import multiply

CASES, SEED = 26_000, 1
LAID_OUT: Final = hashlib.sha256(schema("log").encode()).hexdigest()[:8]
HOUSE: Final = Path(__file__).parents[2] / ".bench" / LAID_OUT
LOG: Final = "reporting.duckdb"
MEMORY: Final = "1GB"
"""What a district's reporting may use for that many events."""


def district() -> Path:
    """Return the data folder of the demo district."""
    return generated(CASES)


def generated(cases: int) -> Path:
    """Return the data folder of a node with the generated histories of so many complaints."""
    folder = HOUSE / f"district-{cases}-{SEED}"
    with _made_once(folder) as begun:
        if begun:
            asked = ["generate", "--cases", str(cases), "--seed", str(SEED), "--data", str(begun)]
            subprocess.run([sys.executable, "-m", "services.main.cli", *asked], check=True)
    return folder


def long_district(events: int) -> Path:
    """Return a data folder of which reporting's log holds at least so many events.

    The stores are those of the demo district; whoever opens reporting first makes the facts.
    """
    folder = HOUSE / f"district-of-{events}-events-{SEED}"
    source = district()
    with _made_once(folder) as begun:
        if begun:
            shutil.copytree(source, begun, ignore=shutil.ignore_patterns(f"{LOG}*"))
            times = -(-events // _events_of_complaints(source / LOG))
            _multiply(source / LOG, begun / LOG, times)
    return folder


def gapless_log(events: int) -> Path:
    """Return a file of reporting whose log holds at least so many events, numbered without gaps
    and chained, as a source's are."""
    folder = HOUSE / f"gapless-log-of-{events}-events-{SEED}"
    source = long_district(events)
    with _made_once(folder) as begun:
        if begun:
            begun.mkdir()
            with duckdb.connect(str(begun / LOG), config={"memory_limit": MEMORY}) as connection:
                connection.execute("SET TimeZone = 'UTC'")
                connection.execute(schema("log"))
                connection.execute(f"ATTACH '{source / LOG}' AS one (READ_ONLY)")
                connection.execute(_NUMBERED)
                connection.execute(_GAPLESS)
                tracked = connection.execute(
                    "SELECT source || '/0', max(id) FROM log GROUP BY source"
                ).fetchall()
                connection.execute(
                    "UPDATE reading SET tracked = ?", [msgspec.json.encode(dict(tracked)).decode()]
                )
    return folder / LOG


def many_cases(cases: int) -> Path:
    """Return a data folder whose stores and log hold at least so many complaints."""
    folder = HOUSE / f"district-of-{cases}-cases-{SEED}"
    source = district()
    with _made_once(folder) as begun:
        if begun:
            shutil.copytree(source, begun, ignore=shutil.ignore_patterns(f"{LOG}*"))
            times = -(-cases // CASES)
            _multiply(source / LOG, begun / LOG, times)
            multiply(begun, times)
    return folder


@contextmanager
def _made_once(folder: Path) -> Iterator[Path | None]:
    """Give a folder to make it in, which takes its name at the end; None when it is there."""
    if folder.exists():
        yield None
        return
    begun = folder.with_suffix(".begun")
    shutil.rmtree(begun, ignore_errors=True)
    HOUSE.mkdir(parents=True, exist_ok=True)
    yield begun
    begun.rename(folder)


def _events_of_complaints(file: Path) -> int:
    with duckdb.connect(str(file), read_only=True) as connection:
        ((count,),) = connection.execute(
            "SELECT count(*) FROM log WHERE complaint IS NOT NULL"
        ).fetchall()
    return int(count)


def _multiply(source: Path, target: Path, times: int) -> None:
    with duckdb.connect(str(target), config={"memory_limit": MEMORY}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(schema("log"))
        connection.execute(f"ATTACH '{source}' AS one (READ_ONLY)")
        ((count, last),) = connection.execute(
            "SELECT max(place) + 1, max(id) FROM one.log"
        ).fetchall()
        connection.execute("INSERT INTO log FROM one.log WHERE complaint IS NULL")
        connection.execute(_AGAIN, {"times": times, "count": count, "last": last})
        tracked = connection.execute(
            "SELECT source || '/' || partition, max(id) FROM log GROUP BY 1"
        ).fetchall()
        connection.execute(
            "UPDATE reading SET tracked = ?, offsets = (SELECT offsets FROM one.reading)",
            [msgspec.json.encode(dict(tracked)).decode()],
        )


_OTHER: Final = """
    (left({id}::VARCHAR, 14) || regexp_replace(
        md5({id}::VARCHAR || n), '(.{{4}})(.{{4}})(.{{12}}).*', '\\1-\\2-\\3'
    ))::UUID
"""
"""Another id of the same millisecond: what came in together lies together, as it does in life."""
_AGAIN: Final = f"""
INSERT INTO log BY NAME
SELECT * EXCLUDE (n) REPLACE (
    (place + $count) * $times + n AS place,
    id + n * $last AS id,
    {_OTHER.format(id="complaint")} AS complaint,
    ({_OTHER.format(id="complaint")})::VARCHAR AS subject,
    CASE WHEN publication IS NOT NULL THEN {_OTHER.format(id="publication")} END AS publication,
    number || '-' || n AS number,
    sha256(receipt_hash || n) AS receipt_hash
)
FROM (SELECT *, unnest(range($times)) AS n FROM one.log WHERE complaint IS NOT NULL)
"""
_NUMBERED: Final = """
CREATE TEMP TABLE numbered AS
SELECT place, row_number() OVER (PARTITION BY source ORDER BY place) AS nth FROM one.log
"""
_GAPLESS: Final = """
INSERT INTO log BY NAME
SELECT * EXCLUDE (nth, told) REPLACE (
    nth AS id, nth - 1 AS previous, 0 AS partition,
    told->>'number' AS number,
    told->>'receipt_hash' AS receipt_hash,
    (told->>'publication')::UUID AS publication
)
FROM (SELECT *, decode(value)::JSON AS told FROM one.log) JOIN numbered USING (place)
"""
"""Verify holds what is typed to the payload, which has stayed that of the first."""
