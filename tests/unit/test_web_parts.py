"""Every macro that pages are made of, rendered: what it shows, and that values stay values."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError
from starlette.requests import Request

from services.kernel.access.principal import Grant, Principal
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.text import Text, _
from services.kernel.web.app import HERE, create_app
from services.kernel.web.forms import Form
from services.kernel.web.language import HOUSE
from services.kernel.web.pages import IN_THE_BAR, Entry, NavItem, Pages
from services.kernel.web.words import WORDS

NOW = datetime(2026, 11, 4, 3, 0, tzinfo=UTC)
HOSTILE = "<script>alert('x')</script>"
IMPORT = '{% import "parts.html" as parts with context %}'
HEAD = '{% extends "base.html" %}' + IMPORT + "{% block title %}Contoh{% endblock %}"

Show = Callable[..., str]


def request_for(query: str = "", principal: Principal | None = None) -> Request:
    app = create_app("Contoh")
    state = {"principal": principal} if principal else {}
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/contoh",
            "query_string": query.encode(),
            "headers": [],
            "app": app,
            "state": state,
        }
    )


@pytest.fixture
def show(tmp_path: Path) -> Show:
    """Render a piece of template with the macros at hand."""
    app = create_app("Contoh")
    rooms = [("", HERE / "templates"), ("contoh", tmp_path)]
    nav = [
        NavItem("work", _("Keluhan"), "/kerja", "case.read"),
        NavItem("audit", _("Survei"), "/audit", "audit.read"),
    ]
    pages = Pages(
        rooms,
        assets=app.state.assets,
        nav=nav,
        zone=ZoneInfo("Asia/Jakarta"),
        clock=lambda: NOW,
    )

    def render(
        source: str,
        *,
        query: str = "",
        principal: Principal | None = None,
        whole: bool = False,
        zone: str | None = None,
        **context: Any,
    ) -> str:
        name = f"{abs(hash(source))}.html"
        (tmp_path / name).write_text(source if whole else IMPORT + source, encoding="utf-8")
        response = pages.render(
            request_for(query, principal),
            f"contoh/{name}",
            zone=ZoneInfo(zone) if zone else None,
            **context,
        )
        return bytes(response.body).decode()

    return render


def test_a_moment_is_shown_in_the_zone_of_the_puskesmas_with_its_weekday(show: Show) -> None:
    at = datetime(2026, 11, 4, 1, 30, tzinfo=UTC)
    source = "{{ parts.when(at) }}"
    assert ">Rab 4 Nov 08.30</time>" in show(source, at=at)
    assert ">Rab 4 Nov 09.30</time>" in show(source, at=at, zone="Asia/Makassar")
    assert ">Wed 4 Nov 08:30</time>" in show(source, at=at, query="lang=en")
    assert 'datetime="2026-11-04T01:30:00+00:00"' in show(source, at=at)


def test_another_year_is_named_and_a_date_has_no_clock(show: Show) -> None:
    assert ">Sel 4 Nov 2025</time>" in show("{{ parts.when(at) }}", at=date(2025, 11, 4))
    assert ">Rabu 18 November</time>" in show(
        '{{ parts.when(at, "day_long") }}', at=date(2026, 11, 18)
    )


def test_the_day_is_that_of_the_zone_not_of_utc(show: Show) -> None:
    late = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)
    assert show("{{ late|day }} {{ late|month }}", late=late) == "Rab 4 Nov November 2026"


def test_numbers_read_as_in_the_readers_language(show: Show) -> None:
    source = "{{ 2114.5|number }} {{ 0.874|percent }} {{ 83.414|number(2) }}"
    assert show(source) == "2.114,5 87 % 83,41"
    assert show(source, query="lang=en") == "2,114.5 87 % 83.41"


@pytest.mark.parametrize(
    ("left", "tone", "words"),
    [
        (-2, "late", "lewat 2 hari kerja"),
        (0, "soon", "hari ini"),
        (1, "soon", "1 hari kerja lagi"),
        (8, "", "8 hari kerja lagi"),
    ],
)
def test_a_promise_says_how_it_stands(show: Show, left: int, tone: str, words: str) -> None:
    shown = show("{{ parts.due(left) }}", left=left)
    assert words in shown
    assert f'class="tag{" " + tone if tone else ""}"' in shown


def test_a_plural_is_english_where_english_is_asked(show: Show) -> None:
    assert "1 working day late" in show("{{ parts.due(-1) }}", query="lang=en")
    assert "2 working days late" in show("{{ parts.due(-2) }}", query="lang=en")


def test_every_state_and_grade_has_colour_shape_and_word(show: Show) -> None:
    for code, word in WORDS["state"].items():
        shown = show("{{ parts.state(code) }}", code=code)
        assert str(word) in shown
        assert 'aria-hidden="true"' in shown
    for code, word in WORDS["grade"].items():
        assert str(word) in show("{{ parts.grade(code) }}", code=code)
    assert "belum dinilai" in show("{{ parts.grade(none) }}")


def test_the_thread_tells_both_times_only_where_they_differ(show: Show) -> None:
    at = datetime(2026, 11, 2, 2, 30, tzinfo=UTC)
    entries = [
        Entry("A", at, at),
        Entry("B", at, datetime(2026, 11, 2, 2, 41, tzinfo=UTC), who=WORDS["role"]["officer"]),
        Entry("C", at, datetime(2026, 11, 4, 1, 10, tzinfo=UTC), state="now", said=HOSTILE),
        Entry("D", state="ahead"),
    ]
    a, b, c, d = show("{{ parts.thread(entries) }}", entries=entries).split("<li ")[1:]
    assert "tercatat" not in a
    assert "Sen 2 Nov 09.30" in a
    assert "tercatat" in b
    assert ">09.41</time>" in b
    assert "oleh petugas" in b
    assert "dicatat belakangan" in c
    assert "Rab 4 Nov 08.10" in c
    assert 'aria-current="step"' in c
    assert HOSTILE not in c
    assert "&lt;script&gt;" in c
    assert "<time" not in d
    assert "belum" in d


def test_a_page_adds_its_own_markup_to_each_entry_of_a_thread(show: Show) -> None:
    source = "{% call(entry) parts.thread(entries) %}<i>{{ entry.title }}</i>{% endcall %}"
    shown = show(source, entries=[Entry(HOSTILE), Entry("dua")])
    assert "<i>dua</i>" in shown
    assert HOSTILE not in shown


def test_a_figure_is_a_link_to_its_cases_and_draws_its_past(show: Show) -> None:
    shown = show('{{ parts.figure("Masuk", 412, "/kasus?a=1&b=2", "catatan", spark=[1, 2, 4]) }}')
    assert 'href="/kasus?a=1&amp;b=2"' in shown
    assert 'points="0.0,21.5 60.0,15.0 120.0,2.0"' in shown
    assert "<a" not in show('{{ parts.figure("Masuk", 0) }}')
    assert 'class="figure late"' in show(
        '{% call parts.figure("Lewat", 2, tone="late") %}x{% endcall %}'
    )


def test_a_meter_stays_within_its_bounds_and_has_no_inline_style(show: Show) -> None:
    assert 'width="100.0"' in show('{{ parts.meter(7, 5, "7 dari 5") }}')
    assert 'width="43.0"' in show('{{ parts.meter(43, label="43 %") }}')
    assert 'width="0.0"' in show("{{ parts.meter(0, 0) }}")


def test_fields_keep_what_was_typed_and_say_what_to_mend(show: Show) -> None:
    form = Form.refused(
        {"note": HOSTILE, "unit": "kia", "topics": ["a", "c"], "agree": "true"},
        InvalidInput(FieldError("note", _("Paling banyak {limit} huruf.", limit=20))),
    )
    shown = show(
        """{{ parts.error_summary(form, {"note": "Catatan"}) }}
        {{ parts.textarea(form, "note", "Catatan", hint="Singkat saja", required=true, rows=3) }}
        {{ parts.text(form, "name", "Nama", value="Rini", type="tel", inputmode="tel") }}
        {{ parts.text(form, "secret", "Sandi", type="password") }}
        {{ parts.select(form, "unit", "Unit", [("loket", "Loket"), ("kia", "KIA")]) }}
        {{ parts.chips(form, "topics", "Tentang", options, many=true) }}
        {{ parts.tick(form, "agree", "Setuju") }}{{ parts.hidden("next", '"x"') }}""",
        form=form,
        options=[("a", "A"), ("b", "B"), ("c", "C")],
    )
    assert "autofocus" in shown
    assert 'href="#f-note">Catatan: Paling banyak 20 huruf.' in shown
    assert 'aria-describedby="s-note p-note" aria-invalid="true" required' in shown
    assert 'rows="3"' in shown
    assert HOSTILE not in shown
    assert "&lt;script&gt;" in shown
    assert 'value="Rini" inputmode="tel"' in shown
    assert '<option value="kia" selected>' in shown
    assert shown.count("checked") == 3
    assert 'value="&#34;x&#34;"' in shown
    assert 'name="secret">' in shown


def test_a_form_without_errors_shows_no_summary(show: Show) -> None:
    assert show("{{ parts.error_summary(form) }}", form=Form()) == ""


def test_a_confirmation_works_without_a_script(show: Show) -> None:
    shown = show(
        '{% call parts.confirm("Cabut", "Yakin?", "/cabut", "Ya, cabut", "late") %}'
        '{{ parts.hidden("v", 3) }}{% endcall %}'
    )
    assert "<details" in shown
    assert '<form class="sheet" method="post" action="/cabut">' in shown
    assert 'name="v" value="3"' in shown


def test_lists_say_how_many_and_lead_on_or_say_why_they_are_empty(show: Show) -> None:
    shown = show("{{ parts.pager(20, none, '/kasus?after=x') }}")
    assert "20 baris di halaman ini" in shown
    last = show("{{ parts.pager(20, '/kasus', none) }}")
    assert "20 baris di halaman ini" in last
    assert "20 baris<" in show("{{ parts.pager(20) }}"), "all there are"
    assert 'rel="next"' in shown
    assert 'rel="first"' not in shown
    assert "Belum ada" in show('{{ parts.empty("Belum ada", "Nanti.", "/catat", "Catat") }}')


def test_the_past_is_marked_and_leads_back(show: Show) -> None:
    shown = show('{{ parts.past("Keadaan per 7 September 2026", "/kasus") }}')
    assert 'class="time past"' in shown
    assert "Kembali ke sekarang" in shown
    assert "tersegel" in show("{{ parts.sealed() }}")


def test_a_text_is_shown_in_the_readers_language_and_nothing_as_nothing(show: Show) -> None:
    assert show("{{ said }}{{ void }}", said=_("Wajib diisi."), void=None) == "Wajib diisi."
    assert show("{{ said }}", said=_("Wajib diisi."), query="lang=en") == "This is required."
    assert show("{{ said }}", said=Text("{x}", (("x", HOSTILE),))) != HOSTILE


def test_a_value_that_is_not_given_is_a_fault(show: Show) -> None:
    with pytest.raises(UndefinedError):
        show("{{ nowhere }}")


def test_the_bar_shows_the_places_that_the_reader_may_go(show: Show) -> None:
    team = Principal("a1", "sari", "Sari <b>", (Grant("complaint_team"),))
    shown = show(HEAD, whole=True, principal=team, section="work", place="Puskesmas Puring")
    assert '<a href="/kerja" aria-current="page">Keluhan</a>' in shown
    assert "/audit" not in shown
    assert "Sari &lt;b&gt;" in shown
    assert 'action="/keluar"' in shown
    stranger = show(HEAD, whole=True)
    assert "<nav" not in stranger
    assert "/keluar" not in stranger


@pytest.mark.parametrize("places", [IN_THE_BAR, IN_THE_BAR + 1])
def test_the_rare_places_of_many_stand_behind_one_word(tmp_path: Path, places: int) -> None:
    app = create_app("Contoh")
    often = [NavItem(f"place-{n}", _("Keluhan"), f"/tempat-{n}") for n in range(places - 1)]
    pages = Pages(
        [("", HERE / "templates"), ("contoh", tmp_path)],
        assets=app.state.assets,
        nav=[NavItem("rare", _("Survei"), "/jarang", rare=True), *often],
        zone=ZoneInfo("Asia/Jakarta"),
        clock=lambda: NOW,
    )
    (tmp_path / "any.html").write_text(HEAD, encoding="utf-8")
    team = Principal("a1", "sari", "Sari", (Grant("complaint_team"),))
    asked = request_for("", team)
    shown = bytes(pages.render(asked, "contoh/any.html", section="rare").body).decode()
    bar, more, behind = shown.partition("<details")
    assert ("/jarang" in bar) != bool(more)
    assert bool(more) == (places > IN_THE_BAR)
    assert ('<summary aria-current="true">Lainnya' in behind) == bool(more)
    assert f"/tempat-{places - 2}" in bar


def test_the_language_switch_keeps_the_address(show: Show) -> None:
    shown = show(HEAD, whole=True, query="unit=a%26b&lang=en")
    assert '<html lang="en">' in shown
    assert 'href="/contoh?unit=a%26b&amp;lang=id"' in shown


def test_no_template_of_the_house_styles_or_scripts_inline() -> None:
    """The content security policy would drop it silently; and `safe` lets anybody's markup in."""
    forbidden = re.compile(
        r"""\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=["']|\|\s*safe\b"""
    )
    templates = list(HOUSE.glob("*/**/templates/**/*.html"))
    assert HERE / "templates" / "base.html" in templates
    for path in templates:
        found = forbidden.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(HOUSE)}: {found}"
