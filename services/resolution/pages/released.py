"""What the thread of a case says of its release: where, when, and what proves it."""

from typing import Final

from services.kernel.contracts import Event, publication
from services.kernel.text import Text, _
from services.kernel.web import words as glossary
from services.resolution.pages.corrected import Names

PHOTO: Final = _("Foto atau pindaian")


def notes(event: Event, names: Names) -> tuple[Text | str, ...]:
    """Return the media that an event is about, and the time that it sets."""
    match event:
        case publication.ResolutionPublishedV1() | publication.PlannedChangePublishedV1():
            return tuple(glossary.word("media", each) for each in event.media)
        case publication.ReleaseScheduledV1():
            media = (glossary.word("media", each) for each in event.media)
            return (names.moment(event.release_at), *media)
        case publication.PublicationEvidencedV1():
            return (glossary.word("media", event.medium),)
    return ()


def links(event: Event) -> tuple[tuple[str, Text | str], ...]:
    """Return the way to a photo; whoever opens it is asked there whether they may."""
    if isinstance(event, publication.PublicationEvidencedV1) and event.media_type:
        return ((f"/terbitkan/{event.publication}/bukti/{event.evidence}", PHOTO),)
    return ()
