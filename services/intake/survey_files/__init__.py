"""Reads a file of survey answers, CSV or XLSX, as district survey sites export it.

One row a respondent, counts per score, or only the means. Pure: bytes in, answers out; with what
is wrong named by row, column and mend. Files are opened by `imports/files.py`.
"""

from services.intake.survey_files.reading import SHAPES, Read, Shape, read_answers
from services.intake.survey_files.respondents import Respondent
from services.intake.survey_files.table import RowError

__all__ = ["SHAPES", "Read", "Respondent", "RowError", "Shape", "read_answers"]
