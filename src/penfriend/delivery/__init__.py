"""Transports: who carries the mail. `smtp:`, `file:` and `memory:`; an address decides which
(`penfriend.delivery.url`).
"""

from penfriend.delivery.memory import MemoryTransport
from penfriend.delivery.opening import open_transport
from penfriend.delivery.url import parse_transport_url, rate_of

__all__ = ["MemoryTransport", "open_transport", "parse_transport_url", "rate_of"]
