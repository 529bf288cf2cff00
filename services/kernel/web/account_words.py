"""What an account's history says, in words."""

from collections.abc import Mapping
from typing import Final

from services.kernel.text import Text, _

EVENTS: Final[Mapping[str, Text]] = {
    "added": _("akun dibuat"),
    "grants_changed": _("peran diubah"),
    "password_changed": _("kata sandi diganti"),
    "language_changed": _("bahasa diganti"),
    "disabled": _("akun ditutup"),
    "enabled": _("akun dibuka lagi"),
    "signed_in": _("masuk"),
    "sign_in_failed": _("gagal masuk"),
    "sign_in_closed": _("gagal masuk: akun ditutup"),
    "signed_out": _("keluar"),
    "one_ended": _("satu sesi atau token diakhiri"),
    "all_ended": _("semua sesi diakhiri"),
    "session_opened": _("sesi dibuka"),
    "linked": _("akun instansi dihubungkan"),
    "unlinked": _("akun instansi dilepas"),
    "token_opened": _("token dibuat"),
}
