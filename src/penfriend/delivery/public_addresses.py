"""Which addresses of the network are out in the world: what a webhook may reach, and no more.

An address in a campaign file must not become a way into the house (server-side request forgery): this
machine, private nets, the link's own addresses (169.254.169.254 of cloud machines among them), multicast and
what is reserved are refused, also where IPv6 hides an IPv4 address.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


class NotPublicError(Exception):
    """A name stands for an address that must not be called."""


def is_public(address: Address) -> bool:
    """Whether it is a unicast address of the public internet, and so is each one inside of it."""
    if address in _NAT64:
        address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return all(
        one.is_global and not (one.is_multicast or one.is_reserved or one.is_unspecified)
        for one in (address, *_inside(address))
    )


def _inside(address: Address) -> Iterator[ipaddress.IPv4Address]:
    """The IPv4 addresses that an IPv6 one leads to: mapped, 6to4, Teredo."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo


def resolve(host: str, port: int, allowed: Callable[[Address], bool] = is_public) -> list[str]:
    """The addresses behind a name, in the order to try them. One that is not allowed is reason enough to try
    none.

    Whoever connects must use these and not the name: it could stand for others a moment later (DNS
    rebinding). Raises NotPublicError, and OSError where the name is not known.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in addresses:
        if not allowed(ipaddress.ip_address(text.partition("%")[0])):
            raise NotPublicError(f"{host} is at {text}, which is no public address; none other is called")
    return addresses
