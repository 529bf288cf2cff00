"""Keeps the English of every sentence complete: `python -m services.kernel.web.catalogue`.

`update [ROOM]…` writes each `locale/en.po` anew from its room's code; new sentences come in
empty, to be translated by hand, and unused ones go. `check` says what is missing and ends with 1.
A sentence that the kernel already has is shared by all rooms. Calls of `_` and `text` in Python
and `_`, `gettext`, `ngettext` and `trans` in templates count.
"""

import re
import sys
from collections.abc import Container, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from services.kernel.web.language import HOUSE

KERNEL = "kernel"
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
_OPTIONS = {
    "**/templates/**.html": {
        "extensions": "jinja2.ext.do",
        "trimmed": "true",
        "newstyle_gettext": "true",
        "silent": "false",
    }
}
_KEYWORDS = {**DEFAULT_KEYWORDS, "text": None}
_PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")
_HEADER = "# The English of this room's sentences; see services/kernel/web/catalogue.py."

# What differs from run to run or says nothing; diffs are better without.
_NOISE = re.compile(
    rb'^"(Project-Id|Report-Msgid|POT-|PO-Rev|Last-Tr|Language-Team|Generated-By).*\n', re.MULTILINE
)


def rooms(house: Path = HOUSE) -> list[str]:
    """Return the rooms of the house, the kernel first, for its sentences are everybody's."""
    names = sorted(path.parent.name for path in house.glob("*/__init__.py"))
    return sorted(names, key=lambda name: name != KERNEL)


def extract(room: Path) -> Catalog:
    """Return the sentences of a room's code and templates, without translations."""
    found = Catalog(locale="en")
    for _file, _line, message, _comments, _context in extract_from_dir(
        room, _METHODS, _OPTIONS, keywords=_KEYWORDS
    ):
        if message:
            found.add(tuple(message) if isinstance(message, list | tuple) else message)
    return found


def read(room: Path) -> Catalog:
    """Return a room's catalogue as it is written, an empty one when there is none."""
    path = room / "locale" / "en.po"
    if not path.exists():
        return Catalog(locale="en")
    with path.open("rb") as file:
        return read_po(file, locale="en")


def updated(written: Catalog, wanted: Catalog, shared: frozenset[object]) -> Catalog:
    """Return the catalogue with just the wanted sentences, their translations kept."""
    new = Catalog(locale="en", fuzzy=False, header_comment=_HEADER)
    for message in wanted:
        if message.id and message.id not in shared:
            old = written.get(message.id)
            new.add(message.id, old.string if old is not None else "")
    return new


def as_bytes(catalogue: Catalog) -> bytes:
    """Return a catalogue as it is kept: sorted, and without line numbers or dates."""
    packed = BytesIO()
    write_po(packed, catalogue, no_location=True, sort_output=True, ignore_obsolete=True, width=98)
    return _NOISE.sub(b"", packed.getvalue())


def check(house: Path = HOUSE) -> list[str]:
    """Return what is wrong: sentences missing, left over, fuzzy, or with other places."""
    wrong: list[str] = []
    shared: frozenset[object] = frozenset()
    english: dict[str, str] = {}
    for room in rooms(house):
        written, wanted = read(house / room), extract(house / room)
        ids = frozenset(message.id for message in wanted if message.id)
        for message in wanted:
            if message.id and message.id not in shared:
                wrong += _faults(room, message, written.get(message.id))
        for message in written:
            if not message.id:
                continue  # the head, in which the reader puts the present minute
            if message.id not in ids or message.id in shared:
                wrong.append(f"{room}: left over: {_name(message)}")
            elif english.setdefault(_name(message), str(message.string)) != str(message.string):
                wrong.append(f"{room}: another room has other English for: {_name(message)}")
        if room == KERNEL:
            shared = ids
    return wrong


def _faults(room: str, wanted: Message, written: Message | None) -> Iterator[str]:
    strings = () if written is None else written.string
    forms = (strings,) if isinstance(strings, str) else strings
    if written is None or not forms or not all(forms):
        yield f"{room}: no English for: {_name(wanted)}"
    elif written.fuzzy:
        yield f"{room}: fuzzy: {_name(wanted)}"
    else:
        places = set(_PLACE.findall(_name(wanted)))
        if any(set(_PLACE.findall(form)) - {"%(num)s"} != places - {"%(num)s"} for form in forms):
            yield f"{room}: other places in the English of: {_name(wanted)}"


def _name(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def update(house: Path = HOUSE, only: Container[str] | None = None) -> None:
    """Write the rooms' catalogues anew (`only` these); a room without own sentences has none."""
    shared: frozenset[object] = frozenset()
    for room in rooms(house):
        wanted = extract(house / room)
        new = updated(read(house / room), wanted, shared)
        if len(new) and (only is None or room in only):
            path = house / room / "locale" / "en.po"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(as_bytes(new))
        if room == KERNEL:
            shared = frozenset(message.id for message in wanted if message.id)


def main(arguments: list[str]) -> int:
    """Run `check` or `update`; return the exit code."""
    match arguments:
        case ["update", *names]:
            update(only=names or None)
            return 0
        case ["check"]:
            wrong = check()
            sys.stdout.writelines(f"{line}\n" for line in wrong)
            return 1 if wrong else 0
    sys.stderr.write("usage: python -m services.kernel.web.catalogue check | update [ROOM]…\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
