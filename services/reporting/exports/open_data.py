"""Open data: how much came in by month, Puskesmas, channel and category; small counts are closed
(`suppression`)."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection

from services.kernel.district import District
from services.kernel.errors import invalid
from services.kernel.tables.table import Column, Table
from services.kernel.text import Text, _
from services.reporting.exports.said import WHOLE, Said
from services.reporting.exports.suppression import LEAST, published
from services.reporting.queries import Filters, When
from services.reporting.queries.question import (
    BOUNDS,
    DEFAULT_ZONE,
    ENDS,
    STARTS,
    at,
    bounds,
    zones,
)

Breakdown = Literal["all", "channel", "category"]
REMAINDER: Final = _("lainnya, disatukan")
BREAKDOWNS: Final[Mapping[Breakdown, Text]] = {
    "all": _("semua"),
    "channel": _("kanal"),
    "category": _("kategori"),
}
RULE: Final = _(
    "Hitungan di bawah {least} tidak ditampilkan; bersama bagian terkecil berikutnya ia disatukan "
    "menjadi “lainnya”, paling sedikit {least}, supaya tidak dapat dihitung dari jumlahnya. Bulan "
    "dan Puskesmas yang tidak tercantum: tidak ada, atau kurang dari {least}.",
    least=LEAST,
)
COUNTED: Final = _(
    "Keluhan, saran dan permintaan informasi menurut bulan diterima; pujian tidak dihitung. Hanya "
    "bulan yang sudah berakhir. Satu keluhan dapat masuk beberapa kategori."
)
COLUMNS: Final[Sequence[Column]] = (
    Column("month", _("Bulan"), _("Bulan diterima, menurut zona waktu Puskesmas.")),
    Column("puskesmas", _("Kode Puskesmas"), _("Kosong: semua, atau yang disatukan.")),
    Column("puskesmas_name", _("Puskesmas"), _("Nama Puskesmas.")),
    Column("breakdown", _("Rincian"), _("Semua, atau menurut kanal atau kategori.")),
    Column("part", _("Kode"), _("Kode kanal atau kategori.")),
    Column("part_name", _("Bagian"), _("Kanal atau kategori.")),
    Column("count", _("Jumlah"), _("Yang diterima."), "number"),
    Column("as_of", _("Keadaan per"), _("Saat yang ditanyakan."), "moment"),
    Column("known_at", _("Diketahui per"), _("Sampai kapan yang diketahui dihitung."), "moment"),
)


@dataclass(frozen=True)
class Count:
    """One published count. `puskesmas` None: all of them; "": those put together. `part` likewise
    (None: the whole of it); NONE: of no category."""

    month: date
    puskesmas: str | None
    breakdown: Breakdown
    part: str | None
    count: int


NONE: Final = "-"
TOGETHER: Final = ""


def open_data(
    connection: DuckDBPyConnection, filters: Filters, when: When, now: datetime
) -> Iterator[Count]:
    """Yield the published counts, month by month.

    Raises InvalidInput for a state (what came in is counted, whatever became of it) and for days
    that are no whole months (two files that differ by days would give a small count away).
    """
    if filters.total is not None:
        raise invalid("total", _("Data terbuka menghitung yang masuk, apa pun keadaannya."))
    if filters.state is not None:
        raise invalid("state", _("Data terbuka menghitung yang masuk, apa pun keadaannya."))
    if filters.since is not None and filters.since.day != 1:
        raise invalid("from", _("Data terbuka mulai pada tanggal 1 sebuah bulan."))
    if filters.until is not None and (filters.until + timedelta(days=1)).day != 1:
        raise invalid("to", _("Data terbuka berakhir pada hari terakhir sebuah bulan."))
    known = zones(connection)
    for month in _months(connection, filters, when, now):
        yield from _month(month, _counted(connection, filters, when, known, month))


def open_data_table(
    counts: Iterable[Count],
    filters: Filters,
    when: When,
    now: datetime,
    district: District,
    language: str,
    incomplete: Sequence[Mapping[str, Any]],
) -> Table:
    """Return the counts as a table; the rule stands on its second sheet, and whose data is not
    whole (`incomplete`)."""
    said, zone = Said(district, language, incomplete), ZoneInfo(DEFAULT_ZONE)
    stamps = said.stamps(when, now, zone)
    rows = (
        [*_row(each, said), *stamps, *said.whole(each.puskesmas or None, zone)] for each in counts
    )
    notes = [(_("Yang dihitung"), COUNTED), (_("Aturan"), RULE)]
    title = _("Data terbuka")
    return said.table("data-terbuka", title, [*COLUMNS, *WHOLE], rows, filters, when, now, notes)


def _row(each: Count, said: Said) -> list[Any]:
    name: str | None = None
    if each.puskesmas is not None:
        name = said.names.puskesmas(each.puskesmas) if each.puskesmas else said.say(REMAINDER)
    part: str | None = None
    if each.part == TOGETHER:
        part = said.say(REMAINDER)
    elif each.part == NONE:
        part = said.say(_("tanpa kategori"))
    elif each.part is not None:
        channel = each.breakdown == "channel"
        part = said.word("channel", each.part) if channel else said.names.category(each.part)
    code = each.part if each.part not in (None, TOGETHER, NONE) else None
    where = each.puskesmas or None
    breakdown = said.say(BREAKDOWNS[each.breakdown])
    return [f"{each.month:%Y-%m}", where, name, breakdown, code, part, each.count]


def _months(
    connection: DuckDBPyConnection, filters: Filters, when: When, now: datetime
) -> Iterator[date]:
    """Yield the first day of each month asked for in which something came, and that has ended."""
    condition = filters.attributes()
    # A day to either side: midnight comes to the east before it comes to UTC.
    found = connection.execute(
        f"""
        SELECT DISTINCT unnest([
            date_trunc('month', received_at - INTERVAL 1 DAY)::DATE,
            date_trunc('month', received_at + INTERVAL 1 DAY)::DATE
        ]) AS month
        FROM attributes AS a WHERE {at("a")} AND {condition} ORDER BY month
        """,
        condition.parameters | when.parameters,
    )
    ended = when.instant(now).astimezone(ZoneInfo(DEFAULT_ZONE)).date().replace(day=1)
    for (month,) in found.fetchall():
        asked = (filters.since or month) <= month <= (filters.until or month)
        if month < ended and asked:
            yield month


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _counted(
    connection: DuckDBPyConnection,
    filters: Filters,
    when: When,
    known: Mapping[str, str],
    month: date,
) -> dict[str, dict[Breakdown, dict[str | None, int]]]:
    """Return what came in within a month, by Puskesmas and breakdown."""
    condition = filters.attributes()
    days = bounds(known, month, _next(month) - timedelta(days=1))
    found = connection.execute(
        f"""
        WITH {BOUNDS},
        came AS (
            SELECT a.puskesmas, a.channel,
                CASE WHEN len(a.categories) > 0 THEN a.categories ELSE ['{NONE}'] END AS categories
            FROM attributes AS a LEFT JOIN bounds AS b ON b.code = a.puskesmas
            WHERE {at("a")} AND {condition} AND a.kind <> 'praise'
                AND a.received_at >= {STARTS} AND a.received_at < {ENDS}
        )
        SELECT puskesmas, 'all', NULL, count(*) FROM came GROUP BY ALL
        UNION ALL SELECT puskesmas, 'channel', channel, count(*) FROM came GROUP BY ALL
        UNION ALL SELECT puskesmas, 'category', category, count(*)
            FROM (SELECT puskesmas, unnest(categories) AS category FROM came) GROUP BY ALL
        ORDER BY ALL
        """,
        condition.parameters | when.parameters | days,
    )
    counted: dict[str, dict[Breakdown, dict[str | None, int]]] = {}
    for puskesmas, breakdown, part, count in found.fetchall():
        counted.setdefault(puskesmas, {}).setdefault(breakdown, {})[part] = count
    return counted


def _month(
    month: date, counted: Mapping[str, Mapping[Breakdown, Mapping[str | None, int]]]
) -> Iterator[Count]:
    """Yield one month's tree: the whole, its Puskesmas, and what each of these is made of."""
    by_place: dict[str | None, int] = {
        puskesmas: parts["all"][None] for puskesmas, parts in counted.items()
    }
    whole = sum(by_place.values())
    if whole < LEAST:
        return
    yield Count(month, None, "all", None, whole)
    shown, remainder = published(by_place)
    for puskesmas, count in shown.items():
        yield Count(month, puskesmas, "all", None, count)
        for breakdown in ("channel", "category"):
            yield from _broken_down(month, str(puskesmas), breakdown, counted[str(puskesmas)])
    if remainder:
        yield Count(month, TOGETHER, "all", None, remainder)


def _broken_down(
    month: date,
    puskesmas: str,
    breakdown: Breakdown,
    counted: Mapping[Breakdown, Mapping[str | None, int]],
) -> Iterator[Count]:
    shown, remainder = published(counted[breakdown])
    for part, count in shown.items():
        yield Count(month, puskesmas, breakdown, part, count)
    if remainder:
        yield Count(month, puskesmas, breakdown, TOGETHER, remainder)
