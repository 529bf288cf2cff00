"""A replay on paper: the case file without words, as anybody who may export reports may have it."""

from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from services.kernel.paper import CaseFile, Line, Stretch, case_file
from services.kernel.paper.proven import Proven, borne_out
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web import words as glossary
from services.reporting.queries import When
from services.reporting.replay.clock import drawn, stretches
from services.reporting.replay.sentences import BY_WHICH, CLOCK, Sentences, Written
from services.reporting.replay.shown import Shown, shown
from services.reporting.replay.steps import Step


def printed(
    facts: dict[str, Any], steps: list[Step], when: When, sentences: Sentences, proven: Proven
) -> bytes:
    """Return the case file of one complaint as it stood at an instant, the same bytes each time.

    With no instant asked for it stands at the last event that has come, so that the file says
    the same as long as nothing new is known.
    """
    say = sentences.say
    zone = sentences.names.zone(facts["puskesmas"])
    written = partial(formats.stamp, language=sentences.language, zone=zone)
    now = when.instant(max(each.arrived_at for each in steps))
    return case_file(
        CaseFile(
            language=sentences.language,
            number=facts["number"],
            place=sentences.names.puskesmas(facts["puskesmas"]),
            title=say(_("Berkas kasus")),
            as_of=say(as_of(when, now, written)),
            page=say(_("Halaman {page} dari {pages}", page="{page}", pages="{pages}")),
            past=when.past,
            tags=tuple(_tags(facts, sentences)),
            pairs_title=say(_("Tentang keluhan ini")),
            pairs=tuple(_pairs(facts, sentences, written)),
            clock_title=say(_("Jam batas waktu")),
            clock=tuple(
                Stretch(
                    each.kind,
                    say(CLOCK[each.kind]),
                    f"{written(each.since)} – {written(each.until)}",
                    start,
                    length,
                )
                for each, start, length in drawn(stretches(steps, now))
            ),
            thread_title=say(_("Langkah demi langkah")),
            thread=tuple(
                _line(each, sentences, zone) for each in shown(steps, now, sentences, written)
            ),
            notes=(
                say(
                    _(
                        "Tanpa isi dan identitas: keduanya tersegel dan hanya dibuka di Puskesmas "
                        "asal. Waktu dalam {zone}.",
                        zone=formats.zone_name(zone),
                    )
                ),
            ),
            proof=borne_out(proven, say, written),
        )
    )


def as_of(when: When, last: datetime, written: Written) -> Text:
    """Return which state of knowledge is shown."""
    if when.as_of and when.known_at:
        return _(
            "Keadaan per {day}, sebagaimana diketahui {known}",
            day=written(when.as_of),
            known=written(when.known_at),
        )
    if when.known_at:
        return _(
            "Keadaan per {known}, sebagaimana diketahui saat itu", known=written(when.known_at)
        )
    if when.as_of:
        return _("Keadaan per {day}, sebagaimana diketahui sekarang", day=written(when.as_of))
    return _("Sampai kejadian terakhir, {day}", day=written(last))


def _tags(facts: dict[str, Any], sentences: Sentences) -> list[str]:
    say = sentences.say
    if not facts["state"]:
        return [say(glossary.word("kind", facts["kind"]))]
    found = [say(glossary.word("state", facts["state"]))]
    if facts["grade"]:
        mark = glossary.GRADE_MARKS[facts["grade"]]
        found.append(f"{mark.shape} {say(glossary.word('grade', facts['grade']))}")
    return found


def _pairs(facts: dict[str, Any], sentences: Sentences, written: Written) -> list[tuple[str, str]]:
    say, names = sentences.say, sentences.names
    found = [
        (_("Jenis"), sentences.word("kind", facts["kind"])),
        (_("Diterima"), written(facts["received_at"])),
        (_("Kanal"), sentences.word("channel", facts["channel"])),
        (_("Unit layanan"), names.unit(facts["service_unit"]) or say(_("unit tidak disebut"))),
    ]
    if facts["categories"]:
        listed = ", ".join(names.category(code) or code for code in facts["categories"])
        found.append((_("Kategori"), listed))
    for name, kept, kept_word in (
        ("response", "responded_at", _("ditanggapi")),
        ("settlement", "settled_at", _("selesai")),
    ):
        if due := facts[f"{name}_due"]:
            done = f" · {say(kept_word)} {written(facts[kept])}" if facts[kept] else ""
            found.append((BY_WHICH[name], written(due) + done))
    if facts["rules_version"]:
        version = _("versi {version}", version=facts["rules_version"])
        found.append((_("Aturan batas waktu"), say(version)))
    return [(say(label), value) for label, value in found]


def _line(each: Shown, sentences: Sentences, zone: ZoneInfo) -> Line:
    times, day = [], None
    for at, word in (
        (each.happened, None),
        (each.stated, _("dinyatakan terjadi")),
        (each.recorded, _("tercatat")),
        (each.arrived, _("sampai di laporan")),
    ):
        if at is None:
            continue
        same = at.astimezone(zone).date() == day
        write = formats.clock_time if same else formats.stamp
        written = write(at, sentences.language, zone)
        times.append(f"{sentences.say(word)} {written}" if word else written)
        day = at.astimezone(zone).date()
    return Line(
        each.sentence,
        " · ".join(times),
        each.changes,
        mark="passed" if each.passed else "done",
    )
