"""What publication owns: a documented result on its way to the public, and help with its words.

Pure: no clock, no randomness, no I/O.
"""

from services.publication.domain.publication import INFORMED_BY, MEDIA, REACHES, Publication

__all__ = ["INFORMED_BY", "MEDIA", "REACHES", "Publication"]
