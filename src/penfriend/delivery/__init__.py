"""Transports: who carries the mail. `smtp:`, `file:` and `memory:`; an address decides which
(`penfriend.delivery.url`).
And who carries the calls of webhooks (`penfriend.delivery.webhook_caller`).
"""

from penfriend.delivery.memory import MemoryTransport
from penfriend.delivery.memory_caller import MemoryCaller
from penfriend.delivery.opening import open_transport
from penfriend.delivery.url import parse_transport_url, rate_of
from penfriend.delivery.webhook_caller import WebhookCaller

__all__ = [
    "MemoryCaller",
    "MemoryTransport",
    "WebhookCaller",
    "open_transport",
    "parse_transport_url",
    "rate_of",
]
