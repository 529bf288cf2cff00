"""The figures that reports show, each defined once: pages, calls, exports and help read these."""

from services.reporting.figures.figure import LEAST, Figure, Group, Measure, Unit, Until
from services.reporting.figures.registry import AGES, FIGURES, GROUPS, figure_of, open_of_age

__all__ = [
    "AGES",
    "FIGURES",
    "GROUPS",
    "LEAST",
    "Figure",
    "Group",
    "Measure",
    "Unit",
    "Until",
    "figure_of",
    "open_of_age",
]
