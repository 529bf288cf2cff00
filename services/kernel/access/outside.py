"""Somebody on their way to the provider where they sign in, and who they are there."""

from dataclasses import dataclass

import msgspec


class Asked(msgspec.Struct, frozen=True):
    """What one browser was sent to the provider with; it stays in that browser's cookie."""

    state: str
    nonce: str
    verifier: str
    next: str


@dataclass(frozen=True)
class Outside:
    """Who somebody is at the provider."""

    issuer: str
    subject: str
