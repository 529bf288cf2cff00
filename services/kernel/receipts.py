"""The code on a citizen's receipt: derived, never stored; only its hash is kept or published.

Twelve symbols of Crockford's base 32 carry 60 bits; letters that look like digits are read as
those digits, so that a code copied by hand still works.
"""

import base64
import hashlib
import hmac
from uuid import UUID

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
_TO_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", SYMBOLS.encode())
_LOOKALIKES = str.maketrans("OIL", "011")


def receipt_code(secret: bytes, complaint: UUID) -> str:
    """Return the code of a complaint's receipt, in groups of four: `K7Q2-9MFX-TR4W`."""
    message = b"tanggap-receipt-code:" + complaint.bytes
    digest = hmac.new(secret, message, hashlib.sha256).digest()
    code = base64.b32encode(digest[:10])[:LENGTH].translate(_TO_CROCKFORD).decode()
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def receipt_hash(code: str) -> str:
    """Return the hash under which a receipt is known, however the code was typed."""
    plain = "".join(filter(str.isalnum, code.upper())).translate(_LOOKALIKES)
    return hashlib.sha256(b"tanggap-receipt:" + plain.encode()).hexdigest()
