"""What may be said of a failure: its kinds and its places in the code, never its words and never a
value on the way to it, for those can be what a person wrote."""

import traceback
from typing import Any, Final

_FRAMES: Final = 8


def fault(error: BaseException) -> dict[str, Any]:
    """Return the kinds of a failure, the cause last, and where it was raised, for a log line."""
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    places = [
        f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    ]
    return {"error": kinds, "at": places}
