"""Signatures by which a receiver knows that a delivery is ours and unchanged (Standard Webhooks,
https://www.standardwebhooks.com, scheme `v1`: HMAC-SHA256). Pure.

A secret is derived, like a receipt's code, and stored nowhere: another generation is another one.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final
from uuid import UUID

PREFIX: Final = "whsec_"


def secret_of(root: bytes, webhook: UUID, generation: int) -> str:
    """Return the secret of a webhook, as its receiver keeps it."""
    about = b"tanggap-webhook:" + webhook.bytes + generation.to_bytes(4, "big")
    digest = hmac.new(root, about, hashlib.sha256).digest()
    return PREFIX + base64.b64encode(digest).decode()


def signatures(secrets: Sequence[str], id: str, timestamp: int, body: bytes) -> str:
    """Return the header `webhook-signature`: one signature for each secret that holds now.

    `timestamp` is when it is sent, in seconds since 1970: a receiver refuses old ones, so that
    what somebody recorded cannot be sent again.
    """
    signed = f"{id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets)


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
