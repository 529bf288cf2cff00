"""The result of a survey: in total, by unit, and by group of respondents."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.intake.domain.satisfaction.answers import Answers, Means
from services.intake.domain.satisfaction.elements import ElementSet
from services.intake.domain.satisfaction.index import Index, index_of
from services.intake.domain.satisfaction.method import Method
from services.kernel.errors import invalid
from services.kernel.text import _

NONE_FILLED: Final = _("Belum ada satu kuesioner pun yang terisi.")
NONE_WHOLE: Final = _(
    "Tidak ada kuesioner yang semua unsurnya dijawab. Pilih blanks=per_element atau blanks=all."
)


@dataclass(frozen=True)
class Part:
    """The result of one unit or one group; `index` None: nobody in it answered some element."""

    kind: str
    name: str
    means: Means
    index: Index | None


@dataclass(frozen=True)
class Result:
    """A survey's result, with the method and the set that it was reckoned under.

    The total is of all answers, not the mean of the units' values.
    """

    asked: ElementSet
    method: Method
    means: Means
    index: Index
    parts: tuple[Part, ...]


def result_of(answers: Answers, asked: ElementSet, method: Method) -> Result:
    """Return the result of these answers.

    Raises InvalidInput where the method does not fit the set or the answers, where an element has
    no answer, or where `drop` leaves no questionnaire.
    """
    means = answers.means(asked.keys, method.blanks)
    if means.respondents == 0:
        raise invalid("answers", NONE_WHOLE if means.left_out else NONE_FILLED)
    index = index_of(means, asked, method)
    return Result(asked, method, means, index, tuple(_parts(answers, asked, method)))


def _parts(answers: Answers, asked: ElementSet, method: Method) -> Iterator[Part]:
    for kind, name, those in answers.parted():
        means = those.means(asked.keys, method.blanks)
        whole = means.of.keys() >= set(asked.keys)
        yield Part(kind, name, means, index_of(means, asked, method) if whole else None)
