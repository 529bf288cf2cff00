"""What publication owns: a documented result, or a planned change, on its way to the public, and
help with its words.

Pure: no clock, no randomness, no I/O.
"""

from services.publication.domain import events
from services.publication.domain.publication import Publication
from services.publication.domain.values import INFORMED_BY, MEDIA, REACHES, Evidence

__all__ = ["INFORMED_BY", "MEDIA", "REACHES", "Evidence", "Publication", "events"]
