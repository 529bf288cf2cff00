"""What a survey may ask in a district: the regulations' elements, or elements of its own."""

from collections.abc import Mapping

from services.intake.domain.satisfaction import REGULATIONS, Element, ElementSet
from services.kernel.district import District, SurveyElements
from services.kernel.text import Text


def element_sets(district: District) -> Mapping[str, ElementSet]:
    """Return each set that may be asked, by its code."""
    return REGULATIONS | {each.code: _own(each) for each in district.survey_elements}


def _own(listed: SurveyElements) -> ElementSet:
    return ElementSet(
        code=listed.code,
        name=_as_it_is(listed.name),
        elements=tuple(Element(each.code, _as_it_is(each.name)) for each in listed.elements),
        bands=REGULATIONS[listed.bands].bands,
    )


def _as_it_is(name: str) -> Text:
    return Text("{name}", (("name", name),))
