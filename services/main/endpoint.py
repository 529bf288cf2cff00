"""An intake endpoint of a district: for which Puskesmas, and on whose store.

On the shared store it is one of several processes. With a store of its own it is an origin of its
own: it gives numbers with a letter of its own and relays what it wrote itself, so that neither
waits for the other; cases are opened where the Puskesmas are at home.
"""

from dataclasses import replace

import msgspec

from services.kernel.condition import Condition
from services.kernel.district import District
from services.main.settings import PREFIX, BadSetting, Settings


def check_endpoint(settings: Settings, district: District) -> None:
    """Raise BadSetting where district file and settings do not fit, with a line that says how."""
    known = {each.code for each in district.all_puskesmas}
    if unknown := sorted(settings.puskesmas - known):
        raise BadSetting(f"{PREFIX}PUSKESMAS: {unknown[0]} is not in the district file")
    if not settings.own_store:
        return
    origin = settings.origin
    if origin not in district.letters:
        raise BadSetting(f"{PREFIX}ORIGIN: the district file has no letter for {origin} (letters)")
    for each in district.all_puskesmas:
        if each.home == origin:
            raise BadSetting(
                f"{PREFIX}ORIGIN: {each.code} is at home in {origin}, where no cases are opened"
            )


def named(found: Condition, name: str) -> Condition:
    """Return how a process stands, told apart from those on the shared store."""
    return msgspec.structs.replace(
        found,
        services=[name],
        followers=[msgspec.structs.replace(each, name=name) for each in found.followers],
        queues=[replace(each, follower=name) for each in found.queues],
        relays=[msgspec.structs.replace(each, service=name) for each in found.relays],
        jobs=[msgspec.structs.replace(each, service=name) for each in found.jobs],
    )
