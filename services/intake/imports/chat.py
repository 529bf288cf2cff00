"""Reads the text of an exported WhatsApp chat, the way a Puskesmas with a plain number has it.

Android writes `15/01/2024, 10.30 - Nama: pesan`, iOS `[15/01/24 10.30.45] Nama: pesan`; order of
day and month, separators and the words for what is left out follow the telephone's language.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.imports.moments import CLOCK, clock, full_year
from services.kernel.text import _

_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_STAMP = rf"(?P<a>\d{{1,4}})[/.-](?P<b>\d{{1,2}})[/.-](?P<c>\d{{1,4}}),?\s+{CLOCK}"
_START = re.compile(rf"\u200e?(?P<open>\[)?{_STAMP}(?(open)\]|\s[-\u2013])\s(?P<rest>.*)")
# Nobody's name holds a colon or a quote; a line of the system's own often does, or has no colon.
_SAID = re.compile(r'(?P<sender>[^:"\u201c\u201d]{1,100}):(?:\s(?P<words>.*))?', re.DOTALL)
_MEDIA = re.compile(
    r"<Media (?:omitted|tidak disertakan)>|<(?:attached|terlampir): [^>]*>"
    r"|.*\((?:file attached|file terlampir)\)"
    r"|(?:.*\u200e)?(?:image|video|audio|sticker|GIF|document|Contact card"
    r"|gambar|stiker|dokumen|kartu kontak) (?:omitted|tidak disertakan)",
    re.IGNORECASE,
)
# The name of a file in the export's archive: iOS puts it after the words, Android on a line alone.
_NAMED = re.compile(
    r"\u200e?<(?:attached|terlampir): (?P<ios>[^>]*)>"
    r"|^\u200e?(?P<android>[^\u200e]{1,200}\.\w{1,5}) \((?:file attached|file terlampir)\)\s*$",
    re.IGNORECASE,
)
_DELETED = re.compile(
    r"(?:This message was deleted|You deleted this message"
    r"|Pesan ini (?:telah )?dihapus|Anda menghapus pesan ini)\.?",
    re.IGNORECASE,
)
_EDITED = re.compile(r"<(?:This message was edited|Pesan ini diedit)>\s*$")
_NUMBER = re.compile(r"\+?[\d() .-]{8,30}")
_PARTNER = re.compile(
    r"(?:WhatsApp Chat (?:with|-) |Chat WhatsApp dengan )(?P<name>.+?)(?: ?\(\d+\))?\.(?:txt|zip)",
    re.IGNORECASE,
)
ONLY_MEDIA = _("Pesan ini hanya gambar, suara, atau berkas. Catat isinya dengan tangan.")


@dataclass(frozen=True)
class Message:
    """One message: the line where it begins and the cells that a row of a table would have."""

    line: int
    cells: Mapping[str, str]


@dataclass
class _Said:
    """A message as it was found, its date not yet understood."""

    line: int
    start: re.Match[str]
    sender: str
    lines: list[str]

    @property
    def date(self) -> tuple[str, str, str]:
        """The three numbers of the date, in the telephone's order."""
        return self.start["a"], self.start["b"], self.start["c"]

    @property
    def words(self) -> str:
        """What was said, without what stands for pictures and files."""
        lines = (_NAMED.sub("", line) for line in self.lines)
        kept = [line for line in lines if not _MEDIA.fullmatch(line.lstrip("\u200e").strip())]
        return _MARKS.sub("", _EDITED.sub("", "\n".join(kept))).strip()

    @property
    def files(self) -> str:
        """The names of the files that were sent with it, as the export names them."""
        found = (match for line in self.lines for match in _NAMED.finditer(line))
        return ", ".join(
            _MARKS.sub("", match["ios"] or match["android"]).strip() for match in found
        )

    @property
    def by_system(self) -> bool:
        """Whether it only looks like a message: iOS marks its own words with a sign."""
        first = self.lines[0]
        marked = first.startswith("\u200e")
        return bool(_DELETED.fullmatch(self.words)) or (
            marked and not _MEDIA.fullmatch(first.lstrip("\u200e").strip())
        )


def is_chat(text: str) -> bool:
    """Say whether a text is an exported chat: its first line begins with a date and an hour."""
    first = next((line for line in text.split("\n", 50) if line.strip()), "")
    return _START.fullmatch(first.rstrip("\r")) is not None


def messages(text: str, filename: str) -> Iterator[Message]:
    """Return what people said, in the order of the chat, system lines left out.

    In a chat with one person, which the file is named after, the other side is the Puskesmas
    itself: its answers are no complaints and are left out too. Where day and month cannot be told
    apart by their size, the order that keeps the chat's own order holds, then day before month.
    """
    said = [each for each in _said(text) if not each.by_system]
    partner = _PARTNER.fullmatch(filename)
    name = _name(partner["name"]) if partner else ""
    if any(each.sender == name for each in said):
        said = [each for each in said if each.sender == name]
    day_first = _day_first(said)
    for each in said:
        cells = {
            "channel": "whatsapp",
            "received_at": _written(each, day_first),
            "text": each.words,
            "phone" if _NUMBER.fullmatch(each.sender) else "name": each.sender,
            "attachment": each.files,
        }
        yield Message(each.line, cells)


def _said(text: str) -> Iterator[_Said]:
    current: _Said | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        whole = line.rstrip("\r")
        start = _START.fullmatch(whole)
        if start is None:
            if current is not None:
                current.lines.append(whole)
            continue
        if current is not None:
            yield current
        current = _begin(number, start)
    if current is not None:
        yield current


def _begin(number: int, start: re.Match[str]) -> _Said | None:
    """Return the message that begins here; None for a line of the system's own."""
    said = _SAID.fullmatch(start["rest"])
    if said is None:
        return None
    return _Said(number, start, _name(said["sender"]), [said["words"] or ""])


def _name(written: str) -> str:
    """Return a sender's name or number without the signs around it; `~` marks an unsaved one."""
    plain = _MARKS.sub("", written).replace("\u2011", "-")
    return " ".join(plain.split()).removeprefix("~").strip()


def _day_first(said: Sequence[_Said]) -> bool:
    if any(int(each.date[0]) > 12 for each in said):
        return True
    if any(int(each.date[1]) > 12 for each in said):
        return False
    by_day, by_month = _in_order(said, True), _in_order(said, False)
    if by_day != by_month:
        return by_day
    # Only the American order comes with AM and PM, a short year and no noughts.
    american = all(each.start["half"] and len(each.date[2]) == 2 for each in said)
    return not (american and any(len(each.date[0]) == 1 for each in said))


def _in_order(said: Sequence[_Said], day_first: bool) -> bool:
    written = [_written(each, day_first) for each in said]
    return written == sorted(written)


def _written(said: _Said, day_first: bool) -> str:
    """Return the date and hour as a table would hold them; unread where there is no such day."""
    a, b, c = said.date
    if len(a) == 4:
        year, month, day = a, b, c
    else:
        day, month, year = (a, b, c) if day_first else (b, a, c)
    try:
        at = datetime(full_year(year), int(month), int(day), *clock(said.start))  # noqa: DTZ001
    except ValueError:
        return " ".join(said.date)
    return at.isoformat(sep=" ")
