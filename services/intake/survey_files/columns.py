"""What the columns of a file of survey answers are called, and what each most likely holds.

Known are the names that district survey sites and Puskesmas give them: `U1` to `U14`, an element's
name, its whole question, and beside them who answered, where, and what was counted. `U8` alone is
not known under PermenPANRB 14/2017: half of the sites mean the complaints by it, half the premises.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from services.intake.domain.satisfaction import REGULATIONS, SCORES, ElementSet
from services.intake.imports.headings import MAX_NAME
from services.kernel.errors import FieldError
from services.kernel.text import Text, _

RESPONDENT: Final = "respondent"
LINE: Final = "line"
UNIT: Final = "unit"
ELEMENT: Final = "element"
SCORE: Final = "score"
MEAN: Final = "mean"
RESPONDENTS: Final = "respondents"
BLANK: Final = "blank"
REMARK: Final = "remark"
GROUPS: Final = ("gender", "age", "education", "occupation")
COUNT_OF: Final = {f"count_{score}": score for score in SCORES}
"""The columns that hold how many gave one score."""
LEFT_OUT: Final = ""

_FIELDS: Final[Mapping[str, str]] = {
    RESPONDENT: "responden, no responden, nomor responden, no res, id responden, kode responden, "
    "no kuesioner, nomor kuesioner, kode kuesioner, id",
    LINE: "no, nomor, no urut, nomor urut",
    UNIT: "unit layanan, unit pelayanan, layanan, jenis layanan, jenis pelayanan, nama unit, poli, "
    "ruang, ruangan, puskesmas, nama puskesmas, opd, perangkat daerah, instansi",
    "gender": "jenis kelamin, jk, kelamin, sex",
    "age": "umur, usia, kelompok umur, kelompok usia, rentang usia",
    "education": "pendidikan, pendidikan terakhir",
    "occupation": "pekerjaan, pekerjaan utama, profesi",
    REMARK: "saran, masukan, saran masukan, kritik saran, kritik, keluhan, komentar, catatan, "
    "saran perbaikan, kritik saran masukan",
    ELEMENT: "unsur, unsur pelayanan, nama unsur, unsur skm, indikator, aspek, pertanyaan",
    SCORE: "skor, nilai, jawaban, nilai persepsi",
    MEAN: "nrr, nrr unsur, nrr per unsur, rata rata, nilai rata rata, nilai rata rata unsur, "
    "nilai rata rata per unsur, rerata, nilai unsur",
    RESPONDENTS: "jumlah responden, jml responden, banyak responden, banyaknya responden, n, "
    "jumlah kuesioner, jumlah kuesioner terisi, total responden",
    BLANK: "kosong, tidak menjawab, tidak diisi, tidak dijawab, tanpa jawaban",
    "count_1": "1, skor 1, nilai 1, jumlah 1, n1, tidak baik, jumlah skor 1",
    "count_2": "2, skor 2, nilai 2, jumlah 2, n2, kurang baik, jumlah skor 2",
    "count_3": "3, skor 3, nilai 3, jumlah 3, n3, baik, jumlah skor 3",
    "count_4": "4, skor 4, nilai 4, jumlah 4, n4, sangat baik, jumlah skor 4",
}

_ELEMENTS: Final[Mapping[str, Mapping[str, str]]] = {
    "permenpanrb-14-2017": {
        "requirements": "persyaratan pelayanan, syarat, kesesuaian persyaratan",
        "procedure": "prosedur, prosedur pelayanan, sistem mekanisme prosedur pelayanan, "
        "kemudahan prosedur, mekanisme prosedur",
        "time": "waktu, waktu pelayanan, waktu penyelesaian pelayanan, kecepatan waktu, "
        "kecepatan pelayanan, ketepatan waktu",
        "cost": "biaya, tarif, biaya pelayanan, tarif pelayanan, kewajaran biaya, "
        "kewajaran biaya tarif",
        "product": "produk, produk layanan, produk pelayanan, produk spesifikasi, "
        "spesifikasi produk, kesesuaian produk, hasil pelayanan, produk spesifikasi pelayanan",
        "competence": "kompetensi, kompetensi petugas, kemampuan petugas, kemampuan pelaksana",
        "behaviour": "perilaku, perilaku petugas, kesopanan keramahan, sikap petugas",
        "complaint_handling": "penanganan pengaduan, penanganan pengaduan saran masukan pelayanan, "
        "penanganan pengaduan pengguna layanan, pengelolaan pengaduan",
        "facilities": "sarana, prasarana, sarana prasarana pelayanan, kualitas sarana prasarana, "
        "sarpras",
    },
    "kepmenpan-25-2004": {
        "procedure": "prosedur",
        "requirements": "persyaratan",
        "officer_clarity": "kejelasan petugas",
        "officer_discipline": "kedisiplinan petugas",
        "officer_responsibility": "tanggung jawab petugas",
        "officer_ability": "kemampuan petugas",
        "speed": "kecepatan",
        "fairness": "keadilan, keadilan pelayanan",
        "courtesy": "kesopanan keramahan",
        "cost_fairness": "kewajaran biaya",
        "cost_certainty": "kepastian biaya",
        "schedule_certainty": "kepastian jadwal",
        "comfort": "kenyamanan",
        "safety": "keamanan",
    },
}
# What tells the nine questions of the regulation's own form apart, however they are worded.
_QUESTIONS: Final[Mapping[str, str]] = {
    "requirements": "persyaratan",
    "procedure": "prosedur",
    "time": "waktu",
    "cost": "biaya tarif",
    "product": "produk",
    "competence": "kompetensi kemampuan",
    "behaviour": "perilaku",
    "complaint_handling": "pengaduan",
    "facilities": "sarana prasarana",
}
_NUMBER: Final = re.compile(r"(?:u|unsur|q|p|pertanyaan|soal) ?0?(\d{1,2})(?: (.+))?")
_NOTE: Final = re.compile(r"\([^)]*\)")


@dataclass(frozen=True)
class Unknown:
    """A name that can only be an element's, and why it cannot be taken."""

    message: Text


Meaning = str | Unknown | None
"""An element's key or a field; an element that the set has not; or nothing that is read here."""


@dataclass(frozen=True)
class Known:
    """The names that mean something in a file about one set; `said` are those that people stated,
    by `folded` name."""

    asked: ElementSet
    said: Mapping[str, str] = field(default_factory=dict)

    def meaning(self, written: str) -> Meaning:
        """Return what a heading, or an element's name in a cell, most likely stands for."""
        if len(written) > MAX_NAME:
            return self._question(folded(written[:MAX_NAME]))
        for name in dict.fromkeys((folded(written), folded(_NOTE.sub(" ", written)))):
            found = self._named(name)
            if found is not None:
                return found
        return None

    def names(self, cells: Sequence[str]) -> int:
        """Say how well these cells name the columns of a table, 0: not at all.

        By the elements that they name; where each has a row of its own, by `unsur` and what stands
        beside it, which is less than two elements.
        """
        meanings = {meaning for cell in cells if isinstance(meaning := self.meaning(cell), str)}
        elements = meanings.intersection(self.asked.keys)
        if len(elements) > 1:
            return len(elements) + len(_FIELDS)
        return len(meanings) if ELEMENT in meanings else 0

    def _named(self, name: str) -> Meaning:
        if name in self.said:
            return self.said[name]
        if name in self._elements:
            return self._elements[name]
        if match := _NUMBER.fullmatch(name):
            named = self._named(match[2]) if match[2] else None
            return named if named in self.asked.keys else self._numbered(int(match[1]))
        if name in _FIELD_OF:
            return _FIELD_OF[name]
        if name in _ELSEWHERE:
            return Unknown(_("Unsur ini bukan bagian dari {name}.", name=self.asked.name))
        return self._question(name)

    def _numbered(self, number: int) -> Meaning:
        if not 1 <= number <= len(self.asked.keys):
            return Unknown(
                _(
                    "{name} tidak punya unsur nomor {number}.",
                    name=self.asked.name,
                    number=number,
                )
            )
        key = self.asked.keys[number - 1]
        if key not in self.asked.unsettled:
            return key
        choices = " / ".join(each for each in self.asked.keys if each in self.asked.unsettled)
        return Unknown(
            _(
                "Nomor ini dipakai situs survei untuk unsur yang berbeda. Tulis nama unsurnya, "
                "atau sebutkan artinya: {choices}.",
                choices=choices,
            )
        )

    def _question(self, name: str) -> Meaning:
        words = set(name.split())
        if not words & {"bagaimana", "pendapat"}:
            return None
        found = [key for key, marks in _QUESTIONS.items() if words & set(marks.split())]
        return found[0] if len(found) == 1 and found[0] in self.asked.keys else None

    @cached_property
    def _elements(self) -> Mapping[str, str]:
        return _names_of(self.asked)


def folded(written: str) -> str:
    """Return a name as it is compared: `Sarana, dan Prasarana` and `sarana_prasarana` are one."""
    words = re.findall(r"[^\W_]+", written.casefold())
    return " ".join(word for word in words if word != "dan")


def misstated(
    stated: Mapping[str, str], asked: ElementSet, headings: Iterable[str]
) -> list[FieldError]:
    """Return what is wrong with what people stated of columns: a name for a meaning each.

    `headings` are those of the file, to which the cells of an element's column count, too.
    """
    meanings = (*asked.keys, *_FIELDS, LEFT_OUT)
    there = {folded(each) for each in headings}
    errors = []
    for name, meaning in stated.items():
        if meaning not in meanings:
            choices = ", ".join(filter(None, meanings))
            errors.append(FieldError(name, _("Pilih salah satu: {choices}.", choices=choices)))
        elif folded(name) not in there:
            errors.append(FieldError(name, _("Kolom ini tidak ada di berkas.")))
    return errors


def _names_of(asked: ElementSet) -> dict[str, str]:
    also = _ELEMENTS.get(asked.code, {})
    found = {}
    for element in asked.elements:
        names = (element.key, str(element.name), *also.get(element.key, "").split(","))
        found.update({folded(name): element.key for name in names})
    found.pop("", None)
    return found


_FIELD_OF: Final = {
    folded(name): meaning
    for meaning, names in _FIELDS.items()
    for name in (meaning, *names.split(","))
}
_ELSEWHERE: Final = frozenset(name for each in REGULATIONS.values() for name in _names_of(each))
