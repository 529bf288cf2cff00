"""The exports as use cases: each is made whole, and then sent."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from services.kernel import tables
from services.kernel.district import District
from services.kernel.tables import Format, Table
from services.reporting.application import Reporting
from services.reporting.exports import log
from services.reporting.exports.complaints import complaints_table
from services.reporting.exports.open_data import open_data, open_data_table
from services.reporting.exports.said import Said
from services.reporting.queries import Filters, When
from services.reporting.queries.complaints import every


@dataclass(frozen=True)
class Made:
    """A file that was made, to be read to its end."""

    file: BinaryIO
    name: str
    media_type: str


class Exporting:
    """Makes the files of one reporting service; raises Unavailable where the disk is full or too
    many are being made."""

    def __init__(self, reporting: Reporting, district: District) -> None:
        self._reporting = reporting
        self._district = district
        self._spool = reporting.spool

    def complaints(self, filters: Filters, when: When, language: str, kind: Format) -> Made:
        """Return the list of complaints as a table."""
        now = self._reporting.clock()
        connection = self._reporting.store.connection()
        with connection:
            rows = every(connection, filters, when, now)
            missing = self._reporting.incomplete(self._district, filters, when)
            table = complaints_table(rows, filters, when, now, self._district, language, missing)
            return self.tabled(table, language, kind)

    def open_data(self, filters: Filters, when: When, language: str, kind: Format) -> Made:
        """Return the counts that may be published; raises InvalidInput (see `open_data`)."""
        now = self._reporting.clock()
        # Made before the file is, so that what was asked wrongly is refused as such.
        counts = list(open_data(self._reporting.store.reader(), filters, when, now))
        missing = self._reporting.incomplete(self._district, filters, when)
        table = open_data_table(counts, filters, when, now, self._district, language, missing)
        return self.tabled(table, language, kind)

    def log(self, filters: Filters, when: When) -> Made:
        """Return the log copy as Parquet; raises InvalidInput (see `write_log`)."""
        now = self._reporting.clock()
        connection = self._reporting.store.connection()

        def make(file: BinaryIO, folder: Path) -> None:
            log.write_log(connection, filters, when, now, file, folder)

        with connection:
            file = self._spool.made(make)
        return Made(file, f"tanggap-log_{now:%Y-%m-%d}.tar", log.MEDIA_TYPE)

    def tabled(self, table: Table, language: str, kind: Format) -> Made:
        """Return a table as a file."""
        said = Said(self._district, language)
        file = self._spool.made(
            lambda out, folder: tables.write(table, kind, said.say, out, folder)
        )
        return Made(file, f"{table.name}.{kind}", tables.MEDIA_TYPES[kind])
