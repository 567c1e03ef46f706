"""Whether a request comes from this machine itself, and not through a proxy on it."""

from __future__ import annotations

import ipaddress

from fastapi import Request

NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
OF_PROXIES = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")
"""Headers that a proxy adds: whoever asks through one is somewhere else."""


def is_from_here(request: Request) -> bool:
    """The peer is this machine, asks for it by a name of its own, and hands on nobody else's request."""
    peer = request.client.host if request.client else ""
    host = request.headers.get("host", "")
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return (
        _is_loopback(peer)
        and name.strip("[]").lower() in NAMES
        and not any(header in request.headers for header in OF_PROXIES)
    )


def _is_loopback(peer: str) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
