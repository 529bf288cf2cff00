"""The English catalogues: complete for the kernel, and a check that does find what is wrong."""

from pathlib import Path

import pytest

from services.kernel.web.catalogue import KERNEL, check, main, read, update


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Build a small house of two rooms: one sentence in code, one plural in a template."""
    for room in (KERNEL, "intake"):
        (tmp_path / room / "templates").mkdir(parents=True)
        (tmp_path / room / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / KERNEL / "a.py").write_text('_("Simpan")\n', encoding="utf-8")
    (tmp_path / "intake" / "b.py").write_text(
        '_("Simpan")\n_("Paling "\n  "banyak {limit}.", limit=2)\n', encoding="utf-8"
    )
    (tmp_path / "intake" / "templates" / "c.html").write_text(
        "{% trans count=n %}{{ count }} keluhan{% pluralize %}{{ count }} keluhan{% endtrans %}",
        encoding="utf-8",
    )
    return tmp_path


def translate(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def test_what_is_missing_is_named_and_translating_it_mends(house: Path) -> None:
    update(house)
    assert sorted(check(house)) == [
        "intake: no English for: %(count)s keluhan",
        "intake: no English for: Paling banyak {limit}.",
        "kernel: no English for: Simpan",
    ]
    translate(house / KERNEL / "locale/en.po", ('"Simpan"\nmsgstr ""', '"Simpan"\nmsgstr "Save"'))
    translate(
        house / "intake/locale/en.po",
        ('{limit}."\nmsgstr ""', '{limit}."\nmsgstr "At most {limit}."'),
        ('msgstr[0] ""', 'msgstr[0] "%(count)s complaint"'),
        ('msgstr[1] ""', 'msgstr[1] "%(count)s complaints"'),
    )
    assert check(house) == []
    before = (house / "intake/locale/en.po").read_bytes()
    update(house)
    assert (house / "intake/locale/en.po").read_bytes() == before


def test_a_place_lost_in_translation_a_leftover_and_a_fuzzy_one_are_found(house: Path) -> None:
    update(house)
    translate(
        house / "intake/locale/en.po",
        ('{limit}."\nmsgstr ""', '{limit}."\nmsgstr "At most {limt}."'),
        ('msgstr[0] ""', 'msgstr[0] "a"'),
        ('msgstr[1] ""', 'msgstr[1] "%(count)s b"'),
    )
    with (house / KERNEL / "locale/en.po").open("a", encoding="utf-8") as file:
        file.write('\nmsgid "Tidak dipakai"\nmsgstr "Unused"\n')
    translate(house / KERNEL / "locale/en.po", ('msgid "Simpan"', '#, fuzzy\nmsgid "Simpan"'))
    translate(house / KERNEL / "locale/en.po", ('"Simpan"\nmsgstr ""', '"Simpan"\nmsgstr "Keep"'))
    assert sorted(check(house)) == [
        "intake: other places in the English of: %(count)s keluhan",
        "intake: other places in the English of: Paling banyak {limit}.",
        "kernel: fuzzy: Simpan",
        "kernel: left over: Tidak dipakai",
    ]


def test_only_the_named_room_is_written(house: Path) -> None:
    update(house, only=["intake"])
    assert not (house / KERNEL / "locale").exists()
    assert len(read(house / "intake")) == 2


def test_the_sentences_that_all_rooms_share_have_their_english() -> None:
    assert [line for line in check() if line.startswith("kernel:")] == []


def test_wrong_use_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["translate"]) == 2
    assert "check" in capsys.readouterr().err
