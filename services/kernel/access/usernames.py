"""What a username looks like, and how much of a network address is kept."""

import ipaddress
import re

from services.kernel.errors import invalid
from services.kernel.text import _

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]")


def folded(username: str) -> str:
    """Return the username as it is stored: capitals and spaces around it do not matter."""
    return username.strip().casefold()


def checked_username(username: str) -> str:
    """Return a new account's username as it is stored; raise InvalidInput when it will not do."""
    name = folded(username)
    if not _USERNAME.fullmatch(name):
        raise invalid(
            "username",
            _("Pakai 3 sampai 64 huruf kecil, angka, titik, garis bawah atau tanda hubung."),
        )
    return name


def network_of(address: str) -> str:
    """Return the network of an address (IPv4 /24, IPv6 /48): enough to tell a strange place."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    bits = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network((parsed, bits), strict=False))
