"""What `tanggap skm` found, for a script and for people."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Self

from rich.table import Column, Table

from services.intake.domain.satisfaction import (
    Answers,
    Band,
    Index,
    Means,
    Method,
    Result,
    SampleRounding,
    gives,
    methods_giving,
    sample_size,
)
from services.intake.survey_files import Read

SHOWN_METHODS: Final = 12

SHAPES: Final = {
    "respondents": "satu baris per responden",
    "counts": "jumlah per skor",
    "means": "rata-rata per unsur",
}
KINDS: Final = {
    "unit": "Unit",
    "gender": "Jenis kelamin",
    "age": "Umur",
    "education": "Pendidikan",
    "occupation": "Pekerjaan",
}
_SAMPLE_ROUNDINGS: Final = {"nearest": "ke bilangan terdekat", "up": "ke atas"}


@dataclass(frozen=True)
class Sample:
    """How many respondents a population needs, and how that was rounded."""

    population: int
    rounding: SampleRounding
    size: int

    @classmethod
    def of(cls, population: int, rounding: SampleRounding) -> Self:
        """Return the sample of a population; raises InvalidInput for nobody."""
        return cls(population, rounding, sample_size(population, rounding))


@dataclass(frozen=True)
class Published:
    """A figure that was published, whether the method gives it, and which methods do."""

    converted: Decimal
    same: bool
    methods: tuple[Method, ...]

    @classmethod
    def of(cls, converted: Decimal, answers: Answers, result: Result) -> Self:
        """Return how a published figure stands to a result of these answers."""
        same = gives(result.method, converted, answers, result.asked)
        return cls(converted, same, methods_giving(converted, answers, result.asked))


@dataclass(frozen=True)
class Found:
    """What was read, what it comes to, and what else was asked about it."""

    read: Read
    result: Result
    sample: Sample | None
    published: Published | None

    def told(self) -> dict[str, Any]:
        """Return it for a script; every number with decimals is text."""
        read, result, sample, published = self.read, self.result, self.sample, self.published
        return {
            "elements": result.asked.code,
            "method": str(result.method),
            "shape": read.shape,
            "numbered": read.numbered,
            "left_out_rows": {"empty": read.empty, "summaries": read.summaries},
            **_told(result, result.means, result.index),
            "parts": [
                {"kind": part.kind, "name": part.name, **_told(result, part.means, part.index)}
                for part in result.parts
            ],
            "sample": sample and vars(sample),
            "published": published
            and {
                "converted": str(published.converted),
                "same": published.same,
                "methods": [*map(str, published.methods)],
            },
        }

    def shown(self) -> Iterator[Table | str]:
        """Yield it for people: the method with the result, the lowest element first."""
        yield from _from_what(self.read, self.result)
        yield _elements(self.result)
        if self.result.parts:
            yield _parts(self.result)
        if any(part.index is None for part in self.result.parts):
            yield "Tanpa nilai: ada unsur yang di bagian itu tidak dijawab seorang pun."
        if self.sample:
            yield _sampled(self.sample, self.result.means.respondents)
        if self.published:
            yield from _compared(self.published, self.result.index)


def told_errors(read: Read) -> dict[str, Any]:
    """Return what is wrong with a file for a script."""
    found = [(each.row, each.field, str(each.message)) for each in read.errors]
    return {"errors": [{"row": row, "field": at, "message": mend} for row, at, mend in found]}


def _from_what(read: Read, result: Result) -> Iterator[str]:
    means = result.means
    yield f"Unsur: {result.asked.name}"
    yield f"Cara hitung: {'; '.join(map(str, result.method.described()))}."
    yield f"  --method {result.method}"
    yield f"Berkas: {SHAPES[read.shape]}; responden: {_number(means.respondents)}."
    if means.blanks:
        yield f"{means.blanks} jawaban kosong."
    if means.left_out:
        yield f"{means.left_out} kuesioner tidak dihitung karena ada unsurnya yang kosong."
    if read.empty:
        yield f"{read.empty} baris tanpa jawaban dilewati."
    if read.summaries:
        yield f"{read.summaries} baris jumlah, rata-rata, atau indeks dilewati."
    if not read.numbered:
        yield "Responden tidak bernomor di berkas ini: pengisian ganda tidak dapat diperiksa."


def _elements(result: Result) -> Table:
    names, index = result.asked.names, result.index
    numbers = (Column(each, justify="right") for each in ("NRR", "NRR tertimbang", "Nilai"))
    table = Table("Unsur", *numbers, "Mutu", "Kinerja")
    for each in index.lowest_first:
        means = (result.method.shown(value) for value in (each.mean, each.weighted))
        table.add_row(str(names[each.key]), *means, *_valued(each.converted, each.quality))
    table.add_section()
    total = result.method.shown(index.value)
    table.add_row("IKM", "", total, *_valued(index.converted, index.quality))
    return table


def _parts(result: Result) -> Table:
    numbers = (Column(each, justify="right") for each in ("Responden", "Nilai"))
    table = Table("Menurut", "Bagian", *numbers, "Mutu", "Kinerja", "Unsur terendah")
    for part in result.parts:
        said = ("–", "–", "–", "–")
        if part.index:
            lowest = result.asked.names[part.index.lowest_first[0].key]
            said = (*_valued(part.index.converted, part.index.quality), str(lowest))
        table.add_row(KINDS[part.kind], part.name, _number(part.means.respondents), *said)
    return table


def _sampled(sample: Sample, respondents: int | None) -> str:
    said = (
        f"Sampel minimum untuk {sample.population} pengguna (Krejcie-Morgan, dibulatkan "
        f"{_SAMPLE_ROUNDINGS[sample.rounding]}): {sample.size}"
    )
    if respondents is None:
        return f"{said}."
    enough = "cukup" if respondents >= sample.size else "kurang"
    return f"{said}; responden {respondents}: {enough}."


def _compared(published: Published, index: Index) -> Iterator[str]:
    same = "sama" if published.same else "lain"
    yield f"Diumumkan {published.converted}, dihitung {index.converted}: {same}."
    if not published.methods:
        yield "Tidak ada cara hitung yang dikenal yang memberi nilai itu."
        return
    yield f"{len(published.methods)} cara hitung memberi nilai itu:"
    yield from (f"  --method {method}" for method in published.methods[:SHOWN_METHODS])
    if len(published.methods) > SHOWN_METHODS:
        yield "  … (semuanya dengan --json)"


def _told(result: Result, means: Means, index: Index | None) -> dict[str, Any]:
    answered = {"respondents": means.respondents, "blanks": means.blanks}
    answered |= {"left_out": means.left_out}
    if index is None:
        return {**answered, "index": None, "by_element": None}
    method = result.method
    return {
        **answered,
        "index": {
            "value": method.shown(index.value),
            "converted": str(index.converted),
            **_class(index.quality),
        },
        "by_element": [
            {
                "element": each.key,
                "name": str(result.asked.names[each.key]),
                "mean": method.shown(each.mean),
                "weighted": method.shown(each.weighted),
                "converted": str(each.converted),
                **_class(each.quality),
            }
            for each in index.lowest_first
        ],
    }


def _class(quality: Band) -> dict[str, str]:
    return {"class": quality.quality_class, "label": str(quality.label)}


def _valued(converted: Decimal, quality: Band) -> tuple[str, str, str]:
    return str(converted), quality.quality_class, str(quality.label)


def _number(respondents: int | None) -> str:
    return "tidak disebut" if respondents is None else str(respondents)
