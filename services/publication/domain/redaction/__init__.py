"""Help with redaction: what in a text may point to a person, marked for whoever decides.

Rules find what has a shape of its own and names that people commonly bear; who is meant by "the
only midwife of the village" no rule knows. So nothing is taken out by itself, and nothing goes out
that a person has not approved.
"""

from services.publication.domain.redaction.marking import (
    NOBODY,
    WHAT,
    Complainant,
    Piece,
    gives_away,
    kinds,
    pieces,
)

__all__ = ["NOBODY", "WHAT", "Complainant", "Piece", "gives_away", "kinds", "pieces"]
