"""Transports: who carries the mail. `smtp:`, `file:`, `memory:`, the APIs of mail providers
(`penfriend.delivery.esp`, which also reads their webhooks), and what other packages plug in; an address
decides which (`penfriend.delivery.url`). What leaves is signed where the files have keys
(`penfriend.delivery.signing`). And who carries the calls of webhooks (`penfriend.delivery.webhook_caller`).

What is offered is imported when it is first asked for: `validate` reads addresses and opens no connection.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from penfriend.delivery.dkim_keys import GOOD_RSA, KeyUnusable, load_key, read_pem
    from penfriend.delivery.memory import MemoryTransport
    from penfriend.delivery.memory_caller import MemoryCaller
    from penfriend.delivery.opening import open_transport
    from penfriend.delivery.signing import Keys, SigningTransport
    from penfriend.delivery.url import parse_transport_url, rate_of
    from penfriend.delivery.webhook_caller import WebhookCaller

__all__ = [
    "GOOD_RSA",
    "KeyUnusable",
    "Keys",
    "MemoryCaller",
    "MemoryTransport",
    "SigningTransport",
    "WebhookCaller",
    "load_key",
    "open_transport",
    "parse_transport_url",
    "rate_of",
    "read_pem",
]

_HOMES = {
    "GOOD_RSA": "dkim_keys",
    "KeyUnusable": "dkim_keys",
    "Keys": "signing",
    "MemoryCaller": "memory_caller",
    "MemoryTransport": "memory",
    "SigningTransport": "signing",
    "WebhookCaller": "webhook_caller",
    "load_key": "dkim_keys",
    "open_transport": "opening",
    "parse_transport_url": "url",
    "rate_of": "url",
    "read_pem": "dkim_keys",
}


def __getattr__(name: str) -> object:
    """What is offered, from the module that holds it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
