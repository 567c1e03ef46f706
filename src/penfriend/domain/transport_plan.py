"""What the campaign files say of a transport: its address, how fast it may go, how a new one is warmed up,
and which one stands in for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from penfriend.domain.pacing import Rate


@dataclass(frozen=True, slots=True)
class WarmUp:
    """`{start: 500, grow: 1.5, until: 50000}`: mails on the first day, times so much on each further day on
    which the transport sends; no limit any more from the day on which that comes to `until`."""

    start: int
    grow: float
    until: int

    def limit(self, day: int) -> int | None:
        """How many mails may go on that day of sending, 1 being the first; None is no limit."""
        limit = float(self.start)
        for _ in range(day - 1):
            if limit >= self.until:
                break
            limit *= self.grow
        return None if limit >= self.until else int(limit)

    def __str__(self) -> str:
        return f"from {self.start} a day, times {self.grow:g}, until {self.until}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportPlan:
    """One entry of `transports`."""

    name: str
    url: str | None = field(default=None, repr=False)
    """As PENFRIEND_TRANSPORT has it; None for `default`, which has that one."""
    rate: Rate | None = None
    """In place of that of the address."""
    connections: int | None = None
    """In place of those of the address."""
    per_domain: Mapping[str, Rate] = field(default_factory=dict)
    """By domain, which stands for what is below it as well."""
    warm_up: WarmUp | None = None
    fallback: str | None = None
    """The transport that carries its mails while it rests."""

    def address(self, url: str) -> str:
        """`url` with these connections, where some are given."""
        if self.connections is None:
            return url
        bare, _, options = url.partition("?")
        kept = [one for one in options.split("&") if one and not one.startswith("connections=")]
        return f"{bare}?{'&'.join([*kept, f'connections={self.connections}'])}"

    def slow_domain(self, address: str) -> str | None:
        """The domain of `per_domain` that the address belongs to: its own, or the nearest one above it."""
        domain = address.rpartition("@")[2].lower()
        while domain:
            if domain in self.per_domain:
                return domain
            domain = domain.partition(".")[2]
        return None
