"""The scan for secrets finds what is planted, and knows what was looked at."""

import secrets
from pathlib import Path

from services.main.check_secrets import files, found_in, looked_at


def test_a_planted_secret_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "settings.py"
    planted.write_text(f'password = "{secrets.token_urlsafe(24)}"\n')
    assert {name for name, _kind, _hash in found_in([str(planted)])} == {str(planted)}
    planted.write_text("-----BEGIN " + "RSA PRIVATE KEY-----\n")
    assert {kind for _name, kind, _hash in found_in([str(planted)])} == {"Private Key"}


def test_what_was_looked_at_is_in_files_that_are_scanned() -> None:
    assert {name for name, _kind, _hash in looked_at()} <= set(files())
