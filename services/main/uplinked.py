"""What an edge asks the district that it belongs to, beside the line that hands keys over."""

from contextlib import closing

from services.kernel.errors import Problem, Unavailable
from services.kernel.handover.district import (
    DistrictCalls,
    LineCut,
    Refused,
    TokenRefused,
    parts_of,
)
from services.kernel.proof import Checkpoint, NoCheckpoint, read_notes
from services.kernel.text import _
from services.main.settings import Settings


def calls_of(settings: Settings) -> DistrictCalls:
    """Return the calls of an edge's district; whoever asks closes them."""
    assert settings.uplink_url is not None
    assert settings.uplink_token is not None
    secret, _public = parts_of(settings.uplink_token.get_secret_value())
    return DistrictCalls.at(settings.uplink_url, secret)


def checkpoints_kept(settings: Settings) -> list[Checkpoint]:
    """Return the checkpoints of an edge that its district keeps; raises Unavailable where it does
    not say, or what answers in its place says something else."""
    try:
        with closing(calls_of(settings)) as calls:
            return [each for note in calls.checkpoints() for each in read_notes(note)]
    except (LineCut, TokenRefused, Refused, NoCheckpoint, Problem):
        raise Unavailable(_("Kabupaten tidak menjawab.")) from None
