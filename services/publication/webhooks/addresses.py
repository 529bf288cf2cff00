"""Where a webhook may lead: to the internet over https, and to networks of one's own only where the
settings name them. A name is looked up for each delivery and every address behind it is checked, so
that nobody has this server call what only it can reach."""

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from services.kernel.errors import InvalidInput, invalid
from services.kernel.text import Text, _

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
Lookup = Callable[[str, int], Sequence[str]]
FIELD: Final = "address"
LONGEST: Final = 500
_PRINTABLE: Final = re.compile(r"[!-~]+")
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?\.?|[0-9A-Fa-f:.]+")
_OWN_NAME: Final = re.compile(r"(.+\.)?localhost\.?", re.IGNORECASE)
"""Always the machine itself (RFC 6761, 6.3)."""
_INSIDE: Final = _("Alamat jaringan dalam tidak boleh dituju. Pakai alamat di internet.")
_EMBEDS: Final = IPv6Network("64:ff9b::/96")
"""An IPv4 address as it is called from a network that has only IPv6 (RFC 6052)."""


class NoAddress(Exception):
    """The name leads to no address now."""


class NotAllowed(Exception):
    """The name leads to an address that may not be called."""


@dataclass(frozen=True)
class Target:
    """An address that was found well-formed."""

    url: str
    host: str
    port: int
    secure: bool


def target_of(url: str, networks: Sequence[Network]) -> Target:
    """Return an address's parts; raises InvalidInput, which says what to mend.

    An address written as numbers is checked here, a name whenever it is called.
    """
    if not url or len(url) > LONGEST:
        raise _wrong(_("Isi alamat web lengkap, paling banyak {limit} huruf.", limit=LONGEST))
    if not _PRINTABLE.fullmatch(url):
        raise _wrong(
            _(
                "Tulis alamat tanpa spasi dan dengan huruf a sampai z; nama di luar itu ditulis "
                "dengan awalan xn--."
            )
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _wrong(_("Alamat ini tidak terbaca. Contoh: https://contoh.go.id/terima")) from None
    if parts.scheme not in ("https", "http") or not _HOST.fullmatch(host) or port == 0:
        raise _wrong(_("Alamat ini tidak terbaca. Contoh: https://contoh.go.id/terima"))
    if parts.username is not None or parts.password is not None or "#" in url:
        raise _wrong(_("Alamat tidak boleh memuat nama, kata sandi atau tanda #."))
    secure = parts.scheme == "https"
    if not secure and not networks:
        raise _wrong(_("Alamat harus berawalan https://"))
    target = Target(url, host, port or (443 if secure else 80), secure)
    if (written := _written(host)) is not None and not may_call(written, networks, secure=secure):
        raise _wrong(_INSIDE)
    if not networks and _OWN_NAME.fullmatch(host):
        raise _wrong(_INSIDE)
    return target


def addresses_of(target: Target, networks: Sequence[Network], lookup: Lookup) -> list[str]:
    """Return the addresses to connect to, in the resolver's order.

    Raises NoAddress, and NotAllowed where even one of them may not be called: who answers for the
    name would choose which.
    """
    try:
        found = list(dict.fromkeys(lookup(target.host, target.port)))
    except (OSError, UnicodeError):
        raise NoAddress from None
    if not found:
        raise NoAddress
    for each in found:
        if not may_call(ip_address(each.partition("%")[0]), networks, secure=target.secure):
            raise NotAllowed
    return found


def looked_up(host: str, port: int) -> list[str]:
    """Return what the system's resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def may_call(address: Address, networks: Sequence[Network], *, secure: bool) -> bool:
    """Say whether an address may be called: one of the settings' networks, else a public one, and
    that over https only."""
    embedded = _within(address)
    if any(each in network for network in networks for each in (address, embedded) if each):
        return True
    return secure and _is_public(address) and (embedded is None or _is_public(embedded))


def _within(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one leads to."""
    if isinstance(address, IPv4Address):
        return None
    if address in _EMBEDS:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def _is_public(address: Address) -> bool:
    if address in _EMBEDS:
        return True  # what counts is the address that it embeds
    return address.is_global and not address.is_multicast and not address.is_reserved


def _written(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _wrong(message: Text) -> InvalidInput:
    return invalid(FIELD, message)
