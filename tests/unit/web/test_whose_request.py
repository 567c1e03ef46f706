"""Whose request it is: which header is believed, and from whom."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from penfriend.web.here import is_from_here, network_of
from penfriend.web.links import NETWORKS


def request(peer: str | None, **headers: str) -> Request:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    client = None if peer is None else (peer, 40000)
    return Request({"type": "http", "method": "GET", "path": "/", "headers": given, "client": client})


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("127.0.0.1", "192.0.2.7", "192.0.2.0/24"),
        ("10.0.0.2", "8.8.8.8, 192.0.2.7", "192.0.2.0/24"),
        ("::ffff:10.0.0.2", "2001:db8:1:2::3", "2001:db8:1::/48"),
        ("8.8.8.8", "192.0.2.7", "8.8.8.0/24"),
        ("2001:4860:4860::8888", "192.0.2.7", "2001:4860:4860::/48"),
        ("8.8.8.8", "", "8.8.8.0/24"),
        ("127.0.0.1", "nonsense", ""),
    ],
)
def test_only_a_proxy_of_ours_says_whom_it_has_seen(peer: str, forwarded: str, network: str) -> None:
    headers = {"x_forwarded_for": forwarded} if forwarded else {}
    assert network_of(request(peer, **headers), NETWORKS) == network


@pytest.mark.parametrize(
    ("peer", "host", "is_here"),
    [
        ("127.0.0.1", "127.0.0.1:8400", True),
        ("127.8.9.1", "localhost", True),
        ("::1", "[::1]:8400", True),
        ("::ffff:127.0.0.1", "localhost:8400", True),
        ("10.0.0.2", "127.0.0.1:8400", False),
        ("::ffff:10.0.0.2", "localhost", False),
        ("127.0.0.1", "mail.shop.example", False),
        ("127.0.0.1", "", False),
        (None, "localhost", False),
        ("a socket", "localhost", False),
    ],
)
def test_this_machine_is_known_by_its_peer_and_its_name(peer: str | None, host: str, is_here: bool) -> None:
    assert is_from_here(request(peer, host=host)) is is_here


@pytest.mark.parametrize("header", ["x_forwarded_for", "forwarded", "x_real_ip", "via", "x_forwarded_proto"])
def test_what_a_proxy_hands_on_is_somebody_elses(header: str) -> None:
    assert not is_from_here(request("127.0.0.1", host="localhost", **{header: "127.0.0.1"}))
