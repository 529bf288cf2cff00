"""Reads a file of complaints that an officer uploads: CSV, XLSX or a WhatsApp chat export.

Pure: bytes in, rows out. Each row is judged alone, so that one bad row keeps no other out; what
is wrong with the whole file is one refusal. Values are text and nothing else: a formula is never
computed, here or later.
"""

from services.intake.imports.files import MAX_BYTES, MAX_COLUMNS, MAX_ROWS
from services.intake.imports.mending import mend_file
from services.intake.imports.named import Named
from services.intake.imports.plan import Plan, chosen, shape
from services.intake.imports.rows import Row, row_key
from services.intake.imports.sheet import Sheet, open_sheet

__all__ = [
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_ROWS",
    "Named",
    "Plan",
    "Row",
    "Sheet",
    "chosen",
    "mend_file",
    "open_sheet",
    "row_key",
    "shape",
]
