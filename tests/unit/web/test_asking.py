"""From where a request comes, whether from a page of ours, and where somebody may be sent on to."""

from __future__ import annotations

import pytest
from fastapi import Request

from penfriend.web.accounts.asking import NETWORKS, from_our_page, path_of_ours
from penfriend.web.here import network_of

PUBLIC = "https://mail.shop.example"


def request(peer: str = "127.0.0.1", **headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": named, "client": (peer, 1)})


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("8.8.8.8", "", "8.8.8.8"),
        ("8.8.8.8", "192.0.2.1", "8.8.8.8"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.2", "6.6.6.6, 192.0.2.1", "192.0.2.1"),
        ("127.0.0.1", "nonsense", ""),
        ("::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:4860:1:2::9", "", "2001:4860:1:2::/64"),
        ("::ffff:8.8.8.8", "", "8.8.8.8"),
        ("nobody", "", ""),
    ],
)
def test_the_network_is_the_peers_or_what_a_proxy_of_ours_says(
    peer: str, forwarded: str, network: str
) -> None:
    assert network_of(request(peer, x_forwarded_for=forwarded), NETWORKS) == network


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"origin": PUBLIC}, True),
        ({"origin": PUBLIC, "sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "same-origin"}, True),
        ({"origin": "http://localhost:8400", "host": "localhost:8400"}, True),
        ({"origin": "http://[::1]:8400", "host": "[::1]:8400"}, True),
        ({}, False),
        ({"origin": "null"}, False),
        ({"origin": PUBLIC, "sec_fetch_site": "cross-site"}, False),
        ({"origin": PUBLIC, "sec_fetch_site": "none"}, False),
        ({"origin": "http://mail.shop.example"}, False),
        ({"origin": f"{PUBLIC}.evil.example"}, False),
        ({"origin": f"{PUBLIC}:444"}, False),
        ({"origin": "http://evil.example", "host": "evil.example"}, False),
        ({"origin": "http://localhost:1", "host": "localhost:8400"}, False),
        ({"origin": "http://x", "host": "[::1"}, False),
    ],
)
def test_a_form_is_ours_by_its_origin(headers: dict[str, str], ours: bool) -> None:
    assert from_our_page(request(**headers), f"{PUBLIC}/penfriend") is ours


@pytest.mark.parametrize("path", ["/", "/users", "/account/second-factor", "/campaigns/welcome.v2"])
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert path_of_ours(path) == path
