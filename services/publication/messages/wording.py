"""What a message says: the complaint's number, how far it is, and the way to its receipt.

Telephones are shared in families, and a message lies where others read it: never a name, never a
word of the complaint or its answer. A change of a text is a new version; the old ones stay, so that
what went out can be said for ever.
"""

from typing import Final

from services.kernel.carriers.port import Words

NOW: Final = 1
"""The version that new messages are worded in."""
SMS_MOST: Final = 160
"""Characters of one SMS in GSM 7 bit; all that a text may be made of here counts as one."""
CODE_HIDDEN: Final = "••••-••••-••••"
"""Stands for the receipt's code where the text is only looked at: who has the code may withdraw."""

_STATES: Final = {
    ("documented", "id"): "sudah ditangani",
    ("documented", "en"): "has been dealt with",
    ("published", "id"): "sudah ditangani dan hasilnya terbit",
    ("published", "en"): "has been dealt with and the result is public",
}
_SUBJECTS: Final = {"id": "Kabar keluhan {number}", "en": "News of complaint {number}"}
_SHORT: Final = {
    "id": "{place}Keluhan {number} {state}. Hasilnya: {link}",
    "en": "{place}Complaint {number} {state}. See: {link}",
}
_LONG: Final = {
    "id": (
        "Bapak/Ibu yang terhormat,\n\n"
        "keluhan nomor {number} di {place} {state}.\n\n"
        "Keadaan dan jawabannya dapat dilihat di:\n{link}\n\n"
        "Di halaman itu Bapak/Ibu juga dapat memberi nilai atau meminta keluhan dibuka kembali.\n"
        "Pesan ini dikirim otomatis dan tidak dibaca balasannya.\n\n"
        "{place}\n"
    ),
    "en": (
        "Dear Sir or Madam,\n\n"
        "complaint {number} at {place} {state}.\n\n"
        "Where it stands and what was answered is shown at:\n{link}\n\n"
        "There you may also rate the answer or ask for the complaint to be reopened.\n"
        "This message was sent automatically; replies are not read.\n\n"
        "{place}\n"
    ),
}


def worded(
    channel: str, language: str, *, number: str, place: str, state: str, link: str, version: int = 1
) -> Words:
    """Return the words of a message; raises KeyError for a version that never was."""
    if version != NOW:
        raise KeyError(version)
    said = _STATES[state, language]
    facts = {"number": number, "state": said, "link": link}
    if channel == "email":
        body = _LONG[language].format(place=place, **facts)
    else:
        body = _SHORT[language].format(place=f"{place}. ", **facts)
        if len(body) > SMS_MOST:
            body = _SHORT[language].format(place="", **facts)
    return Words(_SUBJECTS[language].format(number=number), body, (number, said, link))


def link_of(public_url: str, code: str | None) -> str:
    """Return the address of a receipt: its code stands behind the #, which no server is told.
    Without a code it is that of the page where one's own is typed in."""
    page = f"{public_url.rstrip('/')}/r"
    return page if code is None else f"{page}#{code}"
