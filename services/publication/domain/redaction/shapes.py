"""What in a text points to a person and has a shape of its own, as patterns.

A pattern may introduce what it finds by words that tell nothing by themselves ("lahir", "NIK"):
what is marked is then the group that ends in `_` and bears the kind's name.
"""

from typing import Final

from services.publication.domain.redaction.names import (
    GIVEN,
    INTRODUCED,
    OFFICES,
    ORDINARY,
    SPOKEN,
    TITLES,
)

_MONTHS = (
    r"januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember|"
    r"jan|feb|mar|apr|jun|jul|agu|ags|sep|okt|nov|des"
)
DATE: Final = (
    rf"(?i:\b\d{{1,2}}\s+(?:{_MONTHS})\b(?:\s+\d{{4}}\b)?"
    r"|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b)"
)
_OF_A_LIFE = (
    rf"(?i:\b\d{{1,2}}\s+(?:{_MONTHS})|\b\d{{1,2}}[/.-]\d{{1,2}}(?=[/.-]))(?:\s+|[/.-])"
    r"(?:19\d\d|200\d|201\d)\b"
)
"""A day of so long ago that nothing which is handled now happened on it."""
_BIRTH = (
    r"(?i:\b(?:t(?:an)?gg?a?l\.?\s+lahir|lahir|kelahiran|ttl)\b[^.;\n]{0,16}?)"
    rf"(?P<birth_>(?:[A-Z][a-z]+,\s*)?{DATE}|(?:19|20)\d\d\b)"
    rf"|(?P<birth_old_>{_OF_A_LIFE})"
)

_DIGIT = r"(?:nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan)"
_PHONE = (
    r"(?<![\d-])(?:\+62|62|0)[\s.-]?8[\s.-]?\d(?:[\s.-]?\d){6,11}(?!\d)"
    r"|(?<![\d/])\(?0\d{2,3}\)?[\s-]\d{3,4}(?:[\s-]?\d{2,4}){1,2}(?!\d)"
    rf"|(?i:\b{_DIGIT}(?:[\s,-]+{_DIGIT}){{6,}}\b)"
)
_EMAIL = r"(?:https?://|\bwa\.me/)\S*\w|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w@])@\w(?:[\w.]*\w)?"

_CARD = (
    r"nik|no(?:mor)?\.?\s*(?:ktp|kk|kis|bpjs|jkn|sep|rm|peserta|kartu|rujukan|registrasi|register)|"
    r"kartu\s+(?:bpjs|jkn|kis|berobat|keluarga)|bpjs|rm|rekam\s+medi[sk]|rujukan|registrasi|sep"
)
_NUMBER = (
    # Sixteen digits are an identity card's, thirteen an insured person's, however they are grouped.
    r"(?<![\d.,])\d(?:[ .-]?\d){12}(?:(?:[ .-]?\d){3})?(?![\d,])"
    rf"|(?i:\b(?:{_CARD})(?:\s+(?:no(?:mor)?|saya)\b)?[\s.:#]*)"
    r"(?P<number_>\d(?:[ .-]?\d){12}(?:(?:[ .-]?\d){3})?(?!\d)"
    r"|(?=[A-Z\d./-]*\d{2})[A-Z]{0,3}\d[A-Z\d./-]{2,}[A-Z\d])"
    r"|\b[A-Z]{3}-\d{4}-[A-Z]-\d{6}\b"  # a complaint's
    r"|\b(?=[A-Z\d]*\d{6})[A-Z\d]{14,}\b"
    # The sign of a vehicle.
    r"|\b(?!RT|RW|UU|PP|KM|AC|Rp)[A-Z]{1,2}\s?\d{3,4}\s?(?!WIB|WIT)[A-Z]{1,3}\b"
)

_BIG = rf"(?!(?i:(?:{TITLES})\s|(?:{ORDINARY})\b)|[\w'’]*-\d)[A-Z][\w'’]{{2,}}"
_DEGREE = r"(?:,\s?(?:S|M|A|Sp)\.\s?[A-Z][A-Za-z]*\.?)"
_MORE = rf"(?:\s+(?:binti?\s+)?{_BIG})*{_DEGREE}*"
_FULL = rf"(?:[A-Z]\.\s?)*{_BIG}{_MORE}"
_NAME = (
    rf"\b(?i:(?:(?:{TITLES})\s+|H\.\s+){{1,3}}(?:{OFFICES}\s+){{0,2}}){_FULL}"
    rf"|\b(?i:(?:{SPOKEN})\s+(?:{OFFICES}\s+){{0,2}})(?!(?i:(?:{TITLES}|{ORDINARY})\b))[a-z]{{3,}}\b"
    rf"|(?i:\b(?:{INTRODUCED})\s*[,:]?\s+)(?P<name_>{_FULL})"
    rf"|(?P<name_given_>\b(?:I\s+)?(?:{'|'.join(sorted(GIVEN))})\b{_MORE})"
)

_HOUSE = r"(?:,?\s*(?i:no(?:mor)?\.?|km\.?|blok)\s*[A-Z]?\d+\w*|\s+\d+[A-Z]?\b)"
_GROUP = r"(?i:\brt[\s.]*\d{1,3}(?:\s*[/,]?\s*(?:rw[\s.]*)?\d{1,3})?|\brw[\s.]*\d{1,3})"
_ROAD = (
    r"(?i:\b(?:jalan|jln\.?|jl\.?|gang|gg\.?|lorong|dusun|dsn\.?|dukuh|dk\.|desa|ds\.|kelurahan|"
    r"kel\.|kampung|kp\.|perum(?:ahan)?|komplek(?:s)?|blok)\s+)"
)
_PLACE = r"(?!(?i:puskesmas|pustu|posyandu|loket|ugd|igd|siaga)\b)[A-Z]\w+"
_PLACES = rf"{_PLACE}(?:\s+(?!(?:RT|RW|No|Km|Blok)\b){_PLACE})*"
_ADDRESS = (
    rf"{_GROUP}(?:,?\s+{_ROAD}{_PLACES})?"
    rf"|{_ROAD}{_PLACES}(?:\s+(?i:blok)\s+\w+)?{_HOUSE}?(?:,?\s+{_GROUP})?"
    rf"|{_ROAD}[a-z]+(?:\s+[a-z]+)?{_HOUSE}"
    r"|(?i:\b(?:warga|orang|penduduk|asal|alamat(?:nya)?|tinggal\s+di|rumah(?:nya)?\s+di)\s*:?\s+)"
    rf"(?!{_ROAD})(?P<address_>{_BIG}(?:\s+{_BIG})*{_HOUSE}?)"
)

SHAPES: Final = {
    "email": _EMAIL,
    "birth": _BIRTH,
    "number": _NUMBER,
    "phone": _PHONE,
    "address": _ADDRESS,
    "name": _NAME,
}
"""By kind, in the order in which they are tried at each place of a text."""
