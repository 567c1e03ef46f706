"""Whose request it is: from where it comes, and whether from this machine itself and not through a proxy."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import HTTPException, Request

NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
"""How this machine is called by itself."""
OF_PROXIES = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")
"""Headers that a proxy adds: whoever asks through one is somewhere else."""


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def peer_of(request: Request) -> Address | None:
    """The address that a request comes from; behind a proxy of ours the one that it has seen, which stands in
    the last place of X-Forwarded-For. From the open internet that header is anybody's to write."""
    peer = _address(request.client.host if request.client else "")
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).rpartition(",")[2]
    return _address(forwarded) if peer is not None and not peer.is_global and forwarded else peer


def network_of(request: Request, kept: Mapping[int, int]) -> str:
    """The network that a request comes from, of so many bits as are kept for each version of IP; an address
    alone where all are. Empty where that is not known."""
    peer = peer_of(request)
    if peer is None:
        return ""
    network = ipaddress.ip_network((peer, kept[peer.version]), strict=False)
    return str(peer) if network.prefixlen == peer.max_prefixlen else str(network)


def is_from_here(request: Request) -> bool:
    """The peer is this machine, asks for it by a name of its own, and hands on nobody else's request."""
    peer = request.client.host if request.client else ""
    return (
        _is_loopback(peer)
        and is_named_here(request)
        and not any(header in request.headers for header in OF_PROXIES)
    )


def is_named_here(request: Request) -> bool:
    """Whether it asks for a name that only this machine has for itself."""
    host = request.headers.get("host", "")
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return name.strip("[]").lower() in NAMES


def from_this_machine(request: Request) -> None:
    """Refuse a request that does not call us by a name of this machine."""
    if not is_named_here(request):
        raise HTTPException(HTTPStatus.MISDIRECTED_REQUEST)


def _is_loopback(peer: str) -> bool:
    address = _address(peer)
    return address is not None and address.is_loopback


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
