"""Says what to do about an input that pydantic refused, never repeating the input itself."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.kernel.errors import FieldError
from services.kernel.text import Text, _

_WHOLE = _("Tulis angka bulat, misalnya 3.")
_NUMBER = _("Tulis angka, misalnya 3 atau 2.5.")
_YES_NO = _("Pilih ya atau tidak (true atau false).")
_TEXT = _("Tulis sebagai teks.")
_DAY = _("Tulis tanggal seperti 2026-11-09.")
_TIME = _("Tulis jam seperti 08:30.")
_MOMENT = _("Tulis waktu lengkap dengan zonanya, misalnya 2026-11-09T08:30:00+07:00.")
_LIST = _("Kirim sebagai daftar.")
_OBJECT = _("Kirim sebagai objek dengan isiannya.")
_ID = _("Pengenal ini tidak sah. Salin seluruhnya.")
_UNKNOWN = _("Isian ini tidak dapat diterima. Periksa bentuknya.")

_BY_TYPE: Mapping[str, Text] = {
    "missing": _("Wajib diisi."),
    "extra_forbidden": _("Isian ini tidak dikenal. Periksa ejaannya atau hapus."),
    "string_pattern_mismatch": _("Bentuknya tidak sesuai. Periksa petunjuk isian ini."),
    "string_unicode": _("Ada huruf yang tidak terbaca. Simpan sebagai UTF-8 lalu kirim lagi."),
    "timezone_aware": _MOMENT,
    "timezone_naive": _("Tulis waktu tanpa zona."),
    "date_from_datetime_inexact": _DAY,
    "date_past": _("Pilih tanggal sebelum hari ini."),
    "date_future": _("Pilih tanggal setelah hari ini."),
    "datetime_past": _("Pilih waktu yang sudah lewat."),
    "datetime_future": _("Pilih waktu yang belum lewat."),
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "union_tag_not_found": _("Sebutkan jenisnya."),
    "union_tag_invalid": _("Jenis ini tidak dikenal."),
}

# Families of types, by how the name begins.
_BY_FAMILY: Sequence[tuple[str, Text]] = (
    ("int_", _WHOLE),
    ("float_", _NUMBER),
    ("decimal_", _NUMBER),
    ("finite_number", _NUMBER),
    ("bool_", _YES_NO),
    ("string_", _TEXT),
    ("bytes_", _TEXT),
    ("date_", _DAY),
    ("datetime_", _MOMENT),
    ("time_", _TIME),
    ("uuid_", _ID),
    ("model_", _OBJECT),
    ("dataclass_", _OBJECT),
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_QUOTED = re.compile(r"'([^']*)'")


def field_path(location: Sequence[str | int]) -> str:
    """Return a field's path as people write it: `complainant.phone`, `actions[0].due_on`.

    The first part says only where the field travels (body, query, header, path) and is left out.
    """
    path = ""
    for part in location[1:]:
        if isinstance(part, int):
            path += f"[{part}]"
        elif _NAME.fullmatch(part):
            path += f".{part}" if path else part
    return path


def message_of(error: Mapping[str, Any]) -> Text:
    """Return the sentence that tells how to mend one of pydantic's errors."""
    kind = str(error["type"])
    context = error.get("ctx") or {}
    if kind in ("literal_error", "enum"):
        choices = _QUOTED.findall(str(context.get("expected", "")))
        return _("Pilih salah satu: {choices}.", choices=", ".join(choices))
    if kind == "value_error":
        # Our own validators may raise ValueError(Text); any other words could hold the input.
        said = getattr(context.get("error"), "args", ())
        return said[0] if said and isinstance(said[0], Text) else _UNKNOWN
    if bounded := _bounded(kind, context):
        return bounded
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    if kind in ("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type"):
        return _LIST
    return next((text for start, text in _BY_FAMILY if kind.startswith(start)), _UNKNOWN)


def _bounded(kind: str, context: Mapping[str, Any]) -> Text | None:
    match kind:
        case "string_too_short":
            limit = context["min_length"]
            if limit == 1:
                return _("Tidak boleh kosong.")
            return _("Paling sedikit {limit} huruf.", limit=limit)
        case "string_too_long":
            return _("Paling banyak {limit} huruf.", limit=context["max_length"])
        case "too_short":
            return _("Isi paling sedikit {limit}.", limit=context["min_length"])
        case "too_long":
            return _("Isi paling banyak {limit}.", limit=context["max_length"])
        case "greater_than_equal":
            return _("Paling kecil {limit}.", limit=context["ge"])
        case "greater_than":
            return _("Harus lebih dari {limit}.", limit=context["gt"])
        case "less_than_equal":
            return _("Paling besar {limit}.", limit=context["le"])
        case "less_than":
            return _("Harus kurang dari {limit}.", limit=context["lt"])
    return None


def field_errors(errors: Iterable[Mapping[str, Any]]) -> tuple[FieldError, ...]:
    """Return pydantic's errors as ours, one for each field and in their order."""
    found: dict[str, FieldError] = {}
    for error in errors:
        path = field_path(error["loc"])
        found.setdefault(path, FieldError(path, message_of(error)))
    return tuple(found.values())
