"""How content people are, as a figure: what a survey asks, what was answered, and its index.

Pure, and exact throughout: fractions inside, decimals where a method rounds, no binary floats.
"""

from services.intake.domain.satisfaction.answers import (
    Answers,
    Counts,
    Means,
    Questionnaire,
    Questionnaires,
    StatedMeans,
    Tally,
)
from services.intake.domain.satisfaction.elements import (
    KEPMENPAN_25_2004,
    PERMENPANRB_14_2017,
    REGULATIONS,
    SCORES,
    Band,
    Element,
    ElementSet,
)
from services.intake.domain.satisfaction.index import ElementIndex, Index, index_of
from services.intake.domain.satisfaction.method import BLANKS, ROUNDINGS, Method
from services.intake.domain.satisfaction.published import figure, gives, methods_giving
from services.intake.domain.satisfaction.result import Part, Result, result_of
from services.intake.domain.satisfaction.sample import (
    SAMPLE_ROUNDINGS,
    SampleRounding,
    sample_size,
)

__all__ = [
    "BLANKS",
    "KEPMENPAN_25_2004",
    "PERMENPANRB_14_2017",
    "REGULATIONS",
    "ROUNDINGS",
    "SAMPLE_ROUNDINGS",
    "SCORES",
    "Answers",
    "Band",
    "Counts",
    "Element",
    "ElementIndex",
    "ElementSet",
    "Index",
    "Means",
    "Method",
    "Part",
    "Questionnaire",
    "Questionnaires",
    "Result",
    "SampleRounding",
    "StatedMeans",
    "Tally",
    "figure",
    "gives",
    "index_of",
    "methods_giving",
    "result_of",
    "sample_size",
]
