"""`tanggap skm`: the satisfaction index of a file of answers, to check a published one by."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from services.kernel.district import SHIPPED
from services.kernel.errors import InvalidInput
from services.main.cli.terminal import (
    WRONG_USE,
    AsJson,
    district_of,
    err,
    out,
    print_json,
    stop,
)

if TYPE_CHECKING:  # what reckons loads much that other commands do without
    from services.intake.domain.satisfaction import ElementSet
    from services.intake.survey_files import Read

ERRORS_SHOWN: Final = 50
NINE: Final = "permenpanrb-14-2017"
commands = typer.Typer()


class Shape(StrEnum):
    """What a row of a file may be about."""

    RESPONDENTS = "respondents"
    COUNTS = "counts"
    MEANS = "means"


class SampleRounding(StrEnum):
    """How a sample size may be rounded."""

    NEAREST = "nearest"
    UP = "up"


@commands.command(
    help="Hitung IKM dari berkas jawaban survei, CSV atau XLSX: satu baris per responden, jumlah "
    "per skor, atau hanya rata-rata per unsur. Tidak memerlukan node. Keluar 1 bila berkasnya "
    "perlu diperbaiki, atau bila nilai yang diumumkan lain."
)
def skm(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    method: Annotated[
        str,
        typer.Option(
            help="Cara hitung, misalnya weight=0.111,parts=3,rounding=truncated. weight: exact "
            "atau 1/n seperti tercetak; parts: none, 2, 3 (desimal NRR dan NRR tertimbang); "
            "result: 0 sampai 4 (desimal nilai); rounding: half_up, truncated; blanks: "
            "per_element, drop, all. Yang tidak disebut: exact, none, 2, half_up, per_element."
        ),
    ] = "",
    elements: Annotated[
        str,
        typer.Option(
            help="Unsur yang ditanyakan: permenpanrb-14-2017, kepmenpan-25-2004, atau kode di "
            "survey_elements di berkas kabupaten."
        ),
    ] = NINE,
    shape: Annotated[
        Shape | None, typer.Option(help="Isi satu baris; bila kosong, dilihat dari berkasnya.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help="Arti sebuah judul: U8=facilities, atau U8= untuk melewatinya."),
    ] = None,
    published: Annotated[
        str | None,
        typer.Option(help="Nilai yang diumumkan: dibandingkan, dan dicari cara hitungnya."),
    ] = None,
    population: Annotated[
        int | None,
        typer.Option(help="Banyaknya pengguna layanan, untuk sampel minimum (Krejcie-Morgan)."),
    ] = None,
    sample_rounding: Annotated[
        SampleRounding, typer.Option(help="Pembulatan sampel minimum.")
    ] = SampleRounding.NEAREST,
    district: Annotated[Path, typer.Option(help="Berkas kabupaten (YAML).")] = SHIPPED,
    as_json: AsJson = False,
) -> None:
    """Reckon the satisfaction index of a file of survey answers; needs no node."""
    from services.intake.domain.satisfaction import Method, figure, result_of
    from services.intake.survey_files import read_answers
    from services.main.cli.index_told import Found, Published, Sample

    with _wrong_use():
        asked, how = _asked(elements, district), Method.parse(method)
        value = figure(published) if published else None
        sample = Sample.of(population, sample_rounding.value) if population is not None else None
        read = read_answers(
            file.read_bytes(),
            asked,
            shape=shape.value if shape else None,
            columns=_stated(column or ()),
        )
        if read.errors:
            _print_errors(read, as_json)
            raise typer.Exit(1)
        result = result_of(read.answers, asked, how)
        compared = Published.of(value, read.answers, result) if value is not None else None
    found = Found(read, result, sample, compared)
    if as_json:
        print_json(found.told())
    else:
        for each in found.shown():
            out.print(each, soft_wrap=isinstance(each, str), markup=False, highlight=False)
    raise typer.Exit(1 if found.published and not found.published.same else 0)


@contextmanager
def _wrong_use() -> Iterator[None]:
    """End the command with what is wrong about its options, or about the file as a whole."""
    try:
        yield
    except InvalidInput as problem:
        stop("\n".join(f"{each.field}: {each.message}" for each in problem.errors), WRONG_USE)


def _asked(elements: str, district: Path) -> "ElementSet":
    """Return the set of that code; a district's file is read only for one of its own."""
    from services.intake.asked import element_sets
    from services.intake.domain.satisfaction import REGULATIONS

    sets = REGULATIONS if elements in REGULATIONS else element_sets(district_of(district))
    if elements not in sets:
        stop(f"elements: Pilih salah satu: {', '.join(sets)}.", WRONG_USE)
    return sets[elements]


def _stated(columns: Iterable[str]) -> dict[str, str]:
    """Return what headings were said to mean; a heading may hold the sign itself."""
    parts = [each.rpartition("=") for each in columns]
    if not all(name for name, _sign, _meaning in parts):
        stop("column: Tulis judul dan artinya, misalnya U8=facilities.", WRONG_USE)
    return {name: meaning for name, _sign, meaning in parts}


def _print_errors(read: "Read", as_json: bool) -> None:
    from services.main.cli.index_told import told_errors

    if as_json:
        print_json(told_errors(read))
        return
    for each in read.errors[:ERRORS_SHOWN]:
        line = f"baris {each.row}: {each.field}: {each.message}"
        err.print(line, soft_wrap=True, markup=False, highlight=False)
    if any(each.row == read.top for each in read.errors):
        err.print("Arti sebuah judul disebutkan dengan --column, misalnya U8=facilities.")
    if len(read.errors) > ERRORS_SHOWN:
        err.print(f"… dan {len(read.errors) - ERRORS_SHOWN} lagi; semuanya dengan --json.")
