"""What the columns of an imported file are called, on the pages and in the file of rows to mend."""

from collections.abc import Mapping
from typing import Final

from services.kernel.text import Text, _

FIELD_LABELS: Final[Mapping[str, Text]] = {
    "reference": _("Nomor rujukan"),
    "channel": _("Datang lewat"),
    "kind": _("Jenis"),
    "service_unit": _("Unit layanan"),
    "categories": _("Tentang"),
    "occurred_at": _("Waktu kejadian"),
    "received_at": _("Kapan disampaikan"),
    "text": _("Apa yang disampaikan"),
    "name": _("Nama"),
    "phone": _("Nomor telepon"),
    "email": _("Surel"),
    "address": _("Alamat"),
    "relation": _("Hubungan dengan pasien"),
    "wants_answer_by": _("Ingin dikabari lewat"),
    "confidentiality": _("Kerahasiaan"),
    "barrier": _("Hambatan saat menyampaikan"),
    "attachment": _("Nama lampiran"),
    "row": _("Seluruh baris"),
}
