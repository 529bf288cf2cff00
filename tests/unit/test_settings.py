"""An unknown or bad setting stops the start with a line that names it, wherever it stands."""

from pathlib import Path

import pytest

from services.main.settings import BadSetting, load_settings


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("written", ["TANGGAP_DAAT=/srv/tanggap", "tanggap_daat=/srv/tanggap"])
def test_an_unknown_setting_in_the_file_is_named(here: Path, written: str) -> None:
    (here / ".env").write_text(f"OTHER_PROGRAM=1\n{written}\n")
    with pytest.raises(BadSetting, match=r"^TANGGAP_DAAT is not a setting; there are: .*DATA"):
        load_settings()


def test_an_unknown_setting_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGGAP_DAAT", "/srv/tanggap")
    with pytest.raises(BadSetting, match=r"^TANGGAP_DAAT is not a setting"):
        load_settings()


def test_a_bad_setting_in_the_file_is_named(here: Path) -> None:
    (here / ".env").write_text("TANGGAP_ORIGIN=Not A Name\n")
    with pytest.raises(BadSetting, match=r"^TANGGAP_ORIGIN: "):
        load_settings()


def test_the_file_is_read_and_what_is_not_ours_is_left_alone(here: Path) -> None:
    (here / ".env").write_text("OTHER_PROGRAM=1\nTANGGAP_ORIGIN=puring-1\n")
    assert load_settings().origin == "puring-1"
