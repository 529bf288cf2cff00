"""The next promise on a case that is still to be kept: what is late, soon, and first in a queue."""


def next_due(deadlines: str = "", responses: str = "", settlements: str = "") -> str:
    """Return the expression of the next last moment, to answer and then to settle; NULL where
    nothing is left to keep. Given are the names of the relations, where the columns need any."""
    d, r, t = (f"{name}." if name else "" for name in (deadlines, responses, settlements))
    return (
        f"least(CASE WHEN {r}responded_at IS NULL THEN {d}response_due END, "
        f"CASE WHEN {t}settled_at IS NULL THEN {d}settlement_due END)"
    )
